// The batch API of Git LFS (git-lfs, docs/api/batch.md): where each object is, and with what it may be read.
import { z } from 'zod'
import { PanelError } from '../errors.ts'
import { ask, explained } from './https.ts'
import type { Caller } from './https.ts'
import type { Endpoint } from './lfs-endpoint.ts'

export type LfsObject = { oid: string; size: number }
/** `headers` are for the origin of `url` alone. */
export type Source = LfsObject & { url: URL; headers: Record<string, string> }

/** So many are asked for at once, as git-lfs does. */
export const batchSize = 100
const answerBytes = 4 * 1_048_576
const mediaType = 'application/vnd.git-lfs+json'
const redirections = 3

const answer = z.object({
  transfer: z.string().nullish(),
  hash_algo: z.string().nullish(),
  objects: z.array(
    z.object({
      oid: z.string(),
      size: z.number().int().optional(),
      actions: z
        .object({
          download: z.object({ href: z.string(), header: z.record(z.string(), z.string()).nullish() }).nullish(),
        })
        .nullish(),
      error: z.object({ code: z.number(), message: z.string().default('') }).nullish(),
    }),
  ),
})

/** What a server may not say for us. */
const notTheirs =
  /^(host|content-length|transfer-encoding|connection|expect|upgrade|te|trailer|keep-alive|cookie|proxy-.*)$/i

/** `missing`: objects that the server doesn't have. PanelError: forbidden, not_found, unreachable, timed_out, invalid. */
export async function askBatch(
  caller: Caller,
  endpoint: Endpoint,
  objects: LfsObject[],
): Promise<{ sources: Source[]; missing: LfsObject[] }> {
  const request = { operation: 'download', transfers: ['basic'], hash_algo: 'sha256', objects }
  const found = await post(caller, endpoint, Buffer.from(JSON.stringify(request)))
  if ((found.transfer ?? 'basic') !== 'basic' || (found.hash_algo ?? 'sha256') !== 'sha256')
    throw new PanelError(
      'invalid',
      `${endpoint.url.host} offers the files of Git LFS in a way that the panel doesn’t know.`,
    )
  const byOid = new Map(found.objects.map((one) => [one.oid, one]))
  const sources: Source[] = []
  const missing: LfsObject[] = []
  for (const object of objects) {
    const one = byOid.get(object.oid)
    const code = one?.error?.code
    const download = one?.actions?.download
    if (code === 404 || code === 410 || (code === undefined && !download)) missing.push(object)
    else if (code !== undefined) throw new PanelError('forbidden', said(endpoint, one?.error?.message ?? '', code))
    else if (download) sources.push({ ...object, ...placed(endpoint, download) })
  }
  return { sources, missing }
}

function placed(
  endpoint: Endpoint,
  { href, header }: { href: string; header?: Record<string, string> | null | undefined },
) {
  if (!URL.canParse(href, `${endpoint.url.href}/`))
    throw new PanelError('invalid', `${endpoint.url.host} names an address for a file of Git LFS that is none.`)
  const url = new URL(href, `${endpoint.url.href}/`)
  const headers = Object.fromEntries(Object.entries(header ?? {}).filter(([name]) => !notTheirs.test(name)))
  // A server that gives no credentials for its own origin wants those that it was asked with.
  const isAuthorized = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization') || url.search !== ''
  return {
    url,
    headers: url.origin === endpoint.url.origin && !isAuthorized ? { ...endpoint.headers, ...headers } : headers,
  }
}

async function post(caller: Caller, endpoint: Endpoint, body: Buffer): Promise<z.infer<typeof answer>> {
  let url = new URL(`${endpoint.url.href}/objects/batch`)
  const headers = { ...endpoint.headers, accept: mediaType, 'content-type': mediaType }
  for (let step = 0; step <= redirections; step += 1) {
    const message = await ask(caller, url, { method: 'POST', headers, body })
    const status = message.statusCode ?? 0
    const { location } = message.headers
    if (status >= 300 && status < 400 && location !== undefined && URL.canParse(location, url)) {
      message.resume()
      const next = new URL(location, url)
      // The question goes with the credentials, or not at all.
      if (next.origin !== url.origin) break
      url = next
      continue
    }
    const text = await read(message, url, caller)
    if (status === 200) return parse(text, url)
    const reason = reasonOf(text)
    if (status === 404)
      throw new PanelError(
        'not_found',
        `There is no Git LFS server at ${url.host} for this repository, or it cannot be seen.`,
      )
    throw new PanelError(status >= 500 ? 'unreachable' : 'forbidden', said(endpoint, reason, status))
  }
  throw new PanelError('invalid', `${endpoint.url.host} sends questions for files of Git LFS elsewhere.`)
}

async function read(message: AsyncIterable<Buffer>, url: URL, caller: Caller): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of message) {
      length += chunk.length
      if (length > answerBytes) throw new PanelError('invalid', `${url.host} answers with more than can be an answer.`)
      chunks.push(chunk)
    }
  } catch (error) {
    throw explained(error, url, caller.signal)
  }
  return Buffer.concat(chunks).toString()
}

function parse(text: string, url: URL): z.infer<typeof answer> {
  const parsed = answer.safeParse(jsonOf(text))
  if (parsed.success) return parsed.data
  throw new PanelError('invalid', `${url.host} answers a question for files of Git LFS with something else.`)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function reasonOf(text: string): string {
  const parsed = z.object({ message: z.string() }).safeParse(jsonOf(text))
  return parsed.success ? parsed.data.message : ''
}

/** What another machine says is text for people, and no more. */
function said({ url }: Endpoint, message: string, status: number): string {
  const words = message.replace(/[\p{Cc}\p{Cf}]/gu, ' ').slice(0, 200)
  return `${url.host} refused the files of Git LFS (${status}${words === '' ? '' : `: ${words}`}).`
}
