// One class for people: every refusal that a person, a script or the API may see is a PanelError. Anything else that is
// thrown is our own fault and is reported as `internal`, with its cause in the process log only.

/** Code → HTTP status. The code is the stable part; texts may change. */
export const errorStatus = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  plan_changed: 409,
  owner_conflict: 409,
  host_key_changed: 409,
  release_missing: 409,
  too_large: 413,
  too_many: 429,
  internal: 500,
  unreachable: 502,
  no_worker: 503,
  unavailable: 503,
  timed_out: 504,
} as const

export type ErrorCode = keyof typeof errorStatus

/** A problem with one field of what was typed: `path` is dotted, `message` a sentence, `hint` what to do. */
export type Problem = { path: string; message: string; hint?: string }

/** Facts of a refusal (server, step, problems …): plain data, safe to show, never a secret. */
export type ErrorDetails = { problems?: Problem[] } & Record<string, unknown>

export class PanelError extends Error {
  readonly code: ErrorCode
  readonly details: ErrorDetails
  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'PanelError'
    this.code = code
    this.details = details
  }
  get status(): number {
    return errorStatus[this.code]
  }
}
