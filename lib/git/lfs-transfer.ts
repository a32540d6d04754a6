// One object of Git LFS, from its host to a file: held to the size and the hash that its pointer says while it comes, never in memory.
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { PanelError } from '../errors.ts'
import { ask, explained, shown } from './https.ts'
import type { Caller } from './https.ts'
import type { Source } from './lfs-batch.ts'

const redirections = 5
const tries = 3
/** However slowly a host speaks, it has to be at least so fast: bytes a second, after a first minute. */
const slowest = 10_240
const firstMs = 60_000

/** Writes `file`. PanelError: invalid for anything else than what the pointer says, and as `ask`; `not_found` when it is gone. */
export async function transfer(caller: Caller, source: Source, file: string): Promise<void> {
  for (let left = tries - 1; ; left -= 1) {
    try {
      return await attempt(caller, source, file)
    } catch (error) {
      caller.signal?.throwIfAborted()
      if (left === 0 || !(error instanceof PanelError && error.code === 'unreachable')) throw error
    }
  }
}

async function attempt(caller: Caller, source: Source, file: string): Promise<void> {
  const deadline = AbortSignal.timeout(firstMs + Math.ceil((source.size / slowest) * 1000))
  const { url, message } = await follow(caller, source, deadline)
  const status = message.statusCode ?? 0
  if (status !== 200) {
    message.destroy()
    if (status === 404 || status === 410) throw new PanelError('not_found', `${url.host} has lost it (${status}).`)
    throw new PanelError(status >= 500 ? 'unreachable' : 'forbidden', `${url.host} answers with ${status}.`)
  }
  try {
    await write(message, source, file)
  } catch (error) {
    message.destroy()
    throw explained(error, url, caller.signal)
  }
}

/** What a source was given goes to its own origin, and to no other that it leads to. */
async function follow(
  caller: Caller,
  source: Source,
  signal: AbortSignal,
): Promise<{ url: URL; message: IncomingMessage }> {
  let url = source.url
  for (let step = 0; step <= redirections; step += 1) {
    const headers = url.origin === source.url.origin ? source.headers : {}
    const message = await ask(caller, url, { method: 'GET', headers, signal })
    const { location } = message.headers
    const isMoved = [301, 302, 303, 307, 308].includes(message.statusCode ?? 0)
    if (!isMoved || location === undefined || !URL.canParse(location, url)) return { url, message }
    message.resume()
    url = new URL(location, url)
  }
  throw new PanelError('invalid', `${shown(source.url)} leads from one address to the next.`)
}

async function write(message: IncomingMessage, { oid, size }: Source, file: string): Promise<void> {
  const hash = createHash('sha256')
  let length = 0
  const target = await open(file, 'w', 0o600)
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      length += chunk.length
      if (length > size) throw other(`more than the ${size} bytes that the pointer says`)
      hash.update(chunk)
      await target.write(chunk)
    }
  } finally {
    await target.close()
  }
  if (length < size) throw other(`${length} of ${size} bytes`)
  if (hash.digest('hex') !== oid) throw other('other bytes than the pointer says')
}

function other(what: string): PanelError {
  return new PanelError('invalid', `The host sent ${what}.`)
}
