import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '@/lib/panel/context.ts'
import { requestDeployment } from '@/lib/panel/deployments.ts'
import { listHooks, removeHook, saveHook } from '@/lib/panel/hooks.ts'
import { listHookRevisions, revertHook } from '@/lib/panel/hooks-history.ts'
import { readJob } from '@/lib/store/jobs.ts'
import { insertReadyEnvironment } from './deployments.ts'
import { as, openPanel, owner, refused } from './panel.ts'

let ctx: Context
let close: () => Promise<void>
let environmentId: string
beforeAll(async () => {
  ;({ ctx, close } = await openPanel())
})
afterAll(() => close())
beforeEach(async () => {
  await ctx.db.prisma.auditEntry.deleteMany()
  environmentId = await insertReadyEnvironment(ctx)
})

type Input = Parameters<typeof saveHook>[2]
const save = (more: Partial<Input> = {}) =>
  saveHook(ctx, owner, { environmentId, event: 'after.pull', text: 'npm ci', ...more })

describe('a hook', () => {
  it('is kept as typed, with its hash, and listed in the order of the life cycle', async () => {
    const text = `#!/bin/bash\r\nset -e\necho "$(id)" 'ünï 😀'\n`
    const last = await save({ event: 'rollback/after', text, user: 'www-data', timeoutMs: 5000 })
    expect(last).toMatchObject({
      number: 1,
      text,
      user: 'www-data',
      timeoutMs: 5000,
      createdBy: 'A owner',
      sha256: createHash('sha256').update(text).digest('hex'),
    })
    const first = await save({ user: '' })
    expect(first).toMatchObject({ user: null, timeoutMs: 600_000 })
    expect(await listHooks(ctx, as('viewer'), { environmentId })).toEqual([first, last])
    expect(await listHooks(ctx, owner, { environmentId: await insertReadyEnvironment(ctx) })).toEqual([])
  })

  it('is not overwritten by who edited an older one', async () => {
    await save({ text: 'one', basedOn: null })
    await expect(save({ text: 'mine', basedOn: null })).rejects.toEqual(refused('conflict', { details: { newest: 1 } }))
    await save({ text: 'two', basedOn: 1 })
    await expect(save({ text: 'mine', basedOn: 1 })).rejects.toEqual(refused('conflict', { details: { newest: 2 } }))
    await removeHook(ctx, owner, { environmentId, event: 'after.pull' })
    await expect(save({ text: 'mine', basedOn: 2 })).rejects.toEqual(refused('conflict', { details: { newest: null } }))
    expect(await save({ text: 'three', basedOn: null })).toMatchObject({ number: 4 })
  })

  it('has revisions that stay, the newest of which a worker gets', async () => {
    await save({ text: 'one' })
    await save({ text: 'two' })
    const deployment = await requestDeployment(ctx, owner, { environmentId })
    expect((await readJob(ctx.db, deployment.id)).environment.hooks).toMatchObject([
      { event: 'after.pull', number: 2, text: 'two' },
    ])
    await removeHook(ctx, owner, { environmentId, event: 'after.pull' })
    expect(await listHooks(ctx, owner, { environmentId })).toEqual([])
    expect((await readJob(ctx.db, deployment.id)).environment.hooks).toMatchObject([
      { number: 3, text: null, sha256: null },
    ])
    await expect(removeHook(ctx, owner, { environmentId, event: 'after.pull' })).rejects.toEqual(refused('not_found'))
    expect(await save({ text: 'four' })).toMatchObject({ number: 4 })
    expect(
      await ctx.db.prisma.hookRevision.findMany({
        where: { environmentId },
        orderBy: { number: 'asc' },
        select: { text: true },
      }),
    ).toEqual(['one', 'two', null, 'four'].map((text) => ({ text })))
    const actions = await ctx.db.prisma.auditEntry.findMany({
      where: { action: { startsWith: 'hook.' } },
      orderBy: { id: 'asc' },
      select: { action: true },
    })
    expect(actions.map(({ action }) => action)).toEqual(['hook.save', 'hook.save', 'hook.remove', 'hook.save'])
  })

  it('that several people save at once becomes one revision each', async () => {
    const saved = await Promise.all([1, 2, 3, 4].map((n) => save({ text: `echo ${n}` })))
    expect(saved.map(({ number }) => number).sort()).toEqual([1, 2, 3, 4])
  })

  it.each(['viewer', 'developer'] as const)('cannot be saved or removed by a %s', async (role) => {
    await save()
    await expect(saveHook(ctx, as(role), { environmentId, event: 'after.pull', text: 'id' })).rejects.toEqual(
      refused('forbidden'),
    )
    await expect(removeHook(ctx, as(role), { environmentId, event: 'after.pull' })).rejects.toEqual(
      refused('forbidden'),
    )
    expect(await listHooks(ctx, as(role), { environmentId })).toMatchObject([{ text: 'npm ci' }])
  })

  it.each([
    ['event', { event: '../../etc/cron.d/x' }],
    ['event', { event: 'after.pull\n' }],
    ['text', { text: '' }],
    ['text', { text: 'a\0b' }],
    ['text', { text: 'a\ud800' }],
    ['text', { text: 'ü'.repeat(131_073) }],
    ['user', { user: '-u root' }],
    ['user', { user: '$(id)' }],
    ['user', { user: '#0' }],
    ['user', { user: 'root ALL' }],
    ['timeoutMs', { timeoutMs: 999 }],
    ['timeoutMs', { timeoutMs: 21_600_001 }],
    ['timeoutMs', { timeoutMs: '1000;id' }],
    ['environmentId', { environmentId: "' OR 1=1 --" }],
  ])('is refused with a hostile or impossible %s', async (path, wrong) => {
    await expect(save(wrong as Partial<Input>)).rejects.toMatchObject({
      code: 'invalid',
      details: { problems: expect.arrayContaining([expect.objectContaining({ path })]) },
    })
    expect(await ctx.db.prisma.hookRevision.count({ where: { environmentId } })).toBe(0)
  })

  it('of no environment is not found', async () => {
    const nowhere = { environmentId: '00000000-0000-4000-8000-000000000000' }
    await expect(save(nowhere)).rejects.toEqual(refused('not_found'))
    await expect(listHooks(ctx, owner, nowhere)).rejects.toEqual(refused('not_found'))
    await expect(removeHook(ctx, owner, { ...nowhere, event: 'after.pull' })).rejects.toEqual(refused('not_found'))
  })
})

describe('what a hook was', () => {
  const key = () => ({ environmentId, event: 'after.pull' as const })

  it('is told newest first, removals among it, to whoever may look', async () => {
    await save({ text: 'one', user: 'www-data' })
    await removeHook(ctx, owner, key())
    await save({ text: 'two', failure: 'ignored' })
    expect(await listHookRevisions(ctx, as('viewer'), key())).toMatchObject([
      { number: 3, text: 'two', user: null, failure: 'ignored', createdBy: 'A owner' },
      { number: 2, text: null },
      { number: 1, text: 'one', user: 'www-data', failure: null },
    ])
    await expect(listHookRevisions(ctx, owner, { ...key(), environmentId: randomUUID() })).rejects.toEqual(
      refused('not_found'),
    )
  })

  it('comes back as a new revision, with its settings', async () => {
    const first = await save({ text: 'one', user: 'www-data', timeoutMs: 5000, failure: 'ignored' })
    await save({ text: 'two', basedOn: 1 })
    const back = await revertHook(ctx, owner, { ...key(), number: 1, basedOn: 2 })
    expect(back).toEqual({ ...first, number: 3, createdAt: back.createdAt })
    expect(await listHooks(ctx, owner, { environmentId })).toEqual([back])
    const entries = await ctx.db.prisma.auditEntry.findMany({ where: { action: 'hook.revert' } })
    expect(entries).toMatchObject([{ data: { event: 'after.pull', number: 3, to: 1 } }])
  })

  it('does not come back over what somebody saved meanwhile, nor where nothing was', async () => {
    await save({ text: 'one' })
    await removeHook(ctx, owner, key())
    const revert = (number: number, basedOn: number | null) =>
      revertHook(ctx, owner, { ...key(), number, basedOn }).then(({ number: made }) => made)
    await expect(revert(1, 1)).rejects.toEqual(refused('conflict', { details: { newest: null } }))
    await expect(revert(2, null)).rejects.toEqual(refused('not_found'))
    await expect(revert(9, null)).rejects.toEqual(refused('not_found'))
    await expect(revertHook(ctx, as('developer'), { ...key(), number: 1 })).rejects.toEqual(refused('forbidden'))
    expect(await revert(1, null)).toBe(3)
  })
})
