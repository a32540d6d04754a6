// A server that is taken out of an environment is left clean, and only then forgotten.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '@/lib/panel/context.ts'
import { removeEnvironmentServer } from '@/lib/panel/environment-servers.ts'
import { readSettings } from '@/lib/settings.ts'
import { owner } from '../panel/panel.ts'
import { openFleetPlace } from './fleet-place.ts'
import type { FleetPlace } from './fleet-place.ts'

let fleet: FleetPlace
let ctx: Context
beforeAll(async () => {
  fleet = await openFleetPlace(3)
  const { db, secrets, folder } = fleet.place
  await fleet.place.worker()
  ctx = { db, secrets, settings: readSettings({ DATABASE_URL: db.url, FAIRLEAD_DATA: folder }) }
})
afterAll(() => fleet.close())

/** Two releases on all servers, of which the second is live. */
async function deployed() {
  const made = await fleet.environment({ env: 'A=1\n', options: { shared: [{ path: 'up', source: 'storage/up' }] } })
  for (const text of ['one', 'two']) {
    made.repository.write('index.html', text)
    made.repository.commit(text)
    const { id } = await fleet.place.request(made.id)
    expect(await fleet.place.finished(id)).toMatchObject({ status: 'succeeded' })
  }
  const targets = await targetsOf(made.id)
  await Promise.all(fleet.hosts.map((host, at) => host.shell(`echo kept >${made.roots[at]}/storage/up/file`)))
  return { ...made, targets }
}

function targetsOf(environmentId: string) {
  return fleet.place.db.prisma.target.findMany({
    where: { environmentId },
    include: { server: true },
    orderBy: { createdAt: 'asc' },
  })
}

const namesOf = async (environmentId: string) => (await targetsOf(environmentId)).map(({ server }) => server.name)

test('with what is live, or with what releases share; the others serve on', async () => {
  const { id: environmentId, roots, targets } = await deployed()
  const { liveReleaseId } = await fleet.place.db.prisma.environment.findUniqueOrThrow({ where: { id: environmentId } })
  for (const [at, leave] of (['live', 'all'] as const).entries()) {
    const { serverId } = targets[at]!
    const { deployment } = await removeEnvironmentServer(ctx, owner, { environmentId, serverId, leave })
    expect(await fleet.place.finished(deployment!.id)).toMatchObject({ status: 'succeeded', failure: null })
  }
  expect(await namesOf(environmentId)).toEqual(['web-3'])
  expect(await fleet.everywhere({ roots }, 'ls -A; ls release 2>/dev/null | wc -l; cat storage/up/file')).toEqual([
    'current\nlogs\nrelease\nstorage\n1\nkept\n',
    'storage\n0\nkept\n',
    '.fairlead\ncurrent\nlogs\nrelease\nstorage\n2\nkept\n',
  ])
  expect(await fleet.hosts[0]!.shell(`cd ${roots[0]}/current && cat index.html .env`)).toBe('twoA=1\n')
  const { prisma } = fleet.place.db
  const after = await prisma.environment.findUniqueOrThrow({ where: { id: environmentId } })
  expect(after.liveReleaseId).toBe(liveReleaseId)
  expect(await prisma.release.findMany({ where: { environmentId, state: { not: 'complete' } } })).toEqual([])
  const { id } = await fleet.place.request(environmentId)
  expect(await fleet.place.finished(id)).toMatchObject({ status: 'succeeded' })
})

test('is kept while it can’t be reached, and can be forgotten', async () => {
  const { id: environmentId, roots, targets } = await deployed()
  const { serverId, server } = targets[1]!
  const leaveIt = (leave: 'all' | 'forget') => removeEnvironmentServer(ctx, owner, { environmentId, serverId, leave })
  const { prisma } = fleet.place.db
  await prisma.server.update({ where: { id: serverId }, data: { port: 1 } })
  const { deployment } = await leaveIt('all')
  expect(await fleet.place.finished(deployment!.id)).toMatchObject({
    status: 'failed',
    failure: { code: 'unreachable', server: 'web-2' },
  })
  expect(await namesOf(environmentId)).toEqual(['web-1', 'web-2', 'web-3'])
  expect(await prisma.releaseOnTarget.count({ where: { targetId: targets[1]!.id, state: 'complete' } })).toBe(2)
  expect(await leaveIt('forget')).toMatchObject({ deployment: null })
  expect(await namesOf(environmentId)).toEqual(['web-1', 'web-3'])
  expect(await fleet.hosts[1]!.shell(`cd ${roots[1]} && ls -A && ls release | wc -l`)).toBe(
    '.fairlead\ncurrent\nlogs\nrelease\nstorage\n2\n',
  )
  await prisma.server.update({ where: { id: serverId }, data: { port: server.port } })
})

test('is kept with all that it has when something else is live there than the panel knew, and left when that was seen', async () => {
  const { id: environmentId, roots, targets } = await deployed()
  const { prisma } = fleet.place.db
  const { id: targetId, serverId } = targets[2]!
  const { liveReleaseId } = await prisma.environment.findUniqueOrThrow({ where: { id: environmentId } })
  const older = await prisma.release.findFirstOrThrow({ where: { environmentId, id: { not: liveReleaseId! } } })
  await fleet.hosts[2]!.shell(`ln -sfn ${roots[2]}/release/${older.name} ${roots[2]}/current`)
  const leaveIt = async () => {
    const { deployment } = await removeEnvironmentServer(ctx, owner, { environmentId, serverId })
    return fleet.place.finished(deployment!.id)
  }
  expect(await leaveIt()).toMatchObject({ status: 'failed', failure: { server: 'web-3', step: 'check' } })
  expect(await fleet.hosts[2]!.shell(`ls ${roots[2]}/release | wc -l`)).toBe('2\n')
  expect(await prisma.releaseOnTarget.count({ where: { targetId, state: 'complete' } })).toBe(2)
  // What is live on one server that goes isn't what the environment has live.
  expect(await prisma.environment.findUnique({ where: { id: environmentId } })).toMatchObject({ liveReleaseId })
  expect(await leaveIt()).toMatchObject({ status: 'succeeded' })
  expect(await namesOf(environmentId)).toEqual(['web-1', 'web-2'])
  expect(await fleet.hosts[2]!.shell(`cd ${roots[2]} && ls release && cat current/index.html`)).toBe(
    `${older.name}\none`,
  )
})
