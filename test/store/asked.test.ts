// What questions are answered with: the server that people list first, and no more of a deployment than is asked for.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findAskedLogs, findAskedPlace } from '@/lib/store/asked.ts'
import { openDatabase } from '@/lib/store/database.ts'
import type { Database } from '@/lib/store/database.ts'
import { findByKey, findDeployment, findDeployments, findDetail } from '@/lib/store/history.ts'
import { testDatabase } from '../database.ts'
import type { TestDatabase } from '../database.ts'
import { insertEnvironment, request } from './fixtures.ts'

let own: TestDatabase
let db: Database
beforeAll(async () => {
  own = await testDatabase()
  db = openDatabase(own.url)
})
afterAll(async () => {
  await db.close()
  await own.drop()
})

test('logs and scripts are of the server that is listed first, whichever came first', async () => {
  const environmentId = await insertEnvironment(db)
  for (const [at, name] of ['web-1', 'web-2'].entries()) {
    const access = { host: name, port: 22, user: 'deployer', privateKey: new Uint8Array(1), publicKey: 'ssh-ed25519 x' }
    const server = await db.prisma.server.create({ data: { name, ...access } })
    const createdAt = new Date(Date.UTC(2026, 0, 1 + at))
    const target = { environmentId, serverId: server.id, root: '/webroot', position: 1 - at, createdAt }
    await db.prisma.target.create({ data: target })
  }
  expect((await findAskedPlace(db, environmentId))?.name).toBe('web-2')
  expect((await findAskedLogs(db, environmentId))?.server.name).toBe('web-2')
})

test('the plan comes with the detail alone', async () => {
  const environmentId = await insertEnvironment(db)
  const { id } = await request(db, environmentId, { idempotencyKey: 'k' })
  await db.prisma.deployment.update({ where: { id }, data: { plan: { version: 1 } } })
  const rows = [
    await findDeployment(db.prisma, { id }),
    await findByKey(db.prisma, environmentId, 'k'),
    ...(await findDeployments(db.prisma, environmentId)),
  ]
  expect(rows.map((row) => [row?.id, row && 'plan' in row])).toEqual(Array(3).fill([id, false]))
  expect(await findDetail(db.prisma, { id })).toMatchObject({ plan: { version: 1 } })
})
