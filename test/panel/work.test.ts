// What is under way, for somebody with one project among many.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { watchDeployments, type Change } from '@/lib/panel/watch.ts'
import { listWork } from '@/lib/panel/work.ts'
import { letWait } from '@/lib/store/following.ts'
import { inTransaction } from '@/lib/store/transaction.ts'
import { insertEnvironment, request } from '../store/fixtures.ts'
import { as, openPanel } from './panel.ts'

let panel: Awaited<ReturnType<typeof openPanel>>
beforeAll(async () => {
  panel = await openPanel()
})
afterAll(() => panel.close())

test('is never hidden by older work of other projects, however much of that there is', async () => {
  const { db } = panel.ctx
  const [busy, own] = [await insertEnvironment(db, 'busy'), await insertEnvironment(db, 'own')]
  const fields = { kind: 'deploy', source: { type: 'git', ref: 'main' }, requestedBy: 'user:1', requestedByName: 'Ada' }
  await db.prisma.deployment.createMany({
    data: Array.from({ length: 300 }, (_, at) => ({ ...fields, environmentId: busy, number: 1000 + at })),
  })
  await request(db, own)
  const { projectId } = await db.prisma.environment.findUniqueOrThrow({ where: { id: own } })
  const member = { ...as('member'), projects: { [projectId]: 'viewer' as const } }
  expect(await listWork(panel.ctx, member)).toMatchObject([{ environment: 'own' }])
  expect(await listWork(panel.ctx, as('viewer'))).toHaveLength(200)
})

test('is told of to whoever watches an environment, and so is that a push begins to wait there', async () => {
  const { db } = panel.ctx
  const [environmentId, other] = [await insertEnvironment(db, 'watched'), await insertEnvironment(db, 'elsewhere')]
  const heard: (Change | null)[] = []
  const unwatch = watchDeployments(panel.ctx, as('viewer'), { environmentId }, (change) => heard.push(change))
  // Connected: from now on nothing is missed.
  await expect.poll(() => heard).toEqual([null])
  const waiting = { kind: 'branch', name: 'main', commit: 'a'.repeat(40), why: 'hold', words: 'Held.' } as const
  for (const id of [other, environmentId, environmentId])
    await inTransaction(db.pool, (client) => letWait(client, id, waiting))
  await inTransaction(db.pool, (client) => letWait(client, environmentId, null))
  const change = { deploymentId: null, environmentId }
  await expect.poll(() => heard).toEqual([null, change, change])
  unwatch()
})
