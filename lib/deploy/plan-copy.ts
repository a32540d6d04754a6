// An activation on a target that lacks the release, or whose files of it are not what was deployed: another server has them.
import { mebibyte, ours } from './plan-steps.ts'
import type { Draft, PlanDrafts } from './plan-steps.ts'
import type { Action } from './types.ts'

/** Where the release is to be had, and what it is there: `env` is the SHA-256 of its `.env`, null = it has none. */
export type PlannedCopy = { from: string; home: string; manifest: string; bytes: number; env: string | null }

/**
 * check → receive → permissions → complete → and then what the activation is. Where the release is live already, it is served from
 * a copy while it is replaced, and the switch leads from there.
 */
export function withCopy(drafts: PlanDrafts, copy: PlannedCopy): PlanDrafts {
  const { release, revision } = drafts
  const { permissions } = drafts.environment
  const { env, ...where } = copy
  const isLive = drafts.main.some(({ action }) => action.do === 'check' && action.expectCurrent === release)
  const beside = `${release}.beside-1`
  const receive: Action = { do: 'receive', release, ...where, ...(isLive ? { beside } : {}) }
  const received: Draft[] = [
    ours('receive', 'ship', 1_800_000, receive),
    ours('permissions', 'ship', 600_000, { do: 'permissions', release, permissions }),
    ours('complete', 'ship', 300_000, { do: 'complete', release, revision, envSha256: env }),
  ]
  const tidy: Draft = {
    ...ours('prune', 'finish', 900_000, { do: 'prune', remove: [beside], keep: [] }),
    failure: 'ignored',
  }
  const needBytes = (isLive ? 3 : 2) * copy.bytes + 16 * mebibyte
  const main = drafts.main.flatMap((draft): Draft[] => {
    const { action } = draft
    if (action.do === 'check') return [{ ...draft, action: { ...action, needBytes, needInodes: 100 } }, ...received]
    if (action.do === 'switch' && isLive) return [{ ...draft, action: { ...action, expectCurrent: beside } }]
    return [draft]
  })
  const undo = drafts.undo.map((draft): Draft => {
    const { action } = draft
    return action.do === 'switch' && isLive ? { ...draft, action: { ...action, release: beside } } : draft
  })
  return { ...drafts, main: isLive ? [...main, tidy] : main, undo }
}

/** A person who repairs a server agreed to take over whatever leads elsewhere there; what is live there now is `current`. */
export function takingOver(drafts: PlanDrafts, current: string | null): PlanDrafts {
  const main = drafts.main.map((draft): Draft => {
    const { action } = draft
    if (action.do === 'check') return { ...draft, action: { ...action, expectCurrent: current, adopt: true } }
    return action.do === 'switch' ? { ...draft, action: { ...action, expectCurrent: current } } : draft
  })
  return { ...drafts, main }
}
