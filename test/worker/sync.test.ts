// Servers come and drift: the live release is put on one that lacks it, and what was changed by hand is found and put right.
import { join } from 'node:path'
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { driftReport } from '@/lib/api/shapes-drift.ts'
import type { Context } from '@/lib/panel/context.ts'
import { listDrift, lookForDrift, syncServers } from '@/lib/panel/drift.ts'
import { openMirrors } from '@/lib/git/mirrors.ts'
import { readSettings } from '@/lib/settings.ts'
import { openConnector } from '@/lib/ssh/connector.ts'
import { takeDueTarget } from '@/lib/store/drift.ts'
import { ensurePanelId } from '@/lib/store/settings.ts'
import { startAnswering } from '@/lib/worker/asks.ts'
import { openRecent } from '@/lib/worker/recent.ts'
import { as, owner, refused } from '../panel/panel.ts'
import { openFleetPlace } from './fleet-place.ts'
import type { FleetPlace } from './fleet-place.ts'

let fleet: FleetPlace
let ctx: Context
let close: () => Promise<void>
beforeAll(async () => {
  fleet = await openFleetPlace(2)
  const { place } = fleet
  await place.worker()
  const { db, secrets, folder } = place
  const connector = openConnector()
  const mirrors = await openMirrors({ folder: join(folder, 'asked'), localPrefixes: [`${folder}/`] })
  const log = pino({ level: 'silent' })
  const panelId = await ensurePanelId(db)
  const answering = await startAnswering({ db, secrets, connector, mirrors, log, hooks: openRecent(8), panelId })
  ctx = { db, secrets, settings: readSettings({ DATABASE_URL: db.url, FAIRLEAD_DATA: folder }) }
  close = async () => {
    await answering.stop()
    await connector.close()
    await fleet.close()
  }
})
afterAll(() => close())

/** A release live on the first server; the second was added afterwards. */
async function added(hooks: { event: string; text: string }[] = []) {
  const made = await fleet.place.environment({
    env: 'A=1\n',
    hooks,
    options: { shared: [{ path: 'up', source: 'storage/up' }] },
  })
  made.repository.write('index.html', 'one')
  made.repository.commit('one')
  const { id } = await fleet.place.request(made.id)
  expect(await fleet.place.finished(id)).toMatchObject({ status: 'succeeded' })
  const { id: serverId } = await fleet.place.db.prisma.server.findUniqueOrThrow({ where: { name: 'web-2' } })
  const root = await fleet.hosts[1]!.root()
  await fleet.place.db.prisma.target.create({ data: { environmentId: made.id, serverId, root, position: 1 } })
  return { environmentId: made.id, roots: [made.root, root] }
}

const verdicts = async (environmentId: string) =>
  (await listDrift(ctx, as('viewer'), { environmentId })).map(({ server, lacks, drift }) => [
    server,
    lacks,
    drift?.verdict ?? null,
    drift?.differences.map(({ message }) => message) ?? [],
  ])

test('a server that was added gets the live release of another, and both are as they were deployed', async () => {
  const { environmentId, roots } = await added()
  expect(await lookForDrift(ctx, as('developer'), { environmentId })).toMatchObject([
    { server: 'web-1', lacks: false, drift: { verdict: 'same' } },
    { server: 'web-2', lacks: true, drift: { verdict: 'differs' } },
  ])
  const { id } = await syncServers(ctx, as('developer'), { environmentId })
  expect(await fleet.place.finished(id)).toMatchObject({ status: 'succeeded', failure: null })
  const seen = await fleet.everywhere({ roots }, 'cat current/index.html current/.env; ls; readlink current/up | wc -l')
  expect(seen).toEqual(Array(2).fill('oneA=1\ncurrent\nlogs\nrelease\nstorage\n1\n'))
  await lookForDrift(ctx, owner, { environmentId })
  expect(await verdicts(environmentId)).toEqual([
    ['web-1', false, 'same', []],
    ['web-2', false, 'same', []],
  ])
  await expect(syncServers(ctx, owner, { environmentId })).rejects.toEqual(refused('conflict'))
  await expect(syncServers(ctx, as('viewer'), { environmentId })).rejects.toEqual(refused('forbidden'))
  // Both were looked at after their last run: nobody is due.
  expect(await takeDueTarget(fleet.place.db, 900_000)).toBe(null)
})

test('what was changed by hand is told, and put right from the other server', async () => {
  const { environmentId, roots } = await added()
  await fleet.place.finished((await syncServers(ctx, owner, { environmentId })).id)
  await lookForDrift(ctx, owner, { environmentId })
  const byHand = 'cd current/; echo other >index.html; rm REVISION; echo new >cache; echo B=2 >.env'
  await fleet.hosts[1]!.shell(`cd ${roots[1]} && ${byHand}`)
  await lookForDrift(ctx, owner, { environmentId })
  expect((await verdicts(environmentId))[1]).toEqual([
    'web-2',
    false,
    'differs',
    ['.env is not what was deployed.', '2 files are not as deployed.', 'One file came into the release since.'],
  ])
  const { id } = await syncServers(ctx, owner, { environmentId })
  expect(await fleet.place.finished(id)).toMatchObject({ status: 'succeeded', failure: null })
  expect(await fleet.everywhere({ roots }, 'cat current/index.html current/.env; ls release | wc -l')).toEqual(
    Array(2).fill('oneA=1\n1\n'),
  )
  await lookForDrift(ctx, owner, { environmentId })
  expect((await verdicts(environmentId)).map(([, , verdict]) => verdict)).toEqual(['same', 'same'])

  await fleet.hosts[1]!.shell(`rm -r ${roots[1]}/release/*`)
  const again = await fleet.place.finished((await syncServers(ctx, owner, { environmentId, servers: ['web-2'] })).id)
  expect(again).toMatchObject({ status: 'succeeded', failure: null })
  expect(await fleet.everywhere({ roots }, 'cat current/index.html current/.env; ls release | wc -l')).toEqual(
    Array(2).fill('oneA=1\n1\n'),
  )
})

test('a link that another tool moved is told, and leads back', async () => {
  const { environmentId, roots } = await added()
  await fleet.hosts[0]!.shell(`cd ${roots[0]}; mkdir elsewhere; ln -sfn ${roots[0]}/elsewhere current`)
  await lookForDrift(ctx, owner, { environmentId })
  expect((await verdicts(environmentId))[0]).toEqual([
    'web-1',
    true,
    'differs',
    [`“current” leads to ${roots[0]}/elsewhere, which Fairlead did not make.`],
  ])
  const { id } = await syncServers(ctx, owner, { environmentId, servers: ['web-1'] })
  expect(await fleet.place.finished(id)).toMatchObject({ status: 'succeeded', failure: null })
  expect(await fleet.hosts[0]!.shell(`cat ${roots[0]}/current/index.html`)).toBe('one')
})

test('servers that differ each in its own way are put right together, with the variables that were deployed', async () => {
  const uses = ['rollback/before', 'rollback/after'].map((event) => ({ event, text: 'set -eu; [ "$A" = 1 ]' }))
  const { environmentId, roots } = await added(uses)
  await fleet.place.finished((await syncServers(ctx, owner, { environmentId })).id)
  await lookForDrift(ctx, owner, { environmentId })
  await fleet.hosts[0]!.shell(`cd ${roots[0]}; mkdir elsewhere; ln -sfn ${roots[0]}/elsewhere current`)
  await fleet.hosts[1]!.shell(`cd ${roots[1]}/current/; echo other >index.html; echo B=2 >.env`)
  await lookForDrift(ctx, owner, { environmentId })
  const { id } = await syncServers(ctx, owner, { environmentId })
  expect(await fleet.place.finished(id)).toMatchObject({ status: 'succeeded', failure: null })
  expect(await fleet.everywhere({ roots }, 'cat current/index.html current/.env')).toEqual(Array(2).fill('oneA=1\n'))
  await lookForDrift(ctx, owner, { environmentId })
  expect((await verdicts(environmentId)).map(([, lacks, verdict]) => [lacks, verdict])).toEqual(
    Array(2).fill([false, 'same']),
  )
})

test('where no server has the release any more its commit is deployed again, over whatever is there', async () => {
  const { environmentId, roots } = await added()
  const byHand = `mkdir elsewhere; ln -sfn ${roots[0]}/elsewhere current; rm -r release/*`
  await fleet.hosts[0]!.shell(`cd ${roots[0]}; ${byHand}`)
  await lookForDrift(ctx, owner, { environmentId })
  const { id, kind } = await syncServers(ctx, as('developer'), { environmentId })
  expect(kind).toBe('deploy')
  expect(await fleet.place.finished(id)).toMatchObject({
    status: 'succeeded',
    failure: null,
    commit: { subject: 'one' },
  })
  const seen = await fleet.everywhere(
    { roots },
    'cat current/index.html current/.env; basename "$(readlink current)" | cut -c 1-12',
  )
  expect(seen).toEqual(Array(2).fill('oneA=1\ndeployment_2\n'))
  await lookForDrift(ctx, owner, { environmentId })
  expect((await verdicts(environmentId)).map(([, lacks, verdict]) => [lacks, verdict])).toEqual(
    Array(2).fill([false, 'same']),
  )
})

test('without another server that has it, the release is not made up; a server that can’t be asked is said', async () => {
  const { environmentId, roots } = await added()
  await lookForDrift(ctx, owner, { environmentId })
  await fleet.hosts[0]!.shell(`echo other >${roots[0]}/current/index.html`)
  const { id } = await syncServers(ctx, owner, { environmentId, servers: ['web-2'] })
  const state = await fleet.place.finished(id)
  expect(state).toMatchObject({ status: 'failed', failure: { code: 'release_missing' }, segments: [] })
  expect(state.failure!.message).toContain(
    'On web-1 its files are not those that were deployed any more. Deploy its commit',
  )
  const server = { where: { name: 'web-2' } }
  const { port } = await fleet.place.db.prisma.server.findUniqueOrThrow(server)
  await fleet.place.db.prisma.server.update({ ...server, data: { port: 1 } })
  const [, unreached] = await lookForDrift(ctx, owner, { environmentId })
  await fleet.place.db.prisma.server.update({ ...server, data: { port } })
  expect(driftReport.parse(unreached!.drift)).toMatchObject({ verdict: 'unknown', why: expect.any(String) })
})
