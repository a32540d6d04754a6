// Readiness checks on a real server: who asks, what is put back, and what is said of it.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPlace } from './place.ts'
import type { Place } from './place.ts'

const secret = 'very-secret-token-41'

let place: Place
let application: Server
let port: number
/** What the application of the tests answers, and what it was asked with. */
let answer = { status: 200, body: '' }
const asked: { host: string | undefined; authorization: string | undefined }[] = []
beforeAll(async () => {
  place = await openPlace()
  await place.worker()
  application = createServer(({ headers }, response) => {
    asked.push({ host: headers.host, authorization: headers.authorization })
    response.writeHead(answer.status, { 'retry-after': '7', 'set-cookie': 'session=41' })
    response.end(answer.body.replace('{authorization}', headers.authorization ?? ''))
  }).listen(0, '127.0.0.1')
  await once(application, 'listening')
  ;({ port } = application.address() as AddressInfo)
})
afterAll(async () => {
  await place.close()
  application.close()
})

async function site(...readiness: object[]) {
  const made = await place.environment({ options: { readiness }, env: `HEALTH_TOKEN=${secret}\n` })
  const { id, root, repository } = made
  return {
    live: () => place.host.shell(`cat ${root}/current/index.html`),
    async deploy(text: string) {
      repository.write('index.html', text)
      repository.commit(text)
      const { id: deployment } = await place.request(id)
      const state = await place.finished(deployment)
      const { plan } = await place.db.prisma.deployment.findUniqueOrThrow({ where: { id: deployment } })
      const { steps } = (plan as { segments: { steps: { n: number; name: string }[] }[] }).segments[0]!
      const numberOf = (name: string): number => steps.find((step) => step.name === name)!.n
      return { state, log: (name: string) => place.log(deployment, 'main', numberOf(name)) }
    },
  }
}

test('what is not ready after the switch is put back, and the last answer says why, without its secrets', async () => {
  const headers = [{ name: 'Authorization', value: `Bearer ${'${HEALTH_TOKEN}'}` }]
  const check = { kind: 'httpGet', name: 'up', port, path: '/up', headers, totalSeconds: 1, pauseSeconds: 1 }
  const { live, deploy } = await site({ ...check, host: 'shop.example', contains: '{commit}' })
  answer = { status: 200, body: 'release without its commit' }
  const first = await deploy('one')
  expect(first.state).toMatchObject({
    status: 'failed',
    failure: {
      code: 'not_ready',
      step: 'ready: up',
      message: expect.stringMatching(
        /^http:\/\/shop\.example:\d+\/up answers 200 without “[0-9a-f]{40}”, expected was 2xx with “[0-9a-f]{40}” \(try 1, /,
      ),
    },
  })
  expect(await live().catch(() => 'nothing')).toBe('nothing')

  answer = { status: 503, body: `database is away\nfor {authorization}` }
  const second = await deploy('two')
  const fact = second.state.facts.find(({ key }) => key === 'answer')
  const lines = (fact?.value ?? '').split('\u001f')
  expect(lines).toEqual(
    expect.arrayContaining(['HTTP/1.1 503 Service Unavailable', 'retry-after: 7', 'set-cookie: …', 'database is away']),
  )
  expect(lines).toContain('for Bearer [redacted]')
  expect(asked.at(-1)).toEqual({ host: 'shop.example', authorization: `Bearer ${secret}` })
  const said = await second.log('ready: up')
  expect(said).toContain('answers 503 Service Unavailable')
  expect(said).not.toContain(secret)
})

test('the next try may find it ready', async () => {
  const { live, deploy } = await site({ kind: 'httpGet', name: 'up', port, totalSeconds: 60, pauseSeconds: 1 })
  answer = { status: 503, body: '' }
  application.once('request', () => (answer = { status: 204, body: '' }))
  const { state, log } = await deploy('one')
  expect(state).toMatchObject({ status: 'succeeded', failure: null })
  expect(await log('ready: up')).toBe(
    `Try 1: http://127.0.0.1:${port}/ answers 503 Service Unavailable\nhttp://127.0.0.1:${port}/ answers 204 (try 2).\n`,
  )
  expect(await live()).toBe('one')
})

test('a command says in the new release whether it may be switched to', async () => {
  const command = 'cat index.html; [ "$(cat index.html)" = good ]'
  const check = { kind: 'exec', name: 'itself', when: 'before', command, totalSeconds: 1, pauseSeconds: 1 }
  const { live, deploy } = await site(check)
  expect((await deploy('good')).state).toMatchObject({ status: 'succeeded', failure: null })
  const { state } = await deploy('bad')
  expect(state).toMatchObject({
    status: 'failed',
    failure: { code: 'not_ready', step: 'ready: itself', message: expect.stringContaining('exit code 1, expected') },
    committed: null,
    undo: null,
  })
  expect(state.facts).toContainEqual(expect.objectContaining({ key: 'answer', value: 'bad\u001f' }))
  expect(await live()).toBe('good')
})

test('a check that is only shown does not keep a release from becoming live', async () => {
  const more = { totalSeconds: 1, pauseSeconds: 1, onFailure: 'notify' }
  const { live, deploy } = await site({ kind: 'exec', name: 'itself', command: 'pwd; false', ...more })
  const { state, log } = await deploy('one')
  expect(state).toMatchObject({ status: 'succeeded', failure: null })
  expect(await log('ready: itself')).toMatch(/Not ready: .*\n.*\/current\n$/)
  expect(await live()).toBe('one')
})

test('what the panel asks puts the release before back, too, and is asked once by name', async () => {
  const headers = [{ name: 'Authorization', value: `Bearer ${'${HEALTH_TOKEN}'}` }]
  const check = { kind: 'httpGet', name: 'outside', from: 'panel', port, headers, totalSeconds: 1, pauseSeconds: 1 }
  const { live, deploy } = await site({ ...check, address: place.host.address.host })
  answer = { status: 200, body: 'fine' }
  const first = await deploy('one')
  expect(first.state).toMatchObject({ status: 'succeeded', failure: null })
  expect(first.state.checks).toEqual([
    expect.objectContaining({ name: 'outside', ended: expect.objectContaining({ ok: true, tries: 1 }) }),
  ])
  answer = { status: 500, body: 'token {authorization}' }
  const { state } = await deploy('two')
  expect(state).toMatchObject({
    status: 'failed',
    failure: { code: 'not_ready', server: 'web-1', step: 'ready: outside' },
    undo: { segment: 'undo-1' },
  })
  expect(state.failure?.message).toMatch(/\/ answers 500 Internal Server Error, expected was 2xx \(try 1/)
  expect(state.checks[0]?.ended?.answer).toMatch(/\n\ntoken Bearer \[redacted\]$/)
  expect(asked.at(-1)?.authorization).toBe(`Bearer ${secret}`)
  expect(await live()).toBe('one')
})
