// A Git host over https with Git LFS: git's own backend for repositories, and the batch API for what `store` holds. What a test wants
// to go wrong it says with `batch` and `object`.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { certified } from './certificate.ts'
import { serveGit } from './http-backend.ts'

export type Download = { href: string; header?: Record<string, string> }
export type LfsHost = Awaited<ReturnType<typeof startLfsHost>>

/** `[method, path, authorization]` of a question. */
type Asked = [string, string, string | undefined]

const basic = (user: string, token: string): string => `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`

/** Serves the repositories below `folder` to whoever shows ada's token; its certificate is good for 127.0.0.1 and localhost. */
export async function startLfsHost(folder: string, { isOpen = false } = {}) {
  const { key, cert, certificate } = certified(folder)
  const store = new Map<string, Buffer>()
  const asked: Asked[] = []
  const server = createServer({ key, cert }, (request, response) => {
    const [path = ''] = (request.url ?? '').split('?')
    asked.push([request.method ?? '', path, request.headers.authorization])
    if (host.instead) return host.instead(response)
    const oid = /^\/objects\/([0-9a-f]{64})$/.exec(path)?.[1]
    if (oid !== undefined) return host.object(oid, request, response)
    if (!isOpen && request.headers.authorization !== basic('ada', 's3cret'))
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
    if (path.endsWith('/info/lfs/objects/batch')) return void answerBatch(request, response)
    serveGit(folder, request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const origin = `https://127.0.0.1:${port}`

  async function answerBatch(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const { objects } = JSON.parse(Buffer.concat(chunks).toString()) as { objects: { oid: string; size: number }[] }
    if (host.batch) return host.batch(objects, response)
    const found = objects.map(({ oid, size }) =>
      store.has(oid)
        ? { oid, size, actions: { download: host.download(oid) } }
        : { oid, size, error: { code: 404, message: 'Object does not exist' } },
    )
    response.setHeader('content-type', 'application/vnd.git-lfs+json')
    response.end(JSON.stringify({ transfer: 'basic', objects: found }))
  }

  const host = {
    origin,
    port,
    certificate,
    access: { kind: 'token' as const, user: 'ada', token: 's3cret' },
    authorization: basic('ada', 's3cret'),
    store,
    asked,
    /** Keeps `bytes` and gives the pointer to them. */
    keep(bytes: string | Buffer): string {
      const object = Buffer.from(bytes)
      const oid = createHash('sha256').update(object).digest('hex')
      store.set(oid, object)
      return `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${object.length}\n`
    },
    download: (oid: string): Download => ({ href: `${origin}/objects/${oid}` }),
    batch: null as ((objects: { oid: string; size: number }[], response: ServerResponse) => void) | null,
    /** Answers everything when set. */
    instead: null as ((response: ServerResponse) => void) | null,
    object(oid: string, _request: IncomingMessage, response: ServerResponse): void {
      const bytes = store.get(oid)
      if (bytes) response.end(bytes)
      else response.writeHead(404).end()
    },
    /** Authorizations that came with questions for paths like that. */
    shown: (path: RegExp) => asked.filter(([, one]) => path.test(one)).map(([, , authorization]) => authorization),
    close(): void {
      server.close()
      server.closeAllConnections()
    },
  }
  return host
}
