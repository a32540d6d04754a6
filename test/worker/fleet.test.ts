// Three OpenSSH servers, one deployment: complete everywhere before one switches, in batches, and back where it has to.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDeployment } from '@/lib/store/deployments.ts'
import { letOthersFollow } from '@/lib/store/wishes.ts'
import { readEvents } from '@/lib/store/events.ts'
import { openFleetPlace } from './fleet-place.ts'
import type { FleetPlace } from './fleet-place.ts'

let fleet: FleetPlace
beforeAll(async () => {
  fleet = await openFleetPlace(3)
  await fleet.place.worker()
})
afterAll(() => fleet.close())

type Environment = Awaited<ReturnType<FleetPlace['environment']>>

async function deploy({ id, repository }: Environment, page: string, files: Record<string, string> = {}) {
  repository.write('index.html', page)
  for (const [path, text] of Object.entries(files)) repository.write(path, text)
  repository.commit(page)
  const { id: deployment } = await fleet.place.request(id)
  return deployment
}

const served = (environment: Environment) => fleet.everywhere(environment, 'cat current/index.html')

test('is complete everywhere before the first switch, and ends the same on all', async () => {
  const environment = await fleet.environment({ env: 'A=1\n' })
  const first = await deploy(environment, 'one', { '.fairlead/after.deploy': 'echo on $FAIRLEAD_SERVER\n' })
  const state = await fleet.place.finished(first)
  expect(state).toMatchObject({ status: 'succeeded', failure: null, findings: [] })
  expect(await fleet.everywhere(environment, 'cat current/index.html current/.env')).toEqual(Array(3).fill('oneA=1\n'))
  const events = await readEvents(fleet.place.db.pool, first)
  const committed = events.find(({ type }) => type === 'committed')!.seq
  const switched = events.flatMap((event) => (event.type === 'switched' ? [event] : []))
  expect(switched.map(({ data }) => data.targetId).sort()).toEqual([...environment.targetIds].sort())
  expect(Math.min(...switched.map(({ seq }) => seq))).toBeGreaterThan(committed)
  const shipped = events.filter((event) => event.type === 'segment.ended' && event.data.segment.startsWith('ship-'))
  expect(shipped.map(({ seq }) => seq < committed)).toEqual([true, true, true])
  const hook = state.segments.find(({ name }) => name === 'switch-2')!.steps.at(-2)!.n
  expect(await fleet.place.log(first, 'switch-2', hook)).toBe('on web-2\n')
  const second = await deploy(environment, 'two')
  expect(await fleet.place.finished(second)).toMatchObject({ status: 'succeeded' })
  // Nothing of the first is left but its records.
  const left =
    "find .fairlead/run/1 -name reserve -o -name 'env*' -o -name '*.tar' -o -name '.[!.]*'; ls -d .fairlead/lock 2>/dev/null; true"
  expect(await fleet.everywhere(environment, left)).toEqual(['', '', ''])
  const { id: back } = await fleet.place.request(environment.id, { type: 'release', number: 1 })
  expect(await fleet.place.finished(back)).toMatchObject({ status: 'succeeded' })
  expect(await served(environment)).toEqual(['one', 'one', 'one'])
})

test('switches nothing anywhere when one server can’t complete', async () => {
  const environment = await fleet.environment()
  await fleet.place.finished(await deploy(environment, 'one'))
  const failing = '[ "$FAIRLEAD_SERVER" != web-2 ] || exit 7\n'
  const state = await fleet.place.finished(
    await deploy(environment, 'two', {
      '.fairlead/before.deploy': failing,
      '.fairlead/deploy.failure': 'echo sorry\n',
    }),
  )
  expect(state).toMatchObject({
    status: 'failed',
    failure: { code: 'command_failed', server: 'web-2', step: 'before.deploy', exit: 7 },
    committed: null,
    switched: [],
  })
  expect(await served(environment)).toEqual(['one', 'one', 'one'])
  expect(state.segments.filter(({ name, outcome }) => name.startsWith('failure-') && outcome === 'ok')).toHaveLength(3)
})

test('puts all of them back when one of a later batch fails', async () => {
  const options = { strategy: { batch: { count: 2 } } }
  const environment = await fleet.environment({ options, hooks: [{ event: 'after.deploy', text: 'true' }] })
  await fleet.place.finished(await deploy(environment, 'one'))
  await fleet.place.db.prisma.hookRevision.updateMany({
    where: { environmentId: environment.id },
    data: { text: '[ $FAIRLEAD_SERVER != web-3 ] || exit 3', failure: 'stops' },
  })
  const state = await fleet.place.finished(await deploy(environment, 'two'))
  expect(state).toMatchObject({ status: 'failed', failure: { server: 'web-3', step: 'after.deploy (panel)', exit: 3 } })
  expect(state.batches.map(({ targetIds }) => targetIds.length)).toEqual([2, 1])
  expect(state.undos.map(({ segment }) => segment).sort()).toEqual(['undo-1', 'undo-2', 'undo-3'])
  expect(await served(environment)).toEqual(['one', 'one', 'one'])
})

test('goes on without one that fails when enough others serve, and says which one serves something else', async () => {
  const options = { strategy: { batch: 'one', minimumHealthy: { count: 1 } } }
  const environment = await fleet.environment({ options, hooks: [{ event: 'after.deploy', text: 'true' }] })
  await fleet.place.finished(await deploy(environment, 'one'))
  await fleet.place.db.prisma.hookRevision.updateMany({
    where: { environmentId: environment.id },
    data: { text: '[ $FAIRLEAD_SERVER != web-2 ] || exit 3', failure: 'stops' },
  })
  const state = await fleet.place.finished(await deploy(environment, 'two'))
  expect(state).toMatchObject({ status: 'succeeded', failure: null })
  expect(state.undos.map(({ segment }) => segment)).toEqual(['undo-2'])
  expect(state.findings).toMatchObject([
    { code: 'servers_differ', message: expect.stringContaining('web-2: deployment_1') },
  ])
  expect(await served(environment)).toEqual(['two', 'one', 'two'])
  await fleet.place.db.prisma.hookRevision.updateMany({
    where: { environmentId: environment.id },
    data: { text: '[ $FAIRLEAD_SERVER != web-3 ] || exit 3' },
  })
  const third = await fleet.place.finished(await deploy(environment, 'three'))
  expect(third).toMatchObject({ status: 'succeeded', undos: [{ segment: 'undo-3' }] })
  // The last word was of the server that was put back: what the others have is what is live.
  const { liveReleaseId } = await fleet.place.db.prisma.environment.findUniqueOrThrow({ where: { id: environment.id } })
  const live = await fleet.place.db.prisma.release.findUniqueOrThrow({ where: { id: liveReleaseId! } })
  expect(live.name).toBe(third.release)
})

test('lets the others wait for a person who looks at the first', async () => {
  const options = { strategy: { canary: { seconds: null } } }
  const environment = await fleet.environment({ options })
  const deployment = await deploy(environment, 'one')
  const waiting = await fleet.place.until(deployment, (state) => state.waiting !== null)
  expect(waiting).toMatchObject({
    waiting: { batch: 2, until: null },
    batches: [{ targetIds: [environment.targetIds[0]] }],
  })
  expect(waiting.switched.map(({ targetId }) => targetId)).toEqual([environment.targetIds[0]])
  await letOthersFollow(fleet.place.db, { deploymentId: deployment, by: 'user:1', byName: 'Ada' })
  expect(await fleet.place.finished(deployment)).toMatchObject({ status: 'succeeded', continued: { by: 'Ada' } })
  expect(await served(environment)).toEqual(['one', 'one', 'one'])
})

test('touches no server when all of them have to go on serving', async () => {
  const options = { strategy: { minimumHealthy: { percent: 90 } } }
  const state = await fleet.place.finished(await deploy(await fleet.environment({ options }), 'one'))
  expect(state).toMatchObject({
    status: 'failed',
    failure: { code: 'minimum_healthy', message: expect.stringContaining('At least 3 of 3 servers') },
    segments: [],
    batches: [],
  })
})

test('counts servers that a run is not for, and says when too few of all serve to begin with', async () => {
  const environment = await fleet.environment({ options: { strategy: { minimumHealthy: { count: 2 } } } })
  const { targetIds } = environment
  const on = async (...places: number[]) => {
    const meant = { targetIds: places.map((at) => targetIds[at]!), by: 'user:1', byName: 'Ada' }
    const wish = {
      environmentId: environment.id,
      kind: 'deploy',
      source: { type: 'git', ref: 'main' },
      ...meant,
    } as const
    return fleet.place.finished((await createDeployment(fleet.place.db, wish)).id)
  }
  expect(await fleet.place.finished(await deploy(environment, 'one'))).toMatchObject({ status: 'succeeded' })
  environment.repository.write('index.html', 'two')
  environment.repository.commit('two')
  expect(await on(0)).toMatchObject({ status: 'succeeded', batches: [{ targetIds: [targetIds[0]] }] })
  await fleet.place.db.prisma.target.update({ where: { id: targetIds[2]! }, data: { unknownSince: new Date() } })
  const message = expect.stringContaining('2 of 3 servers serve, and at least 2 have to go on serving')
  expect(await on(1)).toMatchObject({ status: 'failed', failure: { code: 'minimum_healthy', message }, segments: [] })
  expect(await on(2)).toMatchObject({ status: 'succeeded', failure: null })
  expect(await on(1)).toMatchObject({ status: 'succeeded', failure: null })
  expect(await served(environment)).toEqual(['two', 'two', 'two'])
})

test('a run for one of several that comes to nothing changes nothing of what the environment has', async () => {
  const environment = await fleet.environment({ hooks: [{ event: 'after.deploy', text: 'true' }] })
  const { id: environmentId, targetIds, repository } = environment
  const on = async (place: number) => {
    const wish = { kind: 'deploy', source: { type: 'git', ref: 'main' }, by: 'user:1', byName: 'Ada' } as const
    const meant = { environmentId, targetIds: [targetIds[place]!] }
    return fleet.place.finished((await createDeployment(fleet.place.db, { ...wish, ...meant })).id)
  }
  expect(await fleet.place.finished(await deploy(environment, 'one'))).toMatchObject({ status: 'succeeded' })
  repository.write('index.html', 'two')
  repository.commit('two')
  expect(await on(0)).toMatchObject({ status: 'succeeded' })
  repository.write('index.html', 'three')
  repository.commit('three')
  await fleet.place.db.prisma.hookRevision.updateMany({
    where: { environmentId },
    data: { text: 'exit 7', failure: 'stops' },
  })
  expect(await on(1)).toMatchObject({ status: 'failed', failure: { step: 'after.deploy (panel)' } })
  expect(await served(environment)).toEqual(['two', 'one', 'one'])
  const { prisma } = fleet.place.db
  const { liveReleaseId } = await prisma.environment.findUniqueOrThrow({ where: { id: environmentId } })
  expect(await prisma.release.findUnique({ where: { id: liveReleaseId! } })).toMatchObject({ number: 2 })
})
