import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { PanelError } from '@/lib/errors.ts'
import { ask } from '@/lib/panel/ask.ts'
import type { Context } from '@/lib/panel/context.ts'
import { listServerPage } from '@/lib/panel/servers-page.ts'
import * as servers from '@/lib/panel/servers.ts'
import { makeSshKey } from '@/lib/panel/ssh-key.ts'
import { findServer } from '@/lib/store/servers.ts'
import { insertReadyEnvironment } from './deployments.ts'
import { startAnswering, type Answering } from './answering.ts'
import { as, openPanel, owner, refused } from './panel.ts'

let ctx: Context
let close: () => Promise<void>
let worker: Answering | null = null
beforeAll(async () => {
  ;({ ctx, close } = await openPanel())
})
afterAll(() => close())
beforeEach(async () => {
  await ctx.db.prisma.environment.deleteMany()
  await ctx.db.prisma.server.deleteMany()
  await ctx.db.prisma.ask.deleteMany()
  await ctx.db.prisma.auditEntry.deleteMany()
})
afterEach(async () => {
  await worker?.stop()
  worker = null
})

const web = { name: 'Web 1', host: 'web.example', user: 'deployer' }
const fingerprint = `SHA256:${'A'.repeat(43)}`
const other = `SHA256:${'B'.repeat(43)}`
const hostKey = 'ssh-ed25519 AAAAC3Nza'
const unknown = { id: '00000000-0000-4000-8000-000000000000' }

describe('a key pair', () => {
  it('is one that ssh-keygen reads, with the public half that goes with it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fairlead-key-'))
    try {
      const key = makeSshKey('fairlead-web')
      await writeFile(join(folder, 'key'), key.privateKey, { mode: 0o600 })
      expect(execFileSync('ssh-keygen', ['-y', '-f', join(folder, 'key')], { encoding: 'utf8' }).trim()).toBe(
        key.publicKey,
      )
      expect(makeSshKey('fairlead-web').publicKey).not.toBe(key.publicKey)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

describe('servers', () => {
  it('come page by page, by name, and a page after one that is gone is said to be', async () => {
    const named = async (name: string) => (await servers.addServer(ctx, owner, { ...web, name })).id
    const [, a, b] = [await named('c'), await named('a'), await named('b')]
    const page = (cursor?: string) => listServerPage(ctx, owner, { limit: 2, ...(cursor ? { cursor } : {}) })
    expect(await page()).toMatchObject({ items: [{ id: a }, { id: b }], next: b })
    expect(await page(b)).toMatchObject({ items: [{ name: 'c' }], next: null })
    expect(await page(a)).toMatchObject({ items: [{ name: 'b' }, { name: 'c' }], next: null })
    await servers.removeServer(ctx, owner, { id: b })
    await expect(page(b)).rejects.toEqual(refused('invalid'))
  })
})

describe('a server', () => {
  it('gets a key of its own, whose private half is nowhere to be seen', async () => {
    const added = await servers.addServer(ctx, owner, web)
    expect(added).toMatchObject({
      ...web,
      port: 22,
      fingerprint: null,
      check: null,
      publicKey: expect.stringMatching(/^ssh-ed25519 \S+ fairlead-web-1$/),
    })
    expect(added.authorizeCommand).toContain(`'${added.publicKey}'`)
    const row = (await findServer(ctx.db.prisma, added.id))!
    expect(Buffer.from(ctx.secrets.decrypt(row.privateKey)).toString()).toContain('OPENSSH PRIVATE KEY')
    expect(Buffer.from(row.privateKey).toString('latin1')).not.toContain('OPENSSH')
    expect(
      JSON.stringify([
        added,
        await servers.listServers(ctx, owner),
        await ctx.db.prisma.auditEntry.findMany({ select: { data: true } }),
      ]),
    ).not.toContain('PRIVATE')
    expect(await servers.getServer(ctx, as('admin'), { id: added.id })).toEqual(added)
  })

  it.each(['viewer', 'developer'] as const)('cannot be added, trusted or removed by a %s', async (role) => {
    await expect(servers.addServer(ctx, as(role), web)).rejects.toEqual(refused('forbidden'))
    const { id } = await servers.addServer(ctx, owner, web)
    const tries = [
      servers.getServer,
      servers.readHostKey,
      servers.removeServer,
      servers.checkServer,
      (...[panel, actor, input]: Parameters<typeof servers.getServer>) =>
        servers.confirmHostKey(panel, actor, { ...input, fingerprint }),
    ]
    for (const one of tries) await expect(one(ctx, as(role), { id })).rejects.toEqual(refused('not_found'))
    await insertReadyEnvironment(ctx)
    const used = (await servers.listServers(ctx, owner)).find(({ environments }) => environments.length > 0)!
    for (const one of tries) await expect(one(ctx, as(role), { id: used.id })).rejects.toEqual(refused('forbidden'))
    await expect(servers.removeServer(ctx, as(role), unknown)).rejects.toEqual(refused('not_found'))
    expect(await servers.listServers(ctx, as(role))).toEqual([])
  })

  it('is refused with hostile fields, each of them named', async () => {
    const hostile = servers.addServer(ctx, owner, {
      name: 'a\u202eb',
      host: '-oProxyCommand=id',
      port: 0,
      user: '$(id)',
    })
    await expect(hostile).rejects.toMatchObject({
      code: 'invalid',
      details: { problems: [{ path: 'name' }, { path: 'host' }, { path: 'port' }, { path: 'user' }] },
    })
    await expect(servers.getServer(ctx, owner, { id: "' OR 1=1 --" })).rejects.toEqual(refused('invalid'))
  })

  it('has a name of its own, also when two are added at once', async () => {
    const both = await Promise.allSettled([servers.addServer(ctx, owner, web), servers.addServer(ctx, owner, web)])
    expect(both.filter(({ status }) => status === 'rejected')).toEqual([
      { status: 'rejected', reason: refused('conflict') },
    ])
    expect(await ctx.db.prisma.auditEntry.count()).toBe(1)
  })

  it('is trusted by the key that it presents now, and not by another', async () => {
    const { id } = await servers.addServer(ctx, owner, web)
    worker = await startAnswering(ctx, () => ({ hostKey, fingerprint }))
    expect(await servers.readHostKey(ctx, owner, { id })).toEqual({ hostKey, fingerprint })
    await expect(servers.confirmHostKey(ctx, owner, { id, fingerprint: other })).rejects.toEqual(
      refused('host_key_changed', { details: { fingerprint } }),
    )
    expect((await servers.getServer(ctx, owner, { id })).fingerprint).toBeNull()
    expect(await servers.confirmHostKey(ctx, owner, { id, fingerprint: `${fingerprint}=` })).toMatchObject({
      id,
      fingerprint,
    })
    expect(await ctx.db.prisma.server.findFirst()).toMatchObject({ hostKey })
    expect(worker.asked.map((one) => [one.kind, one.input])).toEqual(Array(3).fill(['hostKey', { serverId: id }]))
  })

  it('is checked only after it is trusted, and keeps the last report', async () => {
    const { id } = await servers.addServer(ctx, owner, web)
    await expect(servers.checkServer(ctx, owner, { id })).rejects.toEqual(refused('conflict'))
    await ctx.db.prisma.server.update({ where: { id }, data: { hostKey, fingerprint } })
    const lines = [
      { id: 'reach', label: 'Reachable', verdict: 'ok', detail: '2 ms' },
      { id: 'sudo', label: 'sudo', verdict: 'warning', detail: 'none', remedy: 'visudo' },
    ]
    worker = await startAnswering(ctx, () => ({ lines }))
    await expect(servers.checkServer(ctx, owner, { id, root: '/srv/$(id)' })).rejects.toEqual(refused('invalid'))
    const report = await servers.checkServer(ctx, as('admin'), { id, root: '/srv/app' })
    expect(report).toMatchObject({ lines, verdict: 'warning' })
    expect((await servers.getServer(ctx, owner, { id })).check).toEqual(report)
    expect(worker.asked).toMatchObject([{ kind: 'check', input: { serverId: id, root: '/srv/app' } }])
  })

  it('that an environment uses stays', async () => {
    await insertReadyEnvironment(ctx)
    const [server] = await servers.listServers(ctx, owner)
    expect(server?.environments).toHaveLength(1)
    await expect(servers.removeServer(ctx, owner, { id: server!.id })).rejects.toEqual(refused('conflict'))
    await ctx.db.prisma.environment.deleteMany()
    await servers.removeServer(ctx, owner, { id: server!.id })
    expect(await servers.listServers(ctx, owner)).toEqual([])
  })
})

describe('a question', () => {
  const question = (deadlineMs = 10_000) => ask(ctx, 'refs', { projectId: unknown.id }, { deadlineMs })

  it('is refused at once without a worker', async () => {
    await expect(question()).rejects.toEqual(refused('no_worker'))
    expect(await ctx.db.prisma.ask.count()).toBe(0)
  })

  it('brings back the refusal of the worker', async () => {
    worker = await startAnswering(ctx, () => {
      throw new PanelError('unreachable', 'The host does not answer.', { server: 'Web 1' })
    })
    await expect(question()).rejects.toEqual(
      refused('unreachable', { message: 'The host does not answer.', details: { server: 'Web 1' } }),
    )
  })

  it('gives up at its deadline, and many at once each get their own answer', async () => {
    worker = await startAnswering(ctx, () => undefined)
    await expect(question(100)).rejects.toEqual(refused('timed_out'))
    await worker.stop()
    worker = await startAnswering(ctx, ({ input }) => (input as { projectId: string }).projectId)
    const ids = Array.from({ length: 8 }, (_, n) => `00000000-0000-4000-8000-00000000000${n}`)
    expect(await Promise.all(ids.map((projectId) => ask(ctx, 'refs', { projectId }, { deadlineMs: 20_000 })))).toEqual(
      ids,
    )
  })

  it('takes one connection to the database with all others together, and too many are refused at once', async () => {
    worker = await startAnswering(ctx, () => undefined)
    const listeners = async () => {
      const { rows } = await ctx.db.pool.query<{ count: number }>(
        `SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'fairlead listen'`,
      )
      return rows[0]!.count
    }
    const before = await listeners()
    const ends = Array.from({ length: 40 }, () => question(3_000).catch((error: PanelError) => error.code))
    await vi.waitFor(async () => expect(await ctx.db.prisma.ask.count()).toBe(32))
    expect(await listeners()).toBe(before + 1)
    const codes = await Promise.all(ends)
    expect(codes.filter((code) => code === 'too_many')).toHaveLength(8)
    expect(codes.filter((code) => code === 'timed_out')).toHaveLength(32)
    await vi.waitFor(async () => expect(await listeners()).toBe(before))
  })
})
