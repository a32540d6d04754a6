// Readiness checks that the panel does itself: it asks from where visitors come from. The words are those of the checks that servers
// do (lib/spec/readiness-script.ts).
import { setTimeout as delay } from 'node:timers/promises'
import { addressOf, variableInHeader, wanted } from '@/lib/spec/readiness.ts'
import type { HttpCheck } from '@/lib/spec/readiness.ts'
import { guardedGet, isHere } from './guarded-get.ts'
import type { Reply } from './guarded-get.ts'

const mostRedirects = 5
const shownBytes = 2048

export type CheckedTarget = {
  /** The server's own address: asked when the check names none. */
  host: string
  /** Whether the panel itself connects to it: of a server behind another one, 127.0.0.1 is not this machine. */
  isDirect: boolean
  /** What should be served there. */
  release: string
  revision: string
  /** What `${NAME}` in headers stands for. */
  variables: Record<string, string>
  /** Takes secrets out of what is said. */
  redact(text: string): string
}

/** `message`: a sentence; `lastAnswer`: status, headers and the beginning of the body, or why there was none. */
export type CheckResult = { ok: boolean; tries: number; message: string; lastAnswer: string }

/** Asks until it passes or `totalSeconds` are over. Rejects with the reason of `signal` when that is aborted. */
export async function checkFromPanel(
  target: CheckedTarget,
  check: HttpCheck,
  signal: AbortSignal,
): Promise<CheckResult> {
  const { trySeconds, pauseSeconds, totalSeconds } = check
  const url = addressOf(check, target.host)
  const given = (ok: boolean, tries: number, said: string, answer: string): CheckResult => ({
    ok,
    tries,
    message: target.redact(printable(`${url} ${said}`)),
    lastAnswer: answer,
  })
  const headers = headersOf(check, target.variables)
  if (typeof headers === 'string') return given(false, 0, `is not asked: ${headers}`, '')
  const mayBeHere = target.isDirect && (await isHere(target.host))
  const begin = performance.now()
  const elapsed = (): number => (performance.now() - begin) / 1000
  for (let tries = 1; ; tries++) {
    signal.throwIfAborted()
    const limit = AbortSignal.timeout(trySeconds * 1000)
    const outcome = await ask(new URL(url), { check, target, headers, mayBeHere }, AbortSignal.any([signal, limit]))
    signal.throwIfAborted()
    if (outcome.ok) return given(true, tries, `${outcome.said} (try ${tries}).`, outcome.answer)
    if (elapsed() + pauseSeconds >= totalSeconds) {
      const expected = filled(wanted(check), target)
      const said = `${outcome.said}, expected was ${expected} (try ${tries}, after ${Math.round(elapsed())} s).`
      return given(false, tries, said, outcome.answer)
    }
    await delay(pauseSeconds * 1000, undefined, { signal })
  }
}

type Asked = { check: HttpCheck; target: CheckedTarget; headers: Record<string, string>; mayBeHere: boolean }
type Outcome = { ok: boolean; said: string; answer: string }

async function ask(first: URL, asked: Asked, signal: AbortSignal): Promise<Outcome> {
  try {
    const { url, reply } = await follow(first, asked, signal)
    const at = url.href === first.href ? '' : ` at ${url.href}`
    return judged(reply, at, asked)
  } catch (error) {
    const why = error instanceof Error ? error.message || error.name : String(error)
    return {
      ok: false,
      said: 'gives no answer',
      answer: signal.aborted ? 'It took too long.' : asked.target.redact(why),
    }
  }
}

/** Headers are for whom they were written: elsewhere nothing of ours is sent. */
async function follow(first: URL, { check, target, headers, mayBeHere }: Asked, signal: AbortSignal) {
  const { status } = check
  const isExpected = status !== null && status >= 300 && status < 400
  let url = first
  let isOwn = true
  for (let hops = 0; ; hops++) {
    const connectTo = isOwn ? check.address || target.host : null
    const isVerified = !isOwn || check.host !== ''
    const own: Record<string, string> = isOwn ? { ...headers, host: check.host || url.host } : {}
    const reply = await guardedGet({ url, connectTo, headers: own, isVerified, mayBeHere, signal })
    const location = reply.headers.find(([name]) => name.toLowerCase() === 'location')?.[1]
    const isRedirect = [301, 302, 303, 307, 308].includes(reply.status) && location !== undefined && !isExpected
    if (!isRedirect || hops === mostRedirects || !URL.canParse(location, url)) return { url, reply }
    const next = new URL(location, url)
    if (!/^https?:$/.test(next.protocol)) return { url, reply }
    isOwn &&= next.origin === first.origin
    url = next
  }
}

function judged({ status, reason, headers, body }: Reply, at: string, { check, target }: Asked): Outcome {
  const shown = headers.map(([name, value]) => `${name}: ${/^set-cookie$/i.test(name) ? '…' : value}`).join('\n')
  // Secrets go before anything is cut: half of one would be told otherwise.
  const start = (text: string): string =>
    Buffer.from(target.redact(printable(text)))
      .subarray(0, shownBytes)
      .toString()
  const answer = `${start(`HTTP ${status} ${reason}\n${shown}`)}\n\n${start(body)}`
  const part = filled(check.contains, target)
  const isWanted = check.status === null ? status >= 200 && status < 300 : status === check.status
  if (!isWanted) return { ok: false, said: `answers ${status} ${reason}`.trim() + at, answer }
  if (!body.includes(part)) return { ok: false, said: `answers ${status}${at} without “${part}”`, answer }
  return { ok: true, said: `answers ${status}${at}`, answer }
}

function filled(text: string, { release, revision }: CheckedTarget): string {
  return text.replaceAll('{commit}', revision).replaceAll('{release}', release)
}

/** A sentence when one can't be made. */
function headersOf({ headers }: HttpCheck, variables: Record<string, string>): Record<string, string> | string {
  const made: Record<string, string> = {}
  for (const { name, value } of headers) {
    const names = [...value.matchAll(new RegExp(variableInHeader, 'g'))].map((match) => match[1]!)
    const missing = names.find((one) => variables[one] === undefined)
    if (missing !== undefined) return `the variable ${missing}, which the header ${name} needs, is not set.`
    const whole = value.replace(new RegExp(variableInHeader, 'g'), (_, one: string) => variables[one]!)
    if (/[^\t -~\u0080-\u00ff]/.test(whole))
      return `the header ${name} can't be sent: its value has lines or signs of its own.`
    made[name] = whole
  }
  return made
}

/** Neither commands for a terminal nor what turns the direction of writing. */
function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu, '')
}
