// Three OpenSSH servers, of which one can't be reached, is given up or fails in the middle; a worker that goes, another that goes on.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sha256 } from '../ssh/flight.ts'
import { openRelay } from '../ssh/relay.ts'
import { createDeployment } from '@/lib/store/deployments.ts'
import { readEvents } from '@/lib/store/events.ts'
import { giveUp, letOthersFollow, requestCancel } from '@/lib/store/wishes.ts'
import { openFleetPlace } from './fleet-place.ts'
import type { FleetPlace } from './fleet-place.ts'

let fleet: FleetPlace
beforeAll(async () => {
  fleet = await openFleetPlace(3)
})
afterAll(() => fleet.close())

type Environment = Awaited<ReturnType<FleetPlace['environment']>>
const ada = { by: 'user:1', byName: 'Ada' }

async function deploy({ id, repository }: Environment, page: string, files: Record<string, string> = {}) {
  repository.write('index.html', page)
  for (const [path, text] of Object.entries(files)) repository.write(path, text)
  repository.commit(page)
  const { id: deployment } = await fleet.place.request(id)
  return deployment
}

const served = (environment: Environment) => fleet.everywhere(environment, 'cat current/index.html')

/** Its line goes through a relay, until `mend`. */
async function behindRelay(name: string) {
  const { prisma } = fleet.place.db
  const { host, port } = await prisma.server.findUniqueOrThrow({ where: { name } })
  const at = fleet.hosts[Number(name.slice(4)) - 1]!
  const relay = await openRelay(at.address)
  await prisma.server.update({ where: { name }, data: { host: relay.address.host, port: relay.address.port } })
  const mend = async () => {
    await prisma.server.update({ where: { name }, data: { host, port } })
  }
  return { relay, mend }
}

test('another worker goes on between two batches, and nothing is done twice', async () => {
  const environment = await fleet.environment({ options: { strategy: { canary: { seconds: null } } } })
  const first = await fleet.place.worker()
  const counting = 'echo run >>$FAIRLEAD_ROOT/storage/count\n'
  const deployment = await deploy(environment, 'one', {
    '.fairlead/before.deploy': counting,
    '.fairlead/after.deploy': counting,
  })
  await fleet.place.until(deployment, (state) => state.waiting !== null)
  await first.stop()
  const second = await fleet.place.worker()
  await fleet.place.until(deployment, (state) => state.attempt === 2)

  await letOthersFollow(fleet.place.db, { deploymentId: deployment, ...ada })
  expect(await fleet.place.finished(deployment)).toMatchObject({ status: 'succeeded', attempt: 2 })
  expect(await fleet.everywhere(environment, 'cat storage/count current/index.html')).toEqual(
    Array(3).fill('run\nrun\none'),
  )
  await second.stop()
})

test('a server that can’t be reached keeps all as they are, and is named', async () => {
  const worker = await fleet.place.worker()
  const environment = await fleet.environment()
  await fleet.place.finished(await deploy(environment, 'one'))
  const { relay, mend } = await behindRelay('web-2')
  await relay.close()
  const state = await fleet.place.finished(await deploy(environment, 'two'))
  expect(state).toMatchObject({
    status: 'failed',
    failure: { code: 'unreachable', server: 'web-2' },
    committed: null,
    switched: [],
  })
  await mend()
  expect(await served(environment)).toEqual(['one', 'one', 'one'])
  expect(await fleet.place.finished(await deploy(environment, 'three'))).toMatchObject({ status: 'succeeded' })
  expect(await served(environment)).toEqual(['three', 'three', 'three'])
  await worker.stop()
})

test('a server that is lost and given up is unknown from then on, and the others are as before', async () => {
  const worker = await fleet.place.worker()
  const environment = await fleet.environment()
  await fleet.place.finished(await deploy(environment, 'one'))
  const { relay, mend } = await behindRelay('web-3')
  const hook = '[ "$FAIRLEAD_SERVER" != web-3 ] || sleep 600\n'
  const deployment = await deploy(environment, 'two', { '.fairlead/before.deploy': hook })
  await fleet.place.until(deployment, ({ segments }) =>
    segments.some(({ name, steps }) => name === 'ship-3' && steps.length > 4),
  )
  relay.cut()
  await relay.close()
  await fleet.place.until(deployment, ({ segments }) => segments.some(({ looking }) => looking !== null))
  await giveUp(fleet.place.db, { deploymentId: deployment, targetId: environment.targetIds[2]!, ...ada })
  const state = await fleet.place.finished(deployment)
  expect(state).toMatchObject({ status: 'failed', failure: { code: 'connection_lost', server: 'web-3' }, switched: [] })
  const target = await fleet.place.db.prisma.target.findUniqueOrThrow({ where: { id: environment.targetIds[2]! } })
  expect(target).toMatchObject({ unknownSince: expect.any(Date), unknownWhy: expect.stringContaining('Ada') })
  await mend()
  const next = await deploy(environment, 'three', { '.fairlead/before.deploy': 'true\n' })
  expect(await fleet.place.finished(next)).toMatchObject({ status: 'succeeded' })
  expect(await served(environment)).toEqual(['three', 'three', 'three'])
  const seen = await fleet.place.db.prisma.target.findUniqueOrThrow({ where: { id: environment.targetIds[2]! } })
  expect(seen.unknownSince).toBeNull()
  await worker.stop()
})

test('who takes over says that a server can’t be reached, and when it was heard of last', async () => {
  const worker = await fleet.place.worker()
  const environment = await fleet.environment()
  const { relay, mend } = await behindRelay('web-2')
  const hook = '[ "$FAIRLEAD_SERVER" != web-2 ] || until [ -e $FAIRLEAD_ROOT/go ]; do sleep .1; done\n'
  const deployment = await deploy(environment, 'one', { '.fairlead/before.deploy': hook })
  await fleet.place.until(deployment, ({ segments }) =>
    segments.some(({ name, steps }) => name === 'ship-2' && steps.length > 4),
  )
  await worker.stop()
  await relay.close()
  const other = await fleet.place.worker()
  const lookedFor = await fleet.place.until(deployment, ({ segments }) => segments.some(({ looking }) => looking))
  const events = await readEvents(fleet.place.db.pool, deployment)
  const claimed = events.findLast(({ type }) => type === 'claimed')!
  const { looking } = lookedFor.segments.find(({ name }) => name === 'ship-2')!
  expect(Date.parse(looking!.lastSeenAt)).toBeLessThan(Date.parse(claimed.at))
  await mend()
  await fleet.hosts[1]!.shell(`touch ${environment.roots[1]}/go`)
  expect(await fleet.place.finished(deployment)).toMatchObject({ status: 'succeeded' })
  await other.stop()
})

test('a cancel after the commit puts back the servers that have switched', async () => {
  const worker = await fleet.place.worker()
  const options = { strategy: { canary: { seconds: null } } }
  const environment = await fleet.environment({ options })
  const first = await deploy(environment, 'one')
  await fleet.place.until(first, (state) => state.waiting !== null)
  await requestCancel(fleet.place.db, { deploymentId: first, ...ada })
  const state = await fleet.place.finished(first)
  expect(state).toMatchObject({ status: 'cancelled', failure: null })
  expect(await fleet.everywhere(environment, 'ls -d current 2>/dev/null; true')).toEqual(['', '', ''])
  await worker.stop()
})

test('variables that fail on one server are put back on all of them', async () => {
  const worker = await fleet.place.worker()
  const environment = await fleet.environment({
    env: 'A=1\n',
    hooks: [{ event: 'config/after-change', text: '[ "$A.$FAIRLEAD_SERVER" != 2.web-2 ] || exit 4' }],
  })
  await fleet.place.db.prisma.hookRevision.updateMany({
    where: { environmentId: environment.id },
    data: { failure: 'stops' },
  })
  await fleet.place.finished(await deploy(environment, 'one'))
  await fleet.place.saveVariables(environment.id, 2, 'A=2\n')
  const { id } = await fleet.place.request(environment.id, { type: 'variables', number: 2 })
  const state = await fleet.place.finished(id)
  expect(state).toMatchObject({ status: 'failed', failure: { server: 'web-2', exit: 4 } })
  expect(await fleet.everywhere(environment, 'cat current/.env')).toEqual(['A=1\n', 'A=1\n', 'A=1\n'])
  const release = await fleet.place.db.prisma.release.findFirstOrThrow({ where: { environmentId: environment.id } })
  expect(release.envSha256).toBe(sha256('A=1\n'))
  await fleet.place.saveVariables(environment.id, 3, 'A=3\n')
  const { id: third } = await fleet.place.request(environment.id, { type: 'variables', number: 3 })
  expect(await fleet.place.finished(third)).toMatchObject({ status: 'succeeded' })
  expect(await fleet.everywhere(environment, 'cat current/.env; find .fairlead/run/[12] -name "env*"')).toEqual(
    Array(3).fill('A=3\n'),
  )
  await fleet.place.db.prisma.environment.update({
    where: { id: environment.id },
    data: { options: { strategy: { batch: 'one', minimumHealthy: { count: 1 } } } },
  })
  await fleet.place.db.prisma.hookRevision.updateMany({
    where: { environmentId: environment.id },
    data: { text: '[ "$A.$FAIRLEAD_SERVER" != 4.web-3 ] || exit 4' },
  })
  await fleet.place.saveVariables(environment.id, 4, 'A=4\n')
  const { id: fourth } = await fleet.place.request(environment.id, { type: 'variables', number: 4 })
  const message = expect.stringContaining('web-1, web-2: variables 4; web-3: what was there before')
  expect(await fleet.place.finished(fourth)).toMatchObject({
    status: 'succeeded',
    findings: [{ code: 'servers_differ', message }],
  })
  expect(await fleet.everywhere(environment, 'cat current/.env')).toEqual(['A=4\n', 'A=4\n', 'A=3\n'])
  const after = await fleet.place.db.prisma.release.findFirstOrThrow({ where: { environmentId: environment.id } })
  expect(after.envSha256).toBe(sha256('A=4\n'))
  await worker.stop()
})

test('a server whose tree was touched gets everything, and an earlier release goes from all of them', async () => {
  const worker = await fleet.place.worker()
  const environment = await fleet.environment()
  await fleet.place.finished(await deploy(environment, 'one'))
  await fleet.hosts[1]!.shell(`echo touched >${environment.roots[1]}/.fairlead/tree/index.html`)
  const second = await fleet.place.finished(await deploy(environment, 'two'))
  expect(second).toMatchObject({ status: 'succeeded', findings: [{ code: 'need_full' }] })
  expect(await served(environment)).toEqual(['two', 'two', 'two'])
  await fleet.place.finished(await deploy(environment, 'three'))

  const { id } = await createDeployment(fleet.place.db, {
    environmentId: environment.id,
    kind: 'remove',
    source: { type: 'release', number: 1 },
    ...ada,
  })
  expect(await fleet.place.finished(id)).toMatchObject({ status: 'succeeded' })
  expect(await fleet.everywhere(environment, 'ls release | cut -c 1-12')).toEqual(
    Array(3).fill('deployment_2\ndeployment_3\n'),
  )
  const release = await fleet.place.db.prisma.release.findFirstOrThrow({
    where: { environmentId: environment.id, number: 1 },
  })
  expect(release.state).toBe('removed')
  await worker.stop()
})

test('what runs once runs on the next server when its own can’t be reached, never twice, and no server goes on without it', async () => {
  const worker = await fleet.place.worker()
  const counting = 'echo "$FAIRLEAD_SERVER" >>$FAIRLEAD_ROOT/storage/count'
  const environment = await fleet.environment({
    options: { strategy: { batch: 'one', minimumHealthy: { count: 1 } } },
    hooks: ['before.deploy', 'deploy.failure'].map((event) => ({ event, text: counting })),
  })
  const { prisma } = fleet.place.db
  const once = (text: string) =>
    prisma.hookRevision.updateMany({
      where: { environmentId: environment.id },
      data: { text, sha256: sha256(text), failure: 'stops', place: { on: 'once' } },
    })
  const counts = () => fleet.everywhere(environment, 'cat storage/count 2>/dev/null || true')
  await once(counting)
  await fleet.place.finished(await deploy(environment, 'one'))
  expect(await counts()).toEqual(['web-1\n', '', ''])
  const { relay, mend } = await behindRelay('web-1')
  await relay.close()
  const moved = {
    code: 'once_elsewhere',
    message: expect.stringContaining('on web-2 instead of web-1, which has failed'),
  }
  expect(await fleet.place.finished(await deploy(environment, 'two'))).toMatchObject({
    status: 'succeeded',
    findings: [moved, { code: 'servers_differ' }],
  })
  await once(`${counting}; exit 3`)
  const message = expect.stringContaining('runs once for all servers: none goes on without it')
  expect(await fleet.place.finished(await deploy(environment, 'three'))).toMatchObject({
    status: 'failed',
    failure: { code: 'command_failed', server: 'web-2', step: 'before.deploy (panel)', exit: 3, message },
    switched: [],
    findings: [
      moved,
      { code: 'once_not_run', message: expect.stringContaining('deploy.failure (panel) on web-1') },
      { code: 'servers_differ' },
    ],
  })
  await mend()
  expect(await counts()).toEqual(['web-1\n', 'web-2\nweb-2\n', ''])
  expect(await served(environment)).toEqual(['one', 'two', 'two'])
  await worker.stop()
})
