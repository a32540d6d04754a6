// What the readers of deliveries have in common. Pure: whether a delivery is genuine was decided over its raw bytes before.
import { z } from 'zod'
import { commitId, longestName, type Push, type Told } from '../push.ts'

/** Names in lower case. */
export type DeliveryHeaders = Readonly<Record<string, string | undefined>>

/** Why a genuine delivery is none of Fairlead's business. */
export type IgnoredReason =
  'ping' | 'pull_request' | 'fork' | 'other_event' | 'other_ref' | 'own_status' | 'external_status'

export type DeliveryRead = {
  /** As the host calls it. */
  event: string
  /** The host's own name for this delivery; null = it gave none that could be one. */
  key: string | null
  read: { type: 'told'; told: Told } | { type: 'ignored'; reason: IgnoredReason; words: string }
  /** The addresses by which the host calls the repository; [] = it names none. */
  repositories: string[]
}

/** @throws ZodError for a payload that isn't of the host's documented shape. */
export type DeliveryReader = (headers: DeliveryHeaders, json: unknown) => DeliveryRead

const nothing = /^0+$/
/** A commit in full as hosts write it: zeros stand for none. */
export const commitOrZeros = z
  .string()
  .toLowerCase()
  .pipe(commitId)
  .transform((id) => (nothing.test(id) ? null : id))

export const address = z.string().max(2_000)

/** A moment in any of the hosts' spellings, as ISO 8601. */
export const moment = z.string().transform((text, context) => {
  const at = new Date(text)
  if (!Number.isNaN(at.getTime())) return at.toISOString()
  context.addIssue({ code: 'custom', message: 'Not a moment.' })
  return z.NEVER
})

/** Null = neither a branch nor a tag. */
export function pushOf(ref: string, commit: string | null, pusher: string): Push | null {
  const [, folder, name] = /^refs\/(heads|tags)\/(.+)$/s.exec(ref) ?? []
  if (folder === undefined || name === undefined) return null
  return { kind: folder === 'heads' ? 'branch' : 'tag', name, commit, pusher: pusher.slice(0, 500) }
}

/** What the pushes amount to; those of other refs (notes, pull requests), and of names that are too long, are left out. */
export function pushesRead(pushes: readonly (Push | null)[]): DeliveryRead['read'] {
  const known = pushes.flatMap((push) => (push !== null && push.name.length <= longestName ? [push] : []))
  return known.length > 0
    ? { type: 'told', told: { type: 'pushes', pushes: known } }
    : {
        type: 'ignored',
        reason: 'other_ref',
        words: `It tells neither of a branch nor of a tag with a name of at most ${longestName} characters.`,
      }
}

/** What checks amount to; what Fairlead itself said of a commit comes back to it as well. */
export function checksRead(checks: Extract<Told, { type: 'checks' }>['checks']): DeliveryRead['read'] {
  const others = checks.filter(({ name }) => !name.startsWith('fairlead/'))
  return others.length > 0
    ? { type: 'told', told: { type: 'checks', checks: others } }
    : { type: 'ignored', reason: 'own_status', words: 'Fairlead itself said this of the commit.' }
}

export function ignored(reason: IgnoredReason, words: string): DeliveryRead['read'] {
  return { type: 'ignored', reason, words }
}

export const ping = ignored('ping', 'The webhook works.')

export function otherEvent(event: string): DeliveryRead['read'] {
  return ignored('other_event', event === '' ? 'It names no event.' : `Events “${event}” change nothing here.`)
}

/** Pull requests bring nothing of their own: what is merged is pushed. `isFork` adds where they come from. */
export function pullRequest(isFork: boolean): DeliveryRead['read'] {
  const from = isFork ? ' from a fork' : ''
  return ignored('pull_request', `Pull requests${from} are not deployed; what is merged is pushed.`)
}

/** The first header that is there, as text that can be shown. */
export function eventOf(headers: DeliveryHeaders, ...names: string[]): string {
  const found = names.map((name) => headers[name]).find((value) => value !== undefined) ?? ''
  return found.replace(/[^\x20-\x7e]/g, '').slice(0, 100)
}

/** The first header that can be the name of a delivery. */
export function keyOf(headers: DeliveryHeaders, ...names: string[]): string | null {
  const found = names.map((name) => headers[name]).find((value) => value !== undefined)
  return found !== undefined && /^[\w:{}.+/=-]{1,200}$/.test(found) ? found : null
}
