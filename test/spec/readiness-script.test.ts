// The scripts of readiness checks, run here: with curl, and where there is none.
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { optionsSchema } from '../../lib/spec/options.ts'
import { readinessSteps } from '../../lib/spec/readiness-script.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-readiness-'))
/** Programs of a server without curl and wget. */
const few = ['cat', 'cut', 'head', 'sed', 'sleep', 'tail', 'timeout', 'tr']
let one: Server, other: Server
let port: number, otherPort: number
const answers: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  '/up': (request, response) => response.end(JSON.stringify(request.headers)),
  '/moved': (_, response) => response.writeHead(302, { location: '/up' }).end(),
  '/away': (_, response) => response.writeHead(307, { location: `http://localhost:${otherPort}/up` }).end(),
  '/around': (_, response) => response.writeHead(301, { location: '/around' }).end(),
  '/early': (request, response) => {
    response.writeEarlyHints({ link: '</a.css>; rel=preload' })
    response.end(request.url)
  },
  '/edge': (_, response) => response.writeHead(500).end(`${'{"a":1},'.repeat(255)}token-of-somebody`),
  '/long': (_, response) => response.end('x'.repeat(1_000_000)),
}
const listening = async (): Promise<[Server, number]> => {
  const server = createServer((request, response) => {
    const known = answers[request.url ?? '']
    if (known) known(request, response)
    else response.writeHead(404, { 'set-cookie': 'session=41' }).end('nothing\nhere')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return [server, (server.address() as AddressInfo).port]
}
beforeAll(async () => {
  ;[one, port] = await listening()
  ;[other, otherPort] = await listening()
  for (const name of few)
    symlinkSync(existsSync(`/usr/bin/${name}`) ? `/usr/bin/${name}` : `/bin/${name}`, join(folder, name))
})
afterAll(() => {
  one.close()
  other.close()
  rmSync(folder, { recursive: true })
})

function run(check: object, path: string): Promise<{ passed: boolean; said: string }> {
  const common = { name: 'up', totalSeconds: 1, pauseSeconds: 1 }
  const asked = 'command' in check ? { kind: 'exec', when: 'before' } : { kind: 'httpGet', port }
  const { readiness } = optionsSchema.parse({ readiness: [{ ...common, ...asked, ...check }] })
  const script = join(folder, `${readiness[0]!.name}.sh`)
  writeFileSync(script, readinessSteps({ ...optionsSchema.parse({}), readiness }, readiness[0]!.when)[0]!.text)
  const env = {
    PATH: path,
    TOKEN: 'a"b\\c$d',
    FAIRLEAD_REVISION: 'abc123',
    FAIRLEAD_RELEASE: 'r',
    NODE_ENV: 'test' as const,
  }
  return new Promise((resolve) =>
    execFile('/bin/bash', [script], { env }, (error, out, err) => resolve({ passed: error === null, said: out + err })),
  )
}

describe.each([
  ['curl', () => process.env['PATH']!],
  ['nothing but bash', () => folder],
])('asked with %s', (_tool, path) => {
  it('passes from 200 to 299, wherever a redirect leads', async () => {
    expect(await run({ path: '/up' }, path())).toEqual({
      passed: true,
      said: `http://127.0.0.1:${port}/up answers 200 (try 1).\n`,
    })
    expect((await run({ path: '/moved' }, path())).said).toContain(`200 at http://127.0.0.1:${port}/up (try 1)`)
    expect(await run({ path: '/early' }, path())).toMatchObject({ passed: true })
    expect(await run({ path: '/long' }, path())).toMatchObject({ passed: true })
  })

  it('takes one status if one is named, be it a redirect', async () => {
    expect(await run({ path: '/gone', status: 404 }, path())).toMatchObject({ passed: true })
    expect(await run({ path: '/moved', status: 302 }, path())).toMatchObject({ passed: true })
    expect(await run({ path: '/up', status: 204 }, path())).toMatchObject({ passed: false })
  })

  it('shows the last answer, and no session', async () => {
    const { passed, said } = await run({ path: '/gone' }, path())
    expect(passed).toBe(false)
    const [, sentence, first, ...rest] = said.split('\n')
    expect(sentence).toMatch(
      /^Not ready: http:\/\/127\.0\.0\.1:\d+\/gone answers 404 Not Found, expected was 2xx \(try 1/,
    )
    expect(first).toMatch(/^HTTP\/1\.. 404 Not Found$/)
    expect(rest.join('\n')).toContain('set-cookie: …\n')
    expect(rest.join('\n')).toMatch(/\n\nnothing\nhere\n$/)
    expect((await run({ path: '/edge' }, path())).said).toMatch(/[^t]\{"a":1\},…\n$/)
  })

  it('follows in circles five times', async () => {
    expect((await run({ path: '/around' }, path())).said).toContain('answers 301 Moved Permanently, expected was 2xx')
  })

  it('sends names and variables as they are, and only to whom they were meant for', async () => {
    const headers = [{ name: 'X-Token', value: `t ${'${TOKEN}'};` }]
    const check = { host: 'shop.example', headers, contains: 'none' }
    const { said } = await run({ ...check, path: '/up' }, path())
    expect(said).toContain(`http://shop.example:${port}/up answers 200 without “none”`)
    expect(JSON.parse(said.trim().split('\n').at(-1)!)).toMatchObject({
      host: 'shop.example',
      'x-token': 't a"b\\c$d;',
    })
    const away = await run({ ...check, path: '/away' }, path())
    expect(away.said).toContain(`200 at http://localhost:${otherPort}/up`)
    expect(JSON.parse(away.said.trim().split('\n').at(-1)!)).not.toHaveProperty('x-token')
  })

  it('says which variable is missing', async () => {
    const headers = [{ name: 'X-Token', value: '${NOT_THERE}' }]
    expect((await run({ headers }, path())).said).toContain('Not ready: the variable NOT_THERE')
  })

  it('says that nobody answers', async () => {
    expect((await run({ port: 1 }, path())).said).toMatch(/Not ready: http:\/\/127\.0\.0\.1:1\/ gives no answer/)
  })
})

it('shows the end of what a command says, by whole words', async () => {
  const says = (text: string) => run({ command: `printf '${text}'; exit 1` }, process.env['PATH']!)
  expect((await says('here it is\\n')).said).toMatch(/ s\)\.\nhere it is\n$/)
  expect((await says(`token-of-somebody ${'x'.repeat(2044)}`)).said).toMatch(/\n… x{2044}\n$/)
})

it('says that https needs a program', async () => {
  expect((await run({ scheme: 'https' }, folder)).said).toContain('Not ready: there is neither curl nor wget')
})
