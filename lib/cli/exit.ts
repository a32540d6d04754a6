// How the program ends. Scripts rely on these numbers: never change one.
import type { ErrorCode } from '@/lib/errors.ts'

export const exits = {
  /** Done; with --follow: the deployment succeeded, or something newer took its place. */
  done: 0,
  /** The deployment that was followed failed or was cancelled. */
  failed: 1,
  /** The command or something it names is wrong: nothing was done. */
  usage: 2,
  /** The panel can't be reached, or does not accept the token for this. */
  unreachable: 3,
  /** The panel refused: things aren't in the state for it (nothing to roll back to, finished already …). */
  refused: 4,
  /** Ctrl-C, as shells count it. */
  interrupted: 130,
} as const
export type Exit = (typeof exits)[keyof typeof exits]

/** Ends the program with one line on standard error. */
export class Stop extends Error {
  readonly exit: Exit
  /** The panel's error as JSON, if it came from there. */
  readonly body: unknown
  constructor(exit: Exit, message: string, body: unknown = null) {
    super(message)
    this.name = 'Stop'
    this.exit = exit
    this.body = body
  }
}

const byCode: Partial<Record<ErrorCode, Exit>> = {
  invalid: exits.usage,
  not_found: exits.usage,
  too_large: exits.usage,
  conflict: exits.refused,
  plan_changed: exits.refused,
  owner_conflict: exits.refused,
  release_missing: exits.refused,
  host_key_changed: exits.refused,
}

/** The exit for a refusal of the panel; codes of newer panels count as "can't". */
export function exitFor(code: string): Exit {
  return byCode[code as ErrorCode] ?? exits.unreachable
}
