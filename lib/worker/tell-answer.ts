// What an answer means for a message: sent, tried again later, or given up.
import { oneLine } from '@/lib/deploy/telling.ts'
import type { Settled } from '@/lib/store/messages.ts'
import { RefusedAddress } from './guarded-get.ts'
import type { Reply } from './guarded-get.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
/** After the first try, the second … */
const waits = [5 * second, 15 * second, minute, 5 * minute, 15 * minute, hour, 3 * hour, 6 * hour, 12 * hour] as const
/** Refusals that may be over in a moment, and those that a person may mend meanwhile. */
const passing = [408, 409, 425, 429]
const mendable = [401, 403, 404]
const mendableTries = 3
const longestAsked = hour
/** As GitHub asks for where it says no time. */
const limitMs = minute

/** `attempts`: how many tries there were. `askedMs`: how long the other side wants to be left alone. */
export function nextTry(attempts: number, answer: string, askedMs = 0): Settled {
  const wait = waits[attempts - 1]
  if (wait === undefined) return { state: 'failed', answer }
  return { state: 'waiting', answer, afterMs: Math.max(wait, Math.min(askedMs, longestAsked)) }
}

/** `reply`: without secrets. */
export function judge(reply: Reply, attempts: number, kind: string): Settled {
  const { status, reason, body } = reply
  const answer = `${status} ${oneLine(`${reason} ${body}`, 200)}`.trim()
  if (status >= 200 && status < 300) return { state: 'sent', answer }
  if (status >= 300 && status < 400)
    return {
      state: 'failed',
      answer: `${status}: it leads elsewhere, where Fairlead doesn’t follow. Give the address itself.`,
    }
  // Said by GitLab about a mark that is there already, as when an answer was lost on its way.
  if (kind === 'gitlab' && status === 400 && body.includes('Cannot transition status')) return { state: 'sent', answer }
  if (status >= 400 && status < 500 && !passing.includes(status) && !isLimit(reply)) {
    const isOver = !mendable.includes(status) || attempts >= mendableTries
    return isOver ? { state: 'failed', answer } : nextTry(attempts, answer)
  }
  return nextTry(attempts, answer, askedMs(reply) || (isLimit(reply) ? limitMs : 0))
}

/** GitHub says 403 of its limits, too: with the time, or that nothing is left until one, or in words alone. */
function isLimit(reply: Reply): boolean {
  if (reply.status !== 403) return false
  return headerOf(reply, 'retry-after') !== '' || isUsedUp(reply) || /rate limit/i.test(reply.body)
}

function isUsedUp(reply: Reply): boolean {
  return headerOf(reply, 'x-ratelimit-remaining') === '0'
}

/** `Retry-After`, in seconds or as a date; else when a limit that is used up begins anew, in seconds since 1970. */
function askedMs(reply: Reply): number {
  const text = headerOf(reply, 'retry-after')
  if (isNumber(text)) return Number(text) * second
  const reset = isUsedUp(reply) ? headerOf(reply, 'x-ratelimit-reset') : ''
  const until = isNumber(reset) ? Number(reset) * second : Date.parse(text)
  return Number.isNaN(until) ? 0 : Math.max(0, until - Date.now())
}

const isNumber = (text: string): boolean => /^\d+(\.\d+)?$/.test(text)

function headerOf({ headers }: Reply, wanted: string): string {
  return headers.find(([name]) => name.toLowerCase() === wanted)?.[1]?.trim() ?? ''
}

/**
 * Why there was no answer, in words that don't tell what stands at which port, nor what a name of a private network resolves to or
 * whether there is such a name. `host`: as a person wrote it; null = the mail server.
 */
export function said(error: unknown, host: string | null): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (error instanceof RefusedAddress || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return host === null
      ? 'There is no host of the mail server’s name.'
      : `Fairlead does not ask ${host}: there is no such host, or it is none that anybody on the internet could ask. Whoever runs the panel can allow hosts of private networks (FAIRLEAD_PRIVATE_HOSTS).`
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) return `Its certificate doesn’t hold (${code}).`
  return 'It gave no answer that could be understood within 10 seconds.'
}
