// What is forgotten, and what stays although it is old.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { addDelivery } from '@/lib/store/deliveries.ts'
import { openDatabase } from '@/lib/store/database.ts'
import { forgetChecks, forgetLooks, forgetMessages } from '@/lib/store/tidy.ts'
import { testDatabase } from '../database.ts'

let database: Awaited<ReturnType<typeof testDatabase>>
let db: ReturnType<typeof openDatabase>
let projectId: string
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000)

beforeAll(async () => {
  database = await testDatabase()
  db = openDatabase(database.url)
  const data = { name: 'Shop', slug: 'shop', repositoryUrl: 'https://git.example.com/shop.git', access: 'none' }
  projectId = (await db.prisma.project.create({ data })).id
})
afterAll(async () => {
  await db.close()
  await database.drop()
})

async function look(
  key: string,
  fields: { event: string; name: string; days: number; isOver?: boolean },
): Promise<void> {
  const { event, name, days, isOver = true } = fields
  const pushes = [{ kind: 'branch' as const, name, commit: 'a'.repeat(40), pusher: '' }]
  await addDelivery(db, { projectId, key, event, words: '', told: { type: 'pushes', pushes } })
  const where = { projectId_key: { projectId, key } }
  const state = isOver ? 'handled' : 'waiting'
  await db.prisma.delivery.update({ where, data: { receivedAt: daysAgo(days), state } })
}

it('looks at the repository go after 30 days, but for the newest of each branch and what still waits', async () => {
  await look('older', { event: 'poll', name: 'main', days: 50 })
  await look('old', { event: 'poll', name: 'main', days: 40 })
  await look('elsewhere', { event: 'poll', name: 'release', days: 60 })
  await look('waited', { event: 'waited', name: 'main', days: 31 })
  await look('lately', { event: 'waited', name: 'main', days: 29 })
  await look('due', { event: 'waited', name: 'main', days: 31, isOver: false })
  expect(await forgetLooks(db)).toBe(2)
  const left = await db.prisma.delivery.findMany({ orderBy: { key: 'asc' } })
  expect(left.map(({ key }) => key)).toEqual(['due', 'elsewhere', 'lately', 'old'])
})

it('messages that are settled, and checks, go after 90 days', async () => {
  const channel = { name: 'Chat', kind: 'slack', config: Buffer.from('x'), shown: '', createdBy: 'Ada' }
  const { id: channelId } = await db.prisma.channel.create({ data: { projectId, ...channel } })
  for (const [state, days] of [
    ['sent', 91],
    ['failed', 91],
    ['waiting', 91],
    ['sent', 89],
  ] as const)
    await db.prisma.message.create({ data: { channelId, event: randomUUID(), state, dueAt: daysAgo(days) } })
  expect(await forgetMessages(db)).toBe(2)
  const check = { projectId, commit: 'a'.repeat(40), state: 'passed' }
  await db.prisma.commitCheck.createMany({
    data: [
      { ...check, name: 'old', at: daysAgo(91) },
      { ...check, name: 'new', at: daysAgo(89) },
    ],
  })
  expect(await forgetChecks(db)).toBe(1)
  expect(await db.prisma.commitCheck.findMany()).toMatchObject([{ name: 'new' }])
})
