// What a server action answers. The same shape as lib/web/action.ts gives, written here because components know no I/O layer.
import type { ErrorCode, ErrorDetails } from '@/lib/errors.ts'

export type Refusal = { code: ErrorCode; message: string; details: ErrorDetails }
export type Outcome<T> = { ok: true; value: T } | { ok: false; error: Refusal }
export type Act<I, T> = (input: I) => Promise<Outcome<T>>

const noAnswer: Refusal = {
  code: 'unavailable',
  message: 'The panel did not answer. What you typed is still here: try again in a moment.',
  details: {},
}

/** Calls an action; a cut line or a restarting panel becomes a refusal instead of a broken page. */
export async function attempt<I, T>(act: Act<I, T>, input: I): Promise<Outcome<T>> {
  try {
    return await act(input)
  } catch (error) {
    // Next's redirects travel as errors and must pass.
    if (error instanceof Error && 'digest' in error && String(error.digest).startsWith('NEXT_')) throw error
    return { ok: false, error: noAnswer }
  }
}
