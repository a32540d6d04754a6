import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Claim } from '@/lib/store/claims.ts'
import { appendLog, logStart, type LogPosition } from '@/lib/store/logs.ts'
import { openApi, type Api } from '../api/server.ts'
import { begin, finish, insertReadyEnvironment, succeed } from '../panel/deployments.ts'
import { run, start } from './program.ts'

let api: Api
let env: { FAIRLEAD_URL: string; FAIRLEAD_TOKEN: string }
beforeAll(async () => {
  api = await openApi()
  env = { FAIRLEAD_URL: `${api.url}/`, FAIRLEAD_TOKEN: await api.token('developer') }
})
afterAll(() => api.close())

/** An environment of its own, as it is typed. */
async function environment(): Promise<{ id: string; name: string }> {
  const id = await insertReadyEnvironment(api.ctx)
  const { project, slug } = await api.ctx.db.prisma.environment.findUniqueOrThrow({
    where: { id },
    include: { project: true },
  })
  return { id, name: `${project.slug}/${slug}` }
}

async function write(held: Claim, text: string, from: LogPosition = logStart): Promise<LogPosition> {
  const bytes = new TextEncoder().encode(text)
  return appendLog(api.ctx.db, held, { segment: 'main', step: 2 }, from, bytes, {
    rawOffset: from.rawOffset + bytes.length,
    hashState: bytes,
  })
}

/** The next deployment that somebody asks for, in the hands of a worker. */
const nextBegun = () => vi.waitFor(() => begin(api.ctx), { timeout: 20_000 })

describe('deploying from a script', () => {
  it('prints the log and ends with 0 when it succeeded', async () => {
    const { name } = await environment()
    const program = start(['deploy', name, 'v1', '--follow'], env)
    const held = await nextBegun()
    const position = await write(held, 'installing\n\x1b[32mgré')
    await vi.waitFor(() => expect(program.out()).toContain('installing'), { timeout: 20_000 })
    await write(held, 'en\x1b[0m', position)
    await finish(api.ctx, held.deploymentId, 'succeeded')
    const { code, out, err } = await program.ended
    expect(out).toBe('==> after.pull\ninstalling\n\x1b[32mgréen\x1b[0m\n')
    expect(err).toMatch(
      /^Deployment 1 is (queued|running)\.\n[^]*Deployment 1 succeeded after .*\. Release 1 is live\.\n$/,
    )
    expect(code).toBe(0)
  })

  it('ends with 1 when it failed, and speaks JSON line by line', async () => {
    const { name } = await environment()
    const program = start(['deploy', name, '-f', '--json'], env)
    const held = await nextBegun()
    await write(held, 'oh\n')
    await finish(api.ctx, held.deploymentId, 'failed')
    const { code, out, err } = await program.ended
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, Record<string, unknown>>)
    expect(lines[0]).toMatchObject({ number: 1, status: 'queued' })
    expect(lines.filter((line) => line.chunk)).toMatchObject([{ chunk: { text: 'oh\n' } }])
    expect(lines.filter((line) => line.event).map((line) => line.event!.type)).toEqual([
      'requested',
      'claimed',
      'planned',
      'finished',
    ])
    expect(lines.at(-1)).toMatchObject({ deployment: { status: 'failed', failure: { code: 'command_failed' } } })
    expect({ code, err }).toEqual({ code: 1, err: '' })
  })

  it('loses and repeats no line when the connection breaks', async () => {
    const { name } = await environment()
    const program = start(['deploy', name, '-f'], env)
    const held = await nextBegun()
    let position = logStart
    let expected = ''
    for (let line = 1; line <= 5; line++) {
      position = await write(held, `line ${line}\n`, position)
      expected += `line ${line}\n`
      await vi.waitFor(() => expect(program.out()).toBe(`==> after.pull\n${expected}`), { timeout: 20_000 })
      api.hangUp()
    }
    await finish(api.ctx, held.deploymentId, 'succeeded')
    const { code, out, err } = await program.ended
    expect(out).toBe(`==> after.pull\n${expected}`)
    expect(err).toContain('Trying again')
    expect(code).toBe(0)
  })

  it('deploys once however often the same key is given, and leaves off on Ctrl-C', async () => {
    const { id, name } = await environment()
    const first = await run(['deploy', name, '--key', 'commit 7'], env)
    expect(first).toMatchObject({ code: 2, err: expect.stringContaining('visible ASCII') })
    for (let time = 0; time < 2; time++)
      expect(await run(['deploy', name, '--key', 'commit-7'], env)).toEqual({
        code: 0,
        out: 'Deployment 1 is queued.\n',
        err: '',
      })
    const program = start(['logs', name, '-f'], env)
    const held = await nextBegun()
    await write(held, 'busy\n')
    await vi.waitFor(() => expect(program.out()).toContain('busy'), { timeout: 20_000 })
    program.interrupt()
    expect(await program.ended).toMatchObject({ code: 130, err: expect.stringContaining('goes on') })
    expect(await api.ctx.db.prisma.deployment.findMany({ where: { environmentId: id } })).toMatchObject([
      { status: 'running' },
    ])
    await finish(api.ctx, held.deploymentId, 'succeeded')
  })
})

describe('releases from a script', () => {
  it('are listed, activated, rolled back to, and a deployment is cancelled', async () => {
    const { name } = await environment()
    expect(await run(['rollback', name], env)).toMatchObject({
      code: 4,
      err: expect.stringContaining('no earlier release'),
    })
    expect(await run(['logs', name], env)).toMatchObject({ code: 4 })
    for (let count = 0; count < 2; count++) {
      await run(['deploy', name], env)
      await succeed(api.ctx, 'succeeded')
    }
    const releases = await run(['releases', name], env)
    expect(releases.out).toMatch(/^2 {2}live +\S+ \S+ +abcdef0 +A change\n1 {2}complete .*A change\n$/)
    expect(JSON.parse((await run(['releases', name, '--json'], env)).out)).toMatchObject([
      { number: 2, isLive: true },
      { number: 1 },
    ])
    expect(await run(['rollback', name, '--server', 'nowhere'], env)).toMatchObject({
      code: 2,
      err: expect.stringContaining('on no such server'),
    })
    expect(await run(['rollback', name, '--server', 'web-1'], env)).toMatchObject({
      code: 0,
      out: 'Activation 3 is queued.\n',
    })
    expect(await run(['continue', name], env)).toMatchObject({ code: 4, err: expect.stringContaining('wait') })
    expect(await run(['cancel', name, '--put-back'], env)).toMatchObject({
      code: 0,
      out: 'Activation 3 was cancelled.\n',
    })
    const wished = await api.ctx.db.prisma.event.findFirstOrThrow({
      where: { type: 'cancel.requested' },
      orderBy: { at: 'desc' },
    })
    expect(wished.data).toMatchObject({ keep: false })
    expect(await run(['cancel', name], env)).toMatchObject({ code: 4 })
    const program = start(['activate', name, '1', '--follow'], env)
    const held = await nextBegun()
    await write(held, 'switched')
    await finish(api.ctx, held.deploymentId, 'succeeded')
    expect(await program.ended).toMatchObject({ code: 0, out: '==> after.pull\nswitched\n' })
    expect((await run(['logs', name], env)).out).toBe('==> after.pull\nswitched\n')
    expect((await run(['deployments', name], env)).out).toMatch(
      /^4 {2}succeeded .* release 1 +developer\n3 {2}cancelled /,
    )
    expect((await run(['environments'], env)).out).toContain(`${name}`)
  })
})

describe('what is wrong', () => {
  it('is said in a line and a number', async () => {
    expect(await run(['deploy', 'no/where'], env)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('no environment “no/where”'),
    })
    expect(await run(['deploy', 'a/b'], { FAIRLEAD_URL: env.FAIRLEAD_URL })).toMatchObject({
      code: 2,
      err: expect.stringContaining('FAIRLEAD_TOKEN'),
    })
    expect(await run(['deploy', 'a/b'], { ...env, FAIRLEAD_URL: 'ftp://x' })).toMatchObject({ code: 2 })
    const strange = { ...env, FAIRLEAD_TOKEN: `fl_${'x'.repeat(43)}` }
    const refused = await run(['deploy', 'a/b', '--json'], strange)
    expect(refused).toMatchObject({ code: 3, err: expect.stringContaining('not valid') })
    expect(JSON.parse(refused.out)).toMatchObject({ error: { code: 'unauthenticated' } })
    const viewer = { ...env, FAIRLEAD_TOKEN: await api.token('viewer') }
    expect(await run(['deploy', (await environment()).name], viewer)).toMatchObject({
      code: 3,
      err: expect.stringContaining('may not deploy'),
    })
    const silent = createServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    await new Promise((resolve) => silent.close(resolve))
    expect(await run(['environments', '--url', `http://127.0.0.1:${port}`], env)).toMatchObject({
      code: 3,
      err: expect.stringContaining('ECONNREFUSED'),
    })
    expect(await run(['--help'], {})).toMatchObject({ code: 0, out: expect.stringContaining('Exit codes') })
  })
})
