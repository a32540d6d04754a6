// The panel's API as a terminal uses it: JSON with a bearer token, and the stream of a deployment.
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { exitFor, exits, Stop } from './exit.ts'
import { readMessages, type Message } from './messages.ts'
import { clean } from './terminal.ts'

const refusal = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    details: z
      .looseObject({
        problems: z.array(z.object({ path: z.string(), message: z.string(), hint: z.string().optional() })).optional(),
      })
      .optional(),
  }),
})

/** The panel says something each 15 s. */
const silenceMs = 45_000
const answerMs = 60_000
const shortPatienceMs = 2_000
const longestWaitMs = 5_000

export type Client = {
  /** The parsed answer. Throws Stop. A lost connection is tried again when `repeatable` says that this changes nothing. */
  call<S extends z.ZodType>(schema: S, method: string, path: string, options?: CallOptions): Promise<z.output<S>>
  /** Messages after `last`. Throws Stop for refusals and `Lost` when the line breaks, at which one may come back. */
  stream(path: string, last: string): AsyncGenerator<Message>
  /** A text, piece by piece as it comes. Throws Stop. */
  download(path: string): AsyncGenerator<string>
}
/** `patienceMs`: how long a lost connection is tried again. */
type CallOptions = { body?: unknown; key?: string; repeatable?: boolean; patienceMs?: number }

/** The line to the panel is gone, or never came about. */
export class Lost extends Error {}

/** Throws Stop (usage) when address or token are missing or can't be used. */
export function openClient(url: string | undefined, token: string | undefined): Client {
  const base = addressOf(url)
  if (!token) throw new Stop(exits.usage, 'Set FAIRLEAD_TOKEN to a token of the panel (its page “Account” makes one).')
  if (!/^\S+$/.test(token)) throw new Stop(exits.usage, 'FAIRLEAD_TOKEN holds a blank or a line break.')
  const authorization = `Bearer ${token}`

  async function send(path: string, init: RequestInit): Promise<Response> {
    let response: Response
    try {
      const headers = { ...(init.headers as Record<string, string>), authorization, 'user-agent': 'fairlead-cli' }
      response = await fetch(`${base}/api/v1${path}`, { ...init, headers, redirect: 'manual' })
    } catch (error) {
      throw new Lost(`${base} can’t be reached: ${reason(error)}.`)
    }
    if (response.ok) return response
    const location = response.headers.get('location')
    if (location)
      throw new Stop(
        exits.unreachable,
        `${base} leads to ${clean(location)}. Set FAIRLEAD_URL to the panel’s own address.`,
      )
    const text = await response.text().catch(() => '')
    const parsed = refusal.safeParse(json(text))
    if (!parsed.success && response.status >= 500) throw new Lost(`${base} answers with status ${response.status}.`)
    if (!parsed.success) throw new Stop(exits.unreachable, `${base} is no Fairlead panel (status ${response.status}).`)
    const { code, details } = parsed.data.error
    // Refusals may quote what others wrote, and whoever answers may not be the panel.
    const message = clean(parsed.data.error.message)
    // The panel is there, its database isn't: that passes like a broken line.
    if (code === 'unavailable') throw new Lost(message)
    const problems = (details?.problems ?? [])
      .map(({ path: field, message: what, hint }) => clean(`\n  ${field}: ${what}${hint ? ` ${hint}` : ''}`))
      .join('')
    throw new Stop(exitFor(code), message + problems, parsed.data)
  }

  return {
    async call(schema, method, path, { body, key, repeatable = method === 'GET', patienceMs = shortPatienceMs } = {}) {
      const headers = {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      }
      const request = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
      const until = Date.now() + patienceMs
      for (let waitMs = 500; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
        try {
          const response = await send(path, { ...request, signal: AbortSignal.timeout(answerMs) })
          const answer = schema.safeParse(json(await response.text()))
          if (answer.success) return answer.data
          throw new Stop(exits.unreachable, `${base} answers what this version does not understand.`)
        } catch (error) {
          if (error instanceof Stop) throw error
          if (!repeatable || Date.now() + waitMs > until)
            throw new Stop(exits.unreachable, error instanceof Lost ? error.message : reason(error))
          await delay(waitMs)
        }
      }
    },
    async *download(path) {
      try {
        const { body } = await send(path, { headers: { accept: 'text/*' } })
        if (body) yield* body.pipeThrough(new TextDecoderStream())
      } catch (error) {
        throw error instanceof Stop ? error : new Stop(exits.unreachable, reason(error))
      }
    },
    async *stream(path, last) {
      const silence = new AbortController()
      let timer = setTimeout(() => silence.abort(), silenceMs)
      const heard = (): void => {
        clearTimeout(timer)
        timer = setTimeout(() => silence.abort(), silenceMs)
      }
      try {
        const { body } = await send(path, {
          headers: { accept: 'text/event-stream', 'last-event-id': last },
          signal: silence.signal,
        })
        if (body) yield* readMessages(body, heard)
      } catch (error) {
        if (error instanceof Stop || error instanceof Lost) throw error
        throw new Lost(`${base} can’t be reached: ${reason(error)}.`)
      } finally {
        clearTimeout(timer)
        silence.abort()
      }
    },
  }
}

function addressOf(url: string | undefined): string {
  if (!url)
    throw new Stop(exits.usage, 'Set FAIRLEAD_URL to the address of the panel, such as https://deploy.example.org')
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol))
    throw new Stop(exits.usage, `“${url}” is no http or https address.`)
  if (parsed.username || parsed.password)
    throw new Stop(exits.usage, 'Leave user and password out of FAIRLEAD_URL: the token is all it takes.')
  return url.replace(/\/+$/, '')
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** What Node's fetch hides behind "fetch failed". */
function reason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (cause instanceof Error) return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
  return String(cause)
}
