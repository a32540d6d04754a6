import { once } from 'node:events'
import { rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { Server } from 'node:https'
import { request } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Mirror } from '../../lib/deploy/types.ts'
import { openMirrors } from '../../lib/git/mirrors.ts'
import { Passages } from '../../lib/git/passage.ts'
import { certified } from './certificate.ts'
import { Repository, temporaryFolder } from './fixtures.ts'
import { serveGit } from './http-backend.ts'

let folder: string
let repository: Repository
let server: Server
let url: string
/** Every connection that the host took, and every request, as `<connection> <method> <status>`. */
let connections: Socket[]
let requests: string[]
/** Called instead of git when set. */
let answer: ((request: IncomingMessage, response: ServerResponse) => void) | null
const closing: (() => unknown)[] = []
const access = { kind: 'token' as const, user: 'ada', token: 's3cret' }
let authorization = `Basic ${Buffer.from('ada:s3cret').toString('base64')}`

beforeEach(async () => {
  folder = temporaryFolder()
  repository = new Repository(join(folder, 'source'))
  repository.write('a', 'a')
  repository.commit('first')
  connections = []
  requests = []
  answer = null
  const { key, cert, certificate } = certified(folder)
  server = createServer({ key, cert }, (asked, response) => {
    const connection = connections.indexOf(asked.socket)
    response.on('finish', () => requests.push(`${connection} ${asked.method} ${response.statusCode}`))
    if (answer) return answer(asked, response)
    serve(asked, response)
  })
  server.on('secureConnection', (socket) => connections.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(
    () => server.close(),
    () => server.closeAllConnections(),
  )
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/source/.git`
  process.env.GIT_SSL_CAINFO = certificate
  closing.push(() => delete process.env.GIT_SSL_CAINFO)
})
afterEach(async () => {
  authorization = `Basic ${Buffer.from('ada:s3cret').toString('base64')}`
  for (const close of closing.splice(0)) await close()
  rmSync(folder, { recursive: true })
})

/** The repository, for whoever shows the token. */
function serve(asked: IncomingMessage, response: ServerResponse): void {
  if (asked.headers.authorization === authorization) return serveGit(folder, asked, response)
  response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
}

const open = async (): Promise<Mirror> =>
  (await openMirrors({ folder: join(folder, 'mirrors'), localPrefixes: [] })).open({ id: 'one', url, access })

/** A new commit, fetched and found. */
async function follows(mirror: Mirror, text: string): Promise<void> {
  repository.write('a', text)
  const sha = repository.commit(text)
  await mirror.fetch()
  expect((await mirror.resolve('main')).sha).toBe(sha)
}

describe('fetching again', () => {
  it('makes no new connection, shows the token with the first question, and asks once what the host can do', async () => {
    const mirror = await open()
    await mirror.fetch()
    const before = connections.length
    requests = []
    for (const text of ['second', 'third', 'fourth']) await follows(mirror, text)
    expect(connections.length).toBe(before + 1)
    const [get, post] = [`${before} GET 200`, `${before} POST 200`]
    expect(requests).toEqual([get, post, post, post, post, post, post])
  })

  it('goes on when the host has closed what was kept', async () => {
    const mirror = await open()
    await mirror.fetch()
    await follows(mirror, 'second')
    for (const socket of connections) socket.destroy()
    await follows(mirror, 'third')
  })

  it('says in git’s words what goes wrong', async () => {
    const mirror = await open()
    await mirror.fetch()
    answer = (_, response) => response.writeHead(404).end()
    await expect(mirror.fetch()).rejects.toMatchObject({ code: 'not_found' })
    answer = (_, response) => response.writeHead(503).end()
    await expect(mirror.fetch()).rejects.toMatchObject({ code: 'unreachable' })
    answer = null
    await follows(mirror, 'second')
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await expect(mirror.fetch()).rejects.toMatchObject({ code: 'unreachable' })
  })

  it('follows no one elsewhere with the token', async () => {
    const mirror = await open()
    await mirror.fetch()
    const elsewhere: (string | undefined)[] = []
    const { key, cert } = certified(folder)
    const other = createServer({ key, cert }, (asked, response) => {
      elsewhere.push(asked.headers.authorization, asked.headers['x-fairlead-passage'] as string | undefined)
      response.writeHead(404).end()
    })
    other.listen(0, '127.0.0.1')
    await once(other, 'listening')
    closing.push(
      () => other.close(),
      () => other.closeAllConnections(),
    )
    const location = `https://127.0.0.1:${(other.address() as AddressInfo).port}/`
    answer = (asked, response) => response.writeHead(302, { location: location + (asked.url ?? '') }).end()
    await expect(mirror.fetch()).rejects.toMatchObject({ code: 'not_found' })
    expect(elsewhere.filter((value) => value !== undefined)).toEqual([])
  })

  it('is given up while the host thinks', async () => {
    const mirror = await open()
    await mirror.fetch()
    const asked = new Promise<void>((resolve) => (answer = () => resolve()))
    const giveUp = new AbortController()
    const fetching = mirror.fetch({ signal: giveUp.signal })
    await asked
    const ended = once(connections.at(-1)!, 'close')
    giveUp.abort(new Error('enough'))
    await expect(fetching).rejects.toThrow('enough')
    await ended
  })

  it('outlives a host that breaks in the middle of an answer', async () => {
    const mirror = await open()
    await mirror.fetch()
    const plain = new Set<Socket>()
    server.on('connection', (socket: Socket) => void plain.add(socket).add(socket.on('error', () => undefined)))
    server.closeAllConnections()
    const type = { 'content-type': 'application/x-git-upload-pack-advertisement' }
    const ways: (typeof answer)[] = [
      (_, response) =>
        response.writeHead(200, type).write('001e#', () => plain.forEach((one) => one.resetAndDestroy())),
      (asked, response) =>
        response.writeHead(200, type).write('001e#', () => asked.socket.write('no length of a chunk\r\n')),
      (asked, response) =>
        response.writeHead(200, { ...type, 'content-length': 99 }).write('0', () => asked.socket.end()),
    ]
    for (const way of ways) {
      answer = way
      await expect(mirror.fetch()).rejects.toThrow()
      answer = null
      await follows(mirror, `after ${ways.indexOf(way)}`)
    }
  })

  it('is refused with a token that is no longer good, and not with another one', async () => {
    const mirror = await open()
    await mirror.fetch()
    await follows(mirror, 'second')
    const revoked = authorization
    authorization = `Basic ${Buffer.from('ada:n3w').toString('base64')}`
    await expect(mirror.fetch()).rejects.toMatchObject({ code: 'forbidden' })
    const mirrors = await openMirrors({ folder: join(folder, 'mirrors'), localPrefixes: [] })
    const renewed = await mirrors.open({ id: 'one', url, access: { ...access, token: 'n3w' } })
    await follows(renewed, 'third')
    authorization = revoked
    await expect(renewed.fetch()).rejects.toMatchObject({ code: 'forbidden' })
  })
})

describe('a passage', () => {
  const get = async (at: string, headers: Record<string, string>): Promise<number> => {
    const [response] = (await once(request(at, { headers }).end(), 'response')) as [IncomingMessage]
    response.resume()
    return response.statusCode ?? 0
  }

  it('lets in only whoever knows its secret, and nobody after its end', async () => {
    const { origin } = new URL(url)
    const passage = (await new Passages().open(origin, authorization))!
    const [name = '', secret = ''] = (passage.env.GIT_CONFIG_VALUE_0 ?? '').split(': ')
    const at = `${passage.origin}/source/.git/info/refs?service=git-upload-pack`
    expect(await get(at, {})).toBe(403)
    expect(await get(at, { [name]: secret.replace(/.$/, 'x') })).toBe(403)
    expect(requests).toEqual([])
    expect(await get(at, { [name]: secret })).toBe(200)
    passage.release()
    expect(await get(at, { [name]: secret })).toBe(403)
  })

  it('leads to one host, and to questions of a fetch', async () => {
    const passage = (await new Passages().open(new URL(url).origin, authorization))!
    const [name = '', secret = ''] = (passage.env.GIT_CONFIG_VALUE_0 ?? '').split(': ')
    const refs = '/source/.git/info/refs?service=git-upload-pack'
    const { hostname, port } = new URL(passage.origin)
    const status = async (method: string, path: string): Promise<number> => {
      const asked = request({ hostname, port, method, path, headers: { [name]: secret } })
      const [response] = (await once(asked.end(), 'response')) as [IncomingMessage]
      await once(response.resume(), 'end')
      return response.statusCode ?? 0
    }
    expect(await status('GET', refs)).toBe(200)
    requests = []
    const elsewhere = `*@localhost:${new URL(url).port}${refs}`
    for (const path of [elsewhere, `http://localhost${refs}`, `/source/.git/HEAD`, refs.replace('upload', 'receive')])
      expect([path, await status('GET', path)]).toEqual([path, 403])
    for (const method of ['DELETE', 'PUT', 'HEAD', 'POST']) expect(await status(method, refs)).toBe(403)
    expect(requests).toEqual([])
    answer = (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('Sign in, please')
    expect(await status('POST', '/source/.git/git-upload-pack')).toBe(502)
  })

  it('is not offered where only git knows the way', async () => {
    process.env.https_proxy = 'http://127.0.0.1:1'
    closing.push(() => delete process.env.https_proxy)
    expect(await new Passages().open(url, null)).toBeNull()
  })
})
