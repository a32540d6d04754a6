// The API over real HTTP: every route file of app/api/v1 behind Node's own server, found as Next finds them.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isDeepStrictEqual } from 'node:util'
import { createTokenOnConsole } from '@/lib/panel/people.ts'
import { createOwnerOnConsole } from '@/lib/panel/setup.ts'
import type { Context } from '@/lib/panel/context.ts'
import type { Role } from '@/lib/access.ts'
import type { Operation } from '@/lib/api/operation.ts'
import { context } from '@/lib/web/context.ts'
import { testDatabase } from '../database.ts'

type Handler = ((request: Request, path: { params: Promise<Found['params'] | undefined> }) => Promise<Response>) & {
  described?: Operation
}
type Found = { params: Record<string, string | string[]>; file: string }
type Answer = { status: number; headers: Headers; body: unknown }
export type Api = {
  url: string
  ctx: Context
  token(role?: Role): Promise<string>
  /** One request with JSON in and out. */
  call(
    method: string,
    path: string,
    options?: { token?: string; body?: unknown; headers?: Record<string, string> },
  ): Promise<Answer>
  /** Breaks every connection there is; new ones are served. */
  hangUp(): void
  close(): Promise<void>
}

const root = join(import.meta.dirname, '../../app/api/v1')
const routes = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('route.ts'))
  .map((path) => relative('.', dirname(path)).split('/').filter(Boolean))
  // Fixed names before parameters, parameters before "anything".
  .sort((a, b) => weight(a).localeCompare(weight(b)))

function weight(parts: string[]): string {
  return parts.map((part) => (part.startsWith('[...') ? '2' : part.startsWith('[') ? '1' : '0')).join('') || ' '
}

function find(path: string): Found | null {
  const given = path.split('/').filter(Boolean).map(decodeURIComponent)
  for (const parts of routes) {
    const params: Found['params'] = {}
    const rest = parts.at(-1)?.startsWith('[...') ? parts.at(-1)!.slice(4, -1) : null
    const fixed = rest ? parts.slice(0, -1) : parts
    if (rest ? given.length <= fixed.length : given.length !== fixed.length) continue
    const fits = fixed.every((part, at) => {
      const name = /^\[(.+)\]$/.exec(part)?.[1]
      if (name) params[name] = given[at] ?? ''
      return name !== undefined || part === given[at]
    })
    if (!fits) continue
    if (rest) params[rest] = given.slice(fixed.length)
    return { params, file: join(root, ...parts, 'route.ts') }
  }
  return null
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://panel.test')
  const found = find(url.pathname.replace(/^\/api\/v1/, ''))
  const handlers = found ? ((await import(found.file)) as Record<string, Handler | undefined>) : {}
  const handler = handlers[request.method ?? 'GET']
  if (!found || !handler) return void response.writeHead(405).end()
  const aborted = new AbortController()
  response.on('close', () => aborted.abort())
  const headers = new Headers(request.headers as Record<string, string>)
  const hasBody = !['GET', 'HEAD'].includes(request.method ?? 'GET')
  const body = hasBody ? { body: Readable.toWeb(request) as ReadableStream, duplex: 'half' } : {}
  const answer = await handler(
    new Request(url, { method: request.method ?? 'GET', headers, signal: aborted.signal, ...body }),
    // As Next has it: nothing at all where the address has no parameters.
    { params: Promise.resolve(Object.keys(found.params).length === 0 ? undefined : found.params) },
  )
  await checkAnswer(handler.described, answer)
  // A body that nobody read to its end leaves the connection unusable.
  if (!request.complete) response.setHeader('connection', 'close')
  response.writeHead(answer.status, Object.fromEntries(answer.headers))
  if (!answer.body) return void response.end()
  await pipeline(Readable.fromWeb(answer.body as import('node:stream/web').ReadableStream), response).catch(() => {})
}

/** Throws when JSON isn't, to the last field, what the register says that this operation gives. */
async function checkAnswer(described: Operation | undefined, answer: Response): Promise<void> {
  if (!described || !answer.ok || !answer.headers.get('content-type')?.includes('json')) return
  const body = (await answer.clone().json()) as unknown
  const known = described.output.parse(body)
  if (!isDeepStrictEqual(known, body))
    throw new Error(`${described.method} ${described.path} gives fields that its schema doesn't name`)
}

/** A panel with an owner, on a database and a port of its own. One a test file: the web process has one context. */
export async function openApi({ repositories = '/srv/git' } = {}): Promise<Api> {
  const database = await testDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-api-'))
  writeFileSync(join(folder, 'secret.key'), randomBytes(32).toString('hex'), { mode: 0o600 })
  Object.assign(process.env, {
    DATABASE_URL: database.url,
    FAIRLEAD_DATA: folder,
    FAIRLEAD_LOCAL_REPOSITORIES: repositories,
  })
  const ctx = context()
  await createOwnerOnConsole(ctx, { email: 'owner@example.org', name: 'Owner', password: 'a long enough password' })
  const server = createServer((request, response) =>
    // What a handler lets slip is a failed test, not a request that nobody answers.
    serve(request, response).catch((error: unknown) => response.writeHead(500).end(String(error))),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const token = async (role: Role = 'owner') => (await createTokenOnConsole(ctx, { name: role, role })).secret
  const first = await token()
  return {
    url,
    ctx,
    token,
    async call(method, path, { token: bearer = first, body, headers = {} } = {}) {
      const answer = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${bearer}`, ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await answer.text()
      const isJson = answer.headers.get('content-type')?.includes('json')
      return { status: answer.status, headers: answer.headers, body: isJson ? (JSON.parse(text) as unknown) : text }
    },
    hangUp: () => server.closeAllConnections(),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await ctx.db.close()
      await database.drop()
      rmSync(folder, { recursive: true })
    },
  }
}
