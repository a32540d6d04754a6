// Three OpenSSH servers, and somebody who cancels after the first has switched: what stays there is that person's choice.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { letOthersFollow, requestCancel } from '@/lib/store/wishes.ts'
import { openFleetPlace } from './fleet-place.ts'
import type { FleetPlace } from './fleet-place.ts'

let fleet: FleetPlace
beforeAll(async () => {
  fleet = await openFleetPlace(3)
})
afterAll(() => fleet.close())

type Environment = Awaited<ReturnType<FleetPlace['environment']>>

async function deploy({ id, repository }: Environment, page: string, hook = 'true\n') {
  repository.write('index.html', page)
  repository.write('.fairlead/after.deploy', hook)
  repository.commit(page)
  const { id: deployment } = await fleet.place.request(id)
  return deployment
}

const cancel = (deploymentId: string, keep: boolean) =>
  requestCancel(fleet.place.db, { deploymentId, by: 'user:1', byName: 'Ada', keep })
const served = (environment: Environment) => fleet.everywhere(environment, 'cat current/index.html')
const undone = (state: { undos: { segment: string }[] }) => state.undos.map(({ segment }) => segment).sort()

async function liveNumber({ id }: Environment): Promise<number> {
  const { prisma } = fleet.place.db
  const { liveReleaseId } = await prisma.environment.findUniqueOrThrow({ where: { id } })
  return (await prisma.release.findUniqueOrThrow({ where: { id: liveReleaseId! } })).number
}

/** The first server has `two`, the second has switched and waits in its hook, the third has `one`. */
async function inTheMiddle(onFailure: 'rollback' | 'leave') {
  const environment = await fleet.environment({ options: { strategy: { batch: 'one', onFailure } } })
  await fleet.place.finished(await deploy(environment, 'one'))
  const deployment = await deploy(environment, 'two', '[ $FAIRLEAD_SERVER != web-2 ] || sleep 600\n')
  await fleet.place.until(deployment, ({ switched }) => switched.length === 2)
  return { environment, deployment }
}

test('kept is what is whole: a server in the middle of its switch is put back, and the others are left alone', async () => {
  const worker = await fleet.place.worker()
  const { environment, deployment } = await inTheMiddle('rollback')
  await cancel(deployment, true)
  const state = await fleet.place.finished(deployment)
  expect(state).toMatchObject({ status: 'cancelled', failure: null, cancel: { by: 'Ada', keep: true } })
  expect(undone(state)).toEqual(['undo-2'])
  expect(await served(environment)).toEqual(['two', 'one', 'one'])
  expect(await liveNumber(environment)).toBe(2)
  await worker.stop()
})

test('put back are all that have switched, also where a failure would leave them', async () => {
  const worker = await fleet.place.worker()
  const { environment, deployment } = await inTheMiddle('leave')
  await cancel(deployment, false)
  const state = await fleet.place.finished(deployment)
  expect(state).toMatchObject({ status: 'cancelled', failure: null })
  expect(undone(state)).toEqual(['undo-1', 'undo-2'])
  expect(await served(environment)).toEqual(['one', 'one', 'one'])
  expect(await liveNumber(environment)).toBe(1)
  await worker.stop()
})

test('whoever takes over knows what was chosen while nobody was there', async () => {
  const first = await fleet.place.worker()
  const environment = await fleet.environment({ options: { strategy: { canary: { seconds: null } } } })
  const before = await deploy(environment, 'one')
  await fleet.place.until(before, ({ waiting }) => waiting !== null)
  await letOthersFollow(fleet.place.db, { deploymentId: before, by: 'user:1', byName: 'Ada' })
  await fleet.place.finished(before)
  const deployment = await deploy(environment, 'two')
  await fleet.place.until(deployment, ({ waiting }) => waiting !== null)
  await first.stop()
  await cancel(deployment, true)
  const second = await fleet.place.worker()
  expect(await fleet.place.finished(deployment)).toMatchObject({ status: 'cancelled', attempt: 2, undos: [] })
  expect(await served(environment)).toEqual(['two', 'one', 'one'])
  expect(await liveNumber(environment)).toBe(2)
  await second.stop()
})
