// What whoever cancels a run can choose between, as words of buttons.
import type { DeploymentDetail, DeploymentState } from '@/lib/api/shapes.ts'

/** `keep` absent: nothing has taken effect yet that could stay or be put back. */
export type CancelChoice = { words: string; keep?: boolean }
type Cancelled = { kind: DeploymentDetail['kind']; fleet: { keeps: boolean } | null }

/** The usual one first. */
export function cancelChoices(
  { kind, fleet }: Cancelled,
  { committed, status }: Pick<DeploymentState, 'committed' | 'status'>,
): CancelChoice[] {
  if (status === 'queued') return [{ words: 'Cancel before it starts' }]
  if (!committed) return [{ words: 'Cancel; the live release stays' }]
  const isChange = kind === 'configure'
  const stays = { keep: true, words: `Cancel; keep the ${isChange ? 'change' : 'new release'}` }
  const goes = {
    keep: false,
    words: isChange ? 'Cancel and undo the change' : 'Cancel and put the previous release back',
  }
  return fleet?.keeps ? [stays, goes] : [goes, stays]
}
