// Git hosts over connections that stay. Each git process would make its own: two or three round trips and a list of certificates to be
// read. Here git speaks HTTP to this process, which speaks TLS to the host. It only makes things faster: whatever goes wrong, git
// itself is asked next, and its words are what people read.
import { randomBytes } from 'node:crypto'
import { once, setMaxListeners } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { Agent, request as ask } from 'node:https'
import type { AddressInfo } from 'node:net'

/** A way to one origin for one git process: `url` in place of the origin, with `env`. Ends with `release`. */
export type Passage = { origin: string; env: Record<string, string>; release(): void }

type Headers = Record<string, string | string[]>
type Goal = { origin: string; authorization: string | null; ended: AbortController }

const secretHeader = 'x-fairlead-passage'
/** Questions of a fetch and what answers them, nothing else (gitprotocol-http, "Smart Clients"). */
const questions = {
  GET: { url: /^\/[^?#]*\/info\/refs\?service=git-upload-pack$/, type: 'application/x-git-upload-pack-advertisement' },
  POST: { url: /^\/[^?#]*\/git-upload-pack$/, type: 'application/x-git-upload-pack-result' },
}
/** What git sends on to a host, and gets back from it. */
const asked = ['accept', 'accept-encoding', 'content-type', 'content-encoding', 'git-protocol', 'user-agent', 'pragma']
const answered = ['content-type', 'content-encoding', 'content-length', 'cache-control']
/** Questions of git are small: names of commits. What isn't goes the direct way. */
const bodyLimit = 1_048_576
/** How long what a host says of its abilities is believed, in ms. Where that has become wrong, git goes the direct way. */
const abilitiesMs = 600_000
/** Protocol version 2 says nothing else before it is asked (gitprotocol-v2, "Capability Advertisement"); others name branches there. */
const abilities = /^(001e# service=git-upload-pack\n0000)?000eversion 2\n/
const abilitiesLimit = 16_384
const hostsAtMost = 500
/** A connection that nobody used for so many ms is closed. */
const idleMs = 50_000

/** Set by people whose Git hosts are behind a proxy, or trusted by a folder of certificates: git knows how, we don't. */
const tooSpecial = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY', 'GIT_SSL_CAPATH']
/** Where distributions keep what the machine trusts. */
const bundles = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem']

/** Doors of this process; one is enough. Nothing is opened before the first passage. */
export class Passages {
  #goals = new Map<string, Goal>()
  #server: Promise<Server> | null = null
  #agents = new Map<string, Agent>()
  #abilities = new Map<string, { of: string; body: Buffer; headers: Headers; until: number }>()

  /** Null where git has to go itself. `authorization` is the header's value. */
  async open(origin: string, authorization: string | null): Promise<Passage | null> {
    if (tooSpecial.some((name) => process.env[name])) return null
    const server = await (this.#server ??= this.#listen()).catch(() => null)
    if (!server) {
      this.#server = null
      return null
    }
    const { port } = server.address() as AddressInfo
    const secret = randomBytes(24).toString('hex')
    const ended = new AbortController()
    // Every question of a negotiation listens.
    setMaxListeners(0, ended.signal)
    this.#goals.set(secret, { origin, authorization, ended })
    const here = `http://127.0.0.1:${port}`
    return {
      origin: here,
      // In the environment, which others can't read: whoever knows the secret may use the token.
      env: {
        GIT_ALLOW_PROTOCOL: 'http',
        GIT_CONFIG_COUNT: '2',
        GIT_CONFIG_KEY_0: `http.${here}/.extraHeader`,
        GIT_CONFIG_VALUE_0: `${secretHeader}: ${secret}`,
        GIT_CONFIG_KEY_1: 'http.followRedirects',
        GIT_CONFIG_VALUE_1: 'false',
        no_proxy: '127.0.0.1',
      },
      // What still asks then was left behind by a git that was killed, and would wait for as long as the host keeps it waiting.
      release: () => {
        this.#goals.delete(secret)
        ended.abort()
      },
    }
  }

  async #listen(): Promise<Server> {
    const server = createServer(
      (request, response) => void this.#pass(request, response).catch(() => response.destroy()),
    )
    server.listen(0, '127.0.0.1').unref()
    await once(server, 'listening')
    // No more files can be opened, say: whoever wanted in goes the direct way.
    server.on('error', () => undefined)
    return server
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const goal = this.#goals.get(String(request.headers[secretHeader] ?? ''))
    const { method, url = '' } = request
    const expected = method === 'GET' || method === 'POST' ? questions[method] : null
    if (!goal || !expected?.url.test(url)) return refuse(response, 403)
    goal.ended.signal.addEventListener('abort', () => response.destroy())
    const body = await bodyOf(request, bodyLimit)
    if (body === null) return refuse(response, 413)
    const host = JSON.stringify([goal.origin, goal.authorization])
    const question = method === 'GET' ? JSON.stringify([host, url, request.headers['git-protocol']]) : ''
    const known = this.#abilities.get(question)
    if (known && known.until > Date.now()) return void response.writeHead(200, known.headers).end(known.body)
    const answer = await this.#ask(goal, request, body, response).catch(() => null)
    if (answer?.statusCode !== 200 || answer.headers['content-type'] !== expected.type) {
      answer?.destroy()
      for (const [key, { of }] of this.#abilities) if (of === host) this.#abilities.delete(key)
      return refuse(response, 502)
    }
    answer.on('error', () => response.destroy())
    const headers = picked(answer.headers, answered)
    response.writeHead(200, headers)
    if (question !== '') this.#learn(question, host, answer, headers)
    answer.pipe(response)
  }

  #learn(question: string, of: string, answer: IncomingMessage, headers: Headers): void {
    const chunks: Buffer[] = []
    let length = 0
    answer.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length <= abilitiesLimit) chunks.push(chunk)
    })
    answer.on('end', () => {
      const body = Buffer.concat(chunks)
      if (length > abilitiesLimit || !abilities.test(body.toString('latin1'))) return
      if (this.#abilities.size >= hostsAtMost) this.#abilities.clear()
      this.#abilities.set(question, { of, body, headers, until: Date.now() + abilitiesMs })
    })
  }

  async #ask(goal: Goal, request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<IncomingMessage> {
    const headers = {
      ...picked(request.headers, asked),
      ...(goal.authorization === null ? {} : { authorization: goal.authorization }),
      ...(request.method === 'POST' ? { 'content-length': String(body.length) } : {}),
    }
    const agent = this.#agentOf(goal.origin)
    const { method = 'GET', url = '/' } = request
    const asking = ask(goal.origin, { path: url, method, headers, agent })
    // A connection that breaks in the middle of an answer says so here, too, when nobody waits any more.
    asking.on('error', () => undefined)
    // git is gone or has all it wanted: a host that says nothing more isn't waited for.
    response.on('close', () => asking.destroy())
    asking.end(body)
    try {
      const [answer] = (await once(asking, 'response')) as [IncomingMessage]
      return answer
    } catch (error) {
      // The host had closed what we kept; a question of git changes nothing, so it may be asked again.
      if (asking.reusedSocket && !response.destroyed) return this.#ask(goal, request, body, response)
      throw error
    }
  }

  #agentOf(origin: string): Agent {
    const known = this.#agents.get(origin)
    if (known) return known
    const ca = trusted()
    const agent = new Agent({
      keepAlive: true,
      timeout: idleMs,
      scheduling: 'lifo',
      noDelay: true,
      // Whatever NODE_TLS_REJECT_UNAUTHORIZED says: git doesn't read it.
      rejectUnauthorized: true,
      ...(ca ? { ca } : {}),
    })
    this.#agents.set(origin, agent)
    return agent
  }
}

/** What this machine trusts, as git does: not the list that Node brings along, which no administrator can add to. */
export function trusted(): string | null {
  const file = process.env.GIT_SSL_CAINFO ?? process.env.SSL_CERT_FILE ?? bundles.find((path) => existsSync(path))
  return file === undefined ? null : readFileSync(file, 'utf8')
}

async function bodyOf(message: IncomingMessage, limit: number): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of message as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > limit) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function picked(headers: IncomingMessage['headers'], names: string[]): Headers {
  return Object.fromEntries(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])))
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { connection: 'close' }).end()
}
