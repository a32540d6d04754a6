// What one finds of many environments: the order of the overview, words, commits, what is under way, and who sees what.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readOverview } from '@/lib/panel/overview.ts'
import { search } from '@/lib/panel/search.ts'
import { listWork, watchWork } from '@/lib/panel/work.ts'
import { claim, writeAs } from '@/lib/store/claims.ts'
import { insertEnvironment, request } from '../store/fixtures.ts'
import { as, openPanel, refused } from './panel.ts'

let panel: Awaited<ReturnType<typeof openPanel>>
const ids: Record<string, string> = {}
const viewer = as('viewer')
/** Somebody who was let into the project of one environment only. */
async function guestOf(name: string) {
  const { projectId } = await panel.ctx.db.prisma.environment.findUniqueOrThrow({ where: { id: ids[name]! } })
  return { ...as('viewer'), role: 'member' as const, projects: { [projectId]: 'developer' as const } }
}

async function run(name: string, status: 'succeeded' | 'failed', agoMinutes: number) {
  const { db } = panel.ctx
  const { id } = await request(db, ids[name]!)
  const held = (await claim(db, 'w'))!
  await writeAs(db, held, (write) => write.append({ type: 'finished', data: { status, failure: null } }))
  await db.prisma.deployment.update({ where: { id }, data: { createdAt: new Date(Date.now() - agoMinutes * 60_000) } })
  return id
}

beforeAll(async () => {
  panel = await openPanel()
  const { db } = panel.ctx
  for (const name of ['calm', 'broken', 'busy', 'fresh', '100%_odd']) ids[name] = await insertEnvironment(db, name)
  await run('calm', 'failed', 50)
  const live = await run('calm', 'succeeded', 40)
  await run('busy', 'failed', 30)
  await run('broken', 'failed', 20)
  const release = await db.prisma.release.create({
    data: {
      environmentId: ids.calm!,
      number: 2,
      name: 'deployment_2.abcdef1',
      revision: 'abcdef1234567890abcdef1234567890abcdef12',
      ref: 'main',
      subject: 'Sell umbrellas',
      author: 'Ada',
      state: 'complete',
    },
  })
  await db.prisma.deployment.update({ where: { id: live }, data: { releaseId: release.id } })
  await db.prisma.environment.update({ where: { id: ids.calm! }, data: { liveReleaseId: release.id } })
  await request(db, ids.busy!)
})
afterAll(() => panel.close())

const names = ({ environments }: Awaited<ReturnType<typeof readOverview>>) => environments.map(({ name }) => name)

test('failed comes before running, running before the rest, each with the last change first', async () => {
  const overview = await readOverview(panel.ctx, viewer)
  expect(names(overview)).toEqual(['broken', 'busy', '100%_odd', 'fresh', 'calm'])
  expect(overview).toMatchObject({ counts: { failed: 1, running: 1, well: 3 }, page: 1, pages: 1, total: 5 })
  expect(overview.runs[ids.calm!]!.map(({ status }) => status)).toEqual(['failed', 'succeeded'])
})

test('every word has to be found, also in the live commit, and signs are only signs', async () => {
  const found = async (text: string) => names(await readOverview(panel.ctx, viewer, { search: text }))
  expect(await found('shop UMBRELLAS')).toEqual(['calm'])
  expect(await found('abcdef12')).toEqual(['calm'])
  expect(await found('shop / bro')).toEqual(['broken'])
  expect(await found('100%_')).toEqual(['100%_odd'])
  expect(await found('umbrellas busy')).toEqual([])
  expect(await found('\\')).toEqual([])
})

test('a page beyond the last is the first, and nothing that is no page is taken for one', async () => {
  expect(await readOverview(panel.ctx, viewer, { page: 7 })).toMatchObject({ page: 1, pages: 1 })
  await expect(readOverview(panel.ctx, viewer, { page: 0 })).rejects.toEqual(refused('invalid'))
})

test('one sees, finds and is told of what belongs to one’s projects only', async () => {
  const guest = await guestOf('calm')
  expect(names(await readOverview(panel.ctx, guest))).toEqual(['calm'])
  expect(await readOverview(panel.ctx, guest)).toMatchObject({ total: 1, counts: { failed: 0, running: 0, well: 1 } })
  expect((await search(panel.ctx, guest, { text: 'shop' })).environments.map(({ name }) => name)).toEqual(['calm'])
  expect((await search(panel.ctx, await guestOf('busy'), { text: 'abcdef1' })).releases).toEqual([])
  expect(await listWork(panel.ctx, guest)).toEqual([])
  expect(await listWork(panel.ctx, await guestOf('busy'))).toMatchObject([{ environment: 'busy', status: 'queued' }])
})

test('a search says what may be done, has the place first where one is, and knows commits by their beginning', async () => {
  const { environments } = await search(panel.ctx, viewer, { text: '', here: { environmentId: ids.fresh! } })
  expect(environments[0]).toMatchObject({ name: 'fresh', mayDeploy: false, mayReadVariables: false, live: null })
  const [calm] = (await search(panel.ctx, as('developer'), { text: 'calm' })).environments
  expect(calm).toMatchObject({ mayDeploy: true, live: { number: 2, subject: 'Sell umbrellas' }, rollBackTo: null })
  const { releases } = await search(panel.ctx, viewer, { text: 'ABCDEF1' })
  expect(releases).toMatchObject([{ number: 2, subject: 'Sell umbrellas', environment: 'Shop / calm' }])
  expect((await search(panel.ctx, viewer, { text: 'abcdef13' })).releases).toEqual([])
})

test('what is under way is told at once, and again when it has changed', async () => {
  const told: string[][] = []
  let tellMore = (): void => {}
  const more = () => new Promise<void>((resolve) => (tellMore = resolve))
  const first = more()
  const unwatch = watchWork(panel.ctx, viewer, (work) => {
    told.push(work.map(({ environment, status }) => `${environment} ${status}`))
    tellMore()
  })
  await first
  const second = more()
  const held = (await claim(panel.ctx.db, 'w'))!
  await second
  const third = more()
  await writeAs(panel.ctx.db, held, (write) =>
    write.append({ type: 'finished', data: { status: 'cancelled', failure: null } }),
  )
  await third
  unwatch()
  expect(told).toEqual([['busy queued'], ['busy running'], []])
})

test('a release of one’s own is found by its commit, however many others have of it', async () => {
  const { prisma } = panel.ctx.db
  const revision = `fade${'0'.repeat(36)}`
  const place = (environmentId: string, number: number) => ({ environmentId, number })
  const own = [...Array.from({ length: 300 }, (_, at) => place(ids.busy!, 1000 + at)), place(ids.fresh!, 1000)]
  const asked = { kind: 'deploy', source: {}, requestedBy: 'user:1', requestedByName: 'Ada', status: 'succeeded' }
  await prisma.deployment.createMany({ data: own.map((at) => ({ ...at, ...asked })) })
  const made = { revision, ref: 'main', subject: 'A change', author: 'Ada', state: 'complete' }
  await prisma.release.createMany({ data: own.map((at) => ({ ...at, ...made, name: `deployment_${at.number}` })) })
  const { releases } = await search(panel.ctx, await guestOf('fresh'), { text: 'fade' })
  expect(releases).toMatchObject([{ number: 1000, environment: expect.stringContaining('fresh') }])
})
