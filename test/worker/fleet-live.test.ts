// What an environment on three servers has after runs that came to nothing, or to something on some of them only.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDeployment } from '@/lib/store/deployments.ts'
import { openFleetPlace } from './fleet-place.ts'
import type { FleetPlace } from './fleet-place.ts'

let fleet: FleetPlace
beforeAll(async () => {
  fleet = await openFleetPlace(3)
  await fleet.place.worker()
})
afterAll(() => fleet.close())

type Environment = Awaited<ReturnType<FleetPlace['environment']>>

/** `places`: of the servers that it is for, from 0; all by default. */
async function deploy({ id, repository, targetIds }: Environment, page: string, places: number[] = []) {
  repository.write('index.html', page)
  repository.commit(page)
  const { id: deployment } = await createDeployment(fleet.place.db, {
    ...{ kind: 'deploy', source: { type: 'git', ref: 'main' }, by: 'user:1', byName: 'Ada' },
    ...{ environmentId: id, targetIds: places.map((place) => targetIds[place]!) },
  })
  return deployment
}

const setHook = ({ id }: Environment, event: string, text: string) =>
  fleet.place.db.prisma.hookRevision.updateMany({
    where: { environmentId: id, event },
    data: { text, failure: 'stops' },
  })
const served = (environment: Environment) => fleet.everywhere(environment, 'cat current/index.html')
const targetOf = ({ targetIds }: Environment, place: number) =>
  fleet.place.db.prisma.target.findUniqueOrThrow({ where: { id: targetIds[place]! } })

async function liveNumber({ id }: Environment): Promise<number> {
  const { prisma } = fleet.place.db
  const { liveReleaseId } = await prisma.environment.findUniqueOrThrow({ where: { id } })
  return (await prisma.release.findUniqueOrThrow({ where: { id: liveReleaseId! } })).number
}

test('stays as it was when a run finds that somebody moved one server by hand', async () => {
  const environment = await fleet.environment()
  const first = await fleet.place.finished(await deploy(environment, 'one'))
  await fleet.place.finished(await deploy(environment, 'two'))
  const back = `ln -sfn ${environment.roots[1]}/release/${first.release} ${environment.roots[1]}/current`
  await fleet.hosts[1]!.shell(back)
  const state = await fleet.place.finished(await deploy(environment, 'three'))
  expect(state).toMatchObject({ status: 'failed', failure: { code: 'owner_conflict', server: 'web-2' } })
  expect(await targetOf(environment, 1)).toMatchObject({ liveRelease: first.release })
  expect(await liveNumber(environment)).toBe(2)
})

test('stays as it was when a run for those that lag behind is put back', async () => {
  const environment = await fleet.environment({ hooks: [{ event: 'after.deploy', text: 'true' }] })
  await fleet.place.finished(await deploy(environment, 'one'))
  expect(await fleet.place.finished(await deploy(environment, 'two', [0]))).toMatchObject({ status: 'succeeded' })
  await setHook(environment, 'after.deploy', '[ $FAIRLEAD_SERVER != web-3 ] || exit 7')
  expect(await fleet.place.finished(await deploy(environment, 'three', [1, 2]))).toMatchObject({ status: 'failed' })
  expect(await served(environment)).toEqual(['two', 'one', 'one'])
  expect(await liveNumber(environment)).toBe(2)
  expect((await targetOf(environment, 2)).failedAt).toBeNull()
})

test('a server that could not be put back doesn’t count as one that serves, until a run ends well there', async () => {
  const environment = await fleet.environment({ hooks: [{ event: 'after.deploy', text: 'true' }] })
  await fleet.place.finished(await deploy(environment, 'one'))
  const spoiling = '[ $FAIRLEAD_SERVER != web-2 ] || { rm $FAIRLEAD_ROOT/.fairlead/complete/*; exit 7; }'
  await setHook(environment, 'after.deploy', spoiling)
  const state = await fleet.place.finished(await deploy(environment, 'two'))
  expect(state).toMatchObject({ status: 'failed', failure: { code: 'undo_failed', server: 'web-2' } })
  expect((await targetOf(environment, 1)).failedAt).toEqual(expect.any(Date))
  expect((await targetOf(environment, 0)).failedAt).toBeNull()
  await setHook(environment, 'after.deploy', 'true')
  const next = await deploy(environment, 'three')
  const { plan } = await fleet.place
    .until(next, ({ planHash }) => planHash !== null)
    .then(() => fleet.place.db.prisma.deployment.findUniqueOrThrow({ where: { id: next } }))
  expect(plan).toMatchObject({
    fleet: { targets: [{ health: 'healthy' }, { health: 'unhealthy' }, { health: 'healthy' }] },
  })
  expect(await fleet.place.finished(next)).toMatchObject({ status: 'succeeded' })
  expect((await targetOf(environment, 1)).failedAt).toBeNull()
})

test('the others don’t wait until one is put back', async () => {
  const waiting = '[ $FAIRLEAD_SERVER != web-2 ] || until [ -e $FAIRLEAD_ROOT/go ]; do sleep .1; done'
  const environment = await fleet.environment({
    hooks: [
      { event: 'after.deploy', text: 'true' },
      { event: 'rollback/after', text: waiting },
    ],
    options: { strategy: { batch: 'one', minimumHealthy: { count: 1 } } },
  })
  await fleet.place.finished(await deploy(environment, 'one'))
  await setHook(environment, 'after.deploy', '[ $FAIRLEAD_SERVER != web-2 ] || exit 7')
  const deployment = await deploy(environment, 'two')
  const state = await fleet.place.until(deployment, ({ switched }) => switched.length === 3)
  const undo = state.segments.find(({ name }) => name === 'undo-2')
  expect(undo).toMatchObject({ outcome: null })
  await fleet.hosts[1]!.shell(`touch ${environment.roots[1]}/go`)
  const over = await fleet.place.finished(deployment)
  expect(over).toMatchObject({ status: 'succeeded', undos: [{ segment: 'undo-2' }] })
  expect(await served(environment)).toEqual(['two', 'one', 'two'])
  expect(await liveNumber(environment)).toBe(2)
})
