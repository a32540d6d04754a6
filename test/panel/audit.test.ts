import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { recordAudit } from '@/lib/store/audit.ts'
import { exportAudit, listAudit } from '@/lib/panel/audit.ts'
import { requestDeployment } from '@/lib/panel/deployments.ts'
import type { Context } from '@/lib/panel/context.ts'
import { insertReadyEnvironment } from './deployments.ts'
import { as, openPanel, owner, refused } from './panel.ts'

let ctx: Context
let close: () => Promise<void>
beforeAll(async () => {
  ;({ ctx, close } = await openPanel())
})
afterAll(() => close())
beforeEach(async () => {
  await ctx.db.prisma.auditEntry.deleteMany()
})

const write = (action: string, more: Partial<Parameters<typeof recordAudit>[1]> = {}) =>
  recordAudit(ctx.db.prisma, {
    actor: 'user:1',
    actorName: 'Ann',
    action,
    subject: 'thing:1',
    projectId: null,
    data: {},
    ...more,
  })
const actions = async (input: Parameters<typeof listAudit>[2], actor = owner) =>
  (await listAudit(ctx, actor, input)).entries.map(({ action }) => action)

describe('the audit', () => {
  it('is read page by page, newest first, nothing twice', async () => {
    for (const n of [1, 2, 3, 4, 5]) await write(`thing.verb-${'abcde'[n - 1]}`)
    const first = await listAudit(ctx, owner, { limit: 2 })
    const second = await listAudit(ctx, owner, { limit: 2, cursor: first.next! })
    const third = await listAudit(ctx, owner, { limit: 2, cursor: second.next! })
    expect([first, second, third].flatMap(({ entries }) => entries.map(({ action }) => action.at(-1)))).toEqual([
      ...'edcba',
    ])
    expect(third.next).toBeNull()
  })

  it('is filtered by person with their tokens, action, project and time', async () => {
    const environmentId = await insertReadyEnvironment(ctx)
    const { projectId } = await ctx.db.prisma.environment.findUniqueOrThrow({ where: { id: environmentId } })
    const user = await ctx.db.prisma.user.create({
      data: { email: 'bob@example.org', name: 'Bob', passwordHash: '', role: 'viewer' },
    })
    const token = await ctx.db.prisma.token.create({
      data: { userId: user.id, name: 'CI', hash: 'h', prefix: 'p', role: 'viewer' },
    })
    await write('thing.a', { actor: `user:${user.id}` })
    await write('thing.b', { actor: `token:${token.id}` })
    await write('other.c')
    await requestDeployment(ctx, owner, { environmentId })
    expect(await actions({ actor: `user:${user.id}` })).toEqual(['thing.b', 'thing.a'])
    expect(await actions({ actor: `token:${token.id}` })).toEqual(['thing.b'])
    expect(await actions({ action: 'thing' })).toEqual(['thing.b', 'thing.a'])
    expect(await actions({ action: 'thing.a' })).toEqual(['thing.a'])
    expect(await actions({ projectId })).toEqual(['deployment.deploy'])
    const today = new Date().toISOString().slice(0, 10)
    expect(await actions({ from: today, to: today })).toHaveLength(4)
    expect(await actions({ to: '2020-01-01' })).toEqual([])
    await expect(listAudit(ctx, owner, { action: 'x%' })).rejects.toEqual(refused('invalid'))
  })

  it('shows who keeps one project what concerns it, and others nothing', async () => {
    const [mine, theirs] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002']
    await write('thing.mine', { projectId: mine })
    await write('thing.theirs', { projectId: theirs })
    await write('thing.panel')
    const keeper = { ...as('member'), projects: { [mine]: 'admin', [theirs]: 'developer' } as const }
    expect(await actions({}, keeper)).toEqual(['thing.mine'])
    await expect(listAudit(ctx, keeper, { projectId: theirs })).rejects.toEqual(refused('forbidden'))
    for (const role of ['viewer', 'developer', 'member'] as const) {
      await expect(listAudit(ctx, as(role))).rejects.toEqual(refused('forbidden'))
      await expect(exportAudit(ctx, as(role), {})).rejects.toEqual(refused('forbidden'))
    }
  })

  it('attack 37: is exported whole, without formulas for a spreadsheet', async () => {
    const name = '=HYPERLINK("http://evil.example","x")'
    for (let n = 0; n < 1001; n++) await write('thing.a', n === 0 ? { actorName: name, data: { note: 'a,"b"\n' } } : {})
    const read = async (format: 'csv' | 'jsonl') => new Response(await exportAudit(ctx, owner, { format })).text()
    const csv = await read('csv')
    expect(csv.split('\r\n')).toHaveLength(1003)
    expect(csv).toContain(
      `,"'=HYPERLINK(""http://evil.example"",""x"")",thing.a,thing:1,,"{""note"":""a,\\""b\\""\\n""}"\r\n`,
    )
    for (const trick of ['  =1+1', '\u00a0@x', '\n=1', '\uff1d1', '\uff0b1', 'Ada;=1+1'])
      await write('thing.b', { actorName: trick })
    const tricks = (await read('csv')).split('user:1,').slice(1, 7)
    expect(tricks.map((line) => /^"?('?[^"]*?)"?,thing.b/.exec(line)?.[1])).toEqual([
      'Ada;=1+1',
      "'\uff0b1",
      "'\uff1d1",
      "'\n=1",
      "'\u00a0@x",
      "'  =1+1",
    ])
    await ctx.db.prisma.auditEntry.deleteMany({ where: { action: 'thing.b' } })
    const lines = (await read('jsonl')).trimEnd().split('\n')
    expect(lines).toHaveLength(1001)
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ actorName: name, data: { note: 'a,"b"\n' } })
  })
})
