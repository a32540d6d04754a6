// Why a push could not be followed, for those who look at the list of deliveries.
import { PanelError } from '@/lib/errors.ts'
import { GitExit } from '@/lib/git/failure.ts'

/** Whether it says something of the repository or of what is asked for, rather than of the panel. */
export function isExpected(error: unknown): boolean {
  return error instanceof PanelError || error instanceof GitExit
}

export function wordsOf(error: unknown): string {
  if (error instanceof PanelError) return error.message
  if (error instanceof GitExit) return 'The Git host gave an answer that git can’t read.'
  const isLate = error instanceof Error && error.name === 'TimeoutError'
  return isLate ? 'The Git host gave no answer in time.' : 'The panel made a mistake with this; its log says more.'
}
