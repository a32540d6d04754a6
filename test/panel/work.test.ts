// What is under way, for somebody with one project among many.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listWork } from '@/lib/panel/work.ts'
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
