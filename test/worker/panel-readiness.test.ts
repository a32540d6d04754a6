// Readiness checks that the panel does itself: what passes, what is sent to whom, and whom it never asks.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { optionsSchema } from '@/lib/spec/options.ts'
import { isOfPanel } from '@/lib/spec/readiness.ts'
import { isAsked } from '@/lib/worker/guarded-get.ts'
import { checkFromPanel } from '@/lib/worker/readiness.ts'
import type { CheckResult } from '@/lib/worker/readiness.ts'

let one: Server, other: Server
let port: number, otherPort: number
let tries = 0
const answers: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  '/up': (request, response) => response.end(JSON.stringify(request.headers)),
  '/moved': (_, response) => response.writeHead(302, { location: '/up' }).end(),
  '/away': (_, response) => response.writeHead(307, { location: `http://localhost:${otherPort}/up` }).end(),
  '/cloud': (_, response) => response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end(),
  '/around': (_, response) => response.writeHead(301, { location: '/around' }).end(),
  '/second': (_, response) => response.writeHead((tries += 1) > 1 ? 200 : 503).end(),
  '/silent': () => {},
  '/switch': (_, response) => response.writeHead(101, { connection: 'upgrade', upgrade: 'other' }).end(),
  '/edge': (_, response) => response.end(`${'x'.repeat(2045)}token-41`),
  '/long': (_, response) => response.end('x'.repeat(1_000_000)),
  '/odd': (_, response) => response.writeHead(500, 'In\u009bternal').end('\u202eturned'),
  '/secret': (_, response) => response.writeHead(500, { 'set-cookie': 'session=41' }).end('token-41\u0007 is known'),
}
const listening = async (): Promise<[Server, number]> => {
  const server = createServer((request, response) => {
    const known = answers[request.url ?? '']
    if (known) known(request, response)
    else response.writeHead(404).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return [server, (server.address() as AddressInfo).port]
}
beforeAll(async () => {
  ;[one, port] = await listening()
  ;[other, otherPort] = await listening()
})
afterAll(() => {
  for (const server of [one, other]) {
    server.closeAllConnections()
    server.close()
  }
})

const target = {
  host: '127.0.0.1',
  isDirect: true,
  release: 'deployment_12.abc123',
  revision: 'abc123',
  variables: { TOKEN: 'token-41' },
  redact: (text: string) => text.replaceAll('token-41', '[redacted]'),
}
function check(
  more: object,
  at: Partial<typeof target> = {},
  signal = new AbortController().signal,
): Promise<CheckResult> {
  const usual = { kind: 'httpGet', name: 'up', from: 'panel', port, totalSeconds: 1, pauseSeconds: 1 }
  const [parsed] = optionsSchema.parse({ readiness: [{ ...usual, ...more }] }).readiness
  if (!parsed || !isOfPanel(parsed)) throw new Error('a check of a server')
  return checkFromPanel({ ...target, ...at }, parsed, signal)
}

describe('a check from the panel', () => {
  it('passes from 200 to 299, wherever a redirect leads, or with the one status that is named', async () => {
    expect(await check({ path: '/up' })).toMatchObject({
      ok: true,
      tries: 1,
      message: `http://127.0.0.1:${port}/up answers 200 (try 1).`,
    })
    expect((await check({ path: '/moved' })).message).toContain(`200 at http://127.0.0.1:${port}/up (try 1)`)
    expect(await check({ path: '/moved', status: 302 })).toMatchObject({ ok: true })
    expect(await check({ path: '/gone', status: 404 })).toMatchObject({ ok: true })
    expect((await check({ path: '/around' })).message).toContain('answers 301 Moved Permanently, expected was 2xx')
  })

  it('asks again until it passes', async () => {
    expect(await check({ path: '/second', totalSeconds: 60 })).toMatchObject({ ok: true, tries: 2 })
  })

  it('gives up on who never answers', async () => {
    expect(await check({ path: '/silent', trySeconds: 1 })).toMatchObject({
      ok: false,
      message: expect.stringContaining('gives no answer, expected was 2xx (try 1'),
      lastAnswer: 'It took too long.',
    })
  })

  it('takes a change of protocol for an answer', async () => {
    expect((await check({ path: '/switch' })).message).toContain('answers 101 Switching Protocols, expected was 2xx')
  })

  it('sends names and variables, and only to whom they were meant for', async () => {
    const headers = [{ name: 'Authorization', value: `Bearer ${'${TOKEN}'}` }]
    const wanted = { host: 'shop.example', headers, contains: '{release}' }
    const asked = await check({ ...wanted, path: '/up' })
    expect(asked.message).toContain(`http://shop.example:${port}/up answers 200 without “deployment_12.abc123”`)
    expect(asked.lastAnswer).toContain('"host":"shop.example"')
    expect(asked.lastAnswer).toContain('"authorization":"Bearer [redacted]"')
    const away = await check({ ...wanted, path: '/away' })
    expect(away.message).toContain(`at http://localhost:${otherPort}/up`)
    expect(away.lastAnswer).not.toContain('authorization')
    expect(await check({ headers: [{ name: 'A', value: '${B}' }] })).toMatchObject({
      ok: false,
      message: expect.stringContaining('the variable B, which the header A needs, is not set'),
    })
  })

  it('shows the beginning of the last answer, without sessions, secrets and control characters', async () => {
    const { lastAnswer } = await check({ path: '/secret' })
    expect(lastAnswer).toMatch(/^HTTP 500 Internal Server Error\nset-cookie: …\n/)
    expect(lastAnswer).toMatch(/\n\n\[redacted\] is known$/)
    expect(await check({ path: '/odd' })).toMatchObject({
      message: expect.stringMatching(/answers 500 Internal, expected/),
      lastAnswer: expect.stringMatching(/\n\nturned$/),
    })
    expect((await check({ path: '/edge', contains: 'y' })).lastAnswer).not.toMatch(/x[to]/)
    expect((await check({ path: '/long', contains: 'y' })).lastAnswer.length).toBeLessThan(5000)
  })

  it('never asks where machines keep their credentials, nor its own machine for a server elsewhere', async () => {
    for (const address of ['169.254.169.254', '::ffff:169.254.169.254', '2852039166', 'fd00:ec2::254', 'fe80::1'])
      expect((await check({ address })).lastAnswer).toMatch(/^Fairlead does not ask /)
    expect(await check({ path: '/cloud' })).toMatchObject({
      ok: false,
      lastAnswer: 'Fairlead does not ask 169.254.169.254.',
    })
    const elsewhere = { host: '203.0.113.7' }
    expect((await check({ address: '127.0.0.1' }, elsewhere)).lastAnswer).toBe('Fairlead does not ask 127.0.0.1.')
    expect((await check({ address: 'localhost' }, elsewhere)).lastAnswer).toMatch(/does not ask localhost \(/)
    expect((await check({}, { isDirect: false })).lastAnswer).toBe('Fairlead does not ask 127.0.0.1.')
    expect(['10.0.0.5', '192.168.1.9', '203.0.113.7', 'fd12::1'].every((address) => isAsked(address, false))).toBe(true)
  })

  it('ends with who wanted it', async () => {
    const wish = new AbortController()
    const waiting = check({ path: '/silent', trySeconds: 60 }, {}, wish.signal)
    wish.abort(new Error('no longer wanted'))
    await expect(waiting).rejects.toThrow('no longer wanted')
  })
})
