// One worker begins, another goes on: on another machine, with mirrors of its own that know nothing yet.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRelay } from '../ssh/relay.ts'
import { openPlace } from './place.ts'
import type { Place } from './place.ts'

let place: Place
beforeAll(async () => {
  place = await openPlace()
})
afterAll(() => place.close())

/** An environment whose first release is live, made by a worker that is gone since; the next commit isn't deployed. */
async function deployed(first: () => Promise<{ stop(): Promise<void> }>) {
  const environment = await place.environment({ env: 'A=1\n' })
  const { repository, id } = environment
  const worker = await first()
  repository.write('index.html', 'one')
  repository.write('old.html', 'old')
  repository.commit('first')
  const { id: deployment } = await place.request(id)
  expect(await place.finished(deployment)).toMatchObject({ status: 'succeeded' })
  repository.write('index.html', 'two')
  repository.remove('old.html')
  repository.write('.fairlead/rollback/before', 'echo going back\n')
  repository.commit('second')
  return { ...environment, worker }
}

test('a worker that finds a plan but not its commits fetches them, and keeps to the variables of the plan', async () => {
  const { id, root, worker } = await deployed(() => place.worker())
  const { id: serverId, host, port } = await place.db.prisma.server.findFirstOrThrow()
  const relay = await openRelay(place.host.address)
  relay.freeze()
  await place.db.prisma.server.update({ where: { id: serverId }, data: { port: relay.address.port } })
  const { id: deployment } = await place.request(id)
  await place.until(deployment, (state) => state.planHash !== null)
  await place.db.prisma.server.update({ where: { id: serverId }, data: { host, port } })
  // It has to plan again, too: what the server has is not what the plan builds on.
  await place.saveVariables(id, 2, 'A=2\n')
  await place.host.shell(`echo changed >${root}/.fairlead/tree/index.html`)
  const second = await place.worker()
  await worker.stop()
  expect(await place.finished(deployment)).toMatchObject({ status: 'succeeded', findings: [{ code: 'need_full' }] })
  const seen = await place.host.shell(`cd ${root}/current/ && ls && cat index.html .env`)
  expect(seen).toBe('REVISION\nindex.html\ntwoA=1\n')
  await second.stop()
  await relay.close()
})

test('a worker that has never seen the repository runs the hooks of what it leaves', async () => {
  const { id, worker } = await deployed(() => place.worker())
  await place.finished((await place.request(id)).id)
  await worker.stop()
  const other = await place.worker()
  const { id: back } = await place.request(id, { type: 'release', number: 1 })
  expect(await place.finished(back)).toMatchObject({ status: 'succeeded' })
  expect(await place.log(back, 'main', 2)).toBe('going back\n')
  await other.stop()
})

test('a server that moved while it was looked for is found where it is now', async () => {
  const { id, root, repository, worker } = await deployed(() => place.worker())
  const { id: serverId, port } = await place.db.prisma.server.findFirstOrThrow()
  const relay = await openRelay(place.host.address)
  await place.db.prisma.server.update({ where: { id: serverId }, data: { port: relay.address.port } })
  repository.write('.fairlead/after.pull', `until [ -e ${root}/go ]; do sleep .1; done\n`)
  repository.commit('third')
  const { id: deployment } = await place.request(id)
  await place.until(deployment, ({ segments }) => segments.some(({ status }) => status === 'running'))
  relay.refuseNext(1_000_000)
  relay.cut()
  await place.until(deployment, ({ segments }) => segments.some(({ looking }) => looking !== null))
  await place.db.prisma.server.update({ where: { id: serverId }, data: { port } })
  await place.host.shell(`touch ${root}/go`)
  expect(await place.finished(deployment)).toMatchObject({ status: 'succeeded' })
  await worker.stop()
  await relay.close()
})

test('a key of a server that cannot be read is the reason, at once', async () => {
  const { id, worker } = await deployed(() => place.worker())
  const { id: serverId, privateKey } = await place.db.prisma.server.findFirstOrThrow()
  await place.db.prisma.server.update({ where: { id: serverId }, data: { privateKey: Buffer.from('spoiled') } })
  const { id: deployment } = await place.request(id)
  expect(await place.finished(deployment)).toMatchObject({ status: 'failed', attempt: 1, failure: { server: 'web-1' } })
  await place.db.prisma.server.update({ where: { id: serverId }, data: { privateKey } })
  await worker.stop()
})

test('releases named by time, wished for in the same millisecond, are two', async () => {
  const { id, root, repository } = await place.environment()
  repository.write('index.html', 'one')
  repository.commit('first')
  await place.db.prisma.environment.update({ where: { id }, data: { releaseNaming: 'time' } })
  const made = [await place.request(id), await place.request(id)]
  await place.db.prisma.deployment.updateMany({ where: { environmentId: id }, data: { createdAt: new Date() } })
  const worker = await place.worker()
  for (const deployment of made) expect(await place.finished(deployment.id)).toMatchObject({ status: 'succeeded' })
  expect((await place.host.shell(`ls ${root}/release`)).trim().split('\n')).toHaveLength(2)
  await worker.stop()
})

test('restarts are none of the errors of ours after which a deployment is declared failed', async () => {
  const { id, worker } = await deployed(() => place.worker())
  await worker.stop()
  const { id: deploymentId } = await place.request(id)
  const { prisma } = place.db
  await prisma.deployment.update({ where: { id: deploymentId }, data: { attempt: 20 } })
  const target = await prisma.target.findFirstOrThrow({ where: { environmentId: id } })
  await prisma.segmentRun.create({ data: { deploymentId, name: 'main', targetId: target.id, state: 'sent' } })
  const { seq } = await prisma.event.findFirstOrThrow({ where: { deploymentId } })
  await prisma.event.update({ where: { deploymentId_seq: { deploymentId, seq } }, data: { data: [] } })
  const other = await place.worker()
  const read = () => prisma.deployment.findUniqueOrThrow({ where: { id: deploymentId } })
  await expect.poll(async () => (await read()).status, { timeout: 30_000 }).toBe('failed')
  expect(await read()).toMatchObject({ attempt: 25, failure: { code: 'internal' } })
  expect((await prisma.target.findUniqueOrThrow({ where: { id: target.id } })).unknownSince).not.toBeNull()
  await other.stop()
})
