// A roll back pauses what is deployed by itself, and what was left by it doesn't come back when the pause ends.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDeployment, queueDeployment } from '@/lib/store/deployments.ts'
import { endFollowingHold } from '@/lib/store/following-hold.ts'
import { inTransaction } from '@/lib/store/transaction.ts'
import { openDueSchedules } from '@/lib/worker/due-schedules.ts'
import { openFollowing, type FollowingPlace } from '../worker/following-place.ts'

let place: FollowingPlace
beforeAll(async () => {
  place = await openFollowing()
})
afterAll(() => place.close())

function commit(text: string): string {
  place.repository.write('index.html', text)
  return place.repository.commit(text)
}

/** As a person asks for it, and as it has succeeded at once. */
async function rollBack(environmentId: string, to: number): Promise<void> {
  const { number } = await inTransaction(place.db.pool, (client) =>
    queueDeployment(client, {
      environmentId,
      kind: 'activate',
      source: { type: 'release', number: to },
      by: 'ada',
      byName: 'Ada',
      holdsPushes: `rolled back to release ${to}`,
    }),
  )
  await place.set(environmentId, number, 'succeeded')
  const { prisma } = place.db
  const { id, name } = await prisma.release.findFirstOrThrow({ where: { environmentId, number: to } })
  await prisma.environment.update({ where: { id: environmentId }, data: { liveReleaseId: id } })
  await prisma.target.updateMany({ where: { environmentId }, data: { liveRelease: name } })
}

/** As a person asks for it, and as it has succeeded at once: what is there now is live. */
async function deploy(environmentId: string, revision: string): Promise<void> {
  const { db } = place
  const request = {
    environmentId,
    kind: 'deploy',
    source: { type: 'git', ref: 'main' },
    by: 'ada',
    byName: 'Ada',
  } as const
  const { id, number } = await createDeployment(db, request)
  await place.live(environmentId, number, revision)
  const { liveReleaseId } = await db.prisma.environment.findUniqueOrThrow({ where: { id: environmentId } })
  await db.prisma.deployment.update({ where: { id }, data: { status: 'succeeded', releaseId: liveReleaseId } })
}

it('what was rolled back is no news once the pause is over, also after two in a row; what comes then is', async () => {
  const id = await place.environment('production')
  for (const number of [1, 2, 3]) await deploy(id, commit(`change ${number}`))
  await rollBack(id, 2)
  await rollBack(id, 1)
  expect(await place.db.prisma.following.findUnique({ where: { environmentId: id } })).toMatchObject({
    heldWhy: 'rolled back to release 1',
    lastCommit: null,
  })
  await endFollowingHold(place.db.prisma, id)
  expect(await place.tell({})).toMatchObject([{ outcome: 'already', words: 'Somebody rolled it back.' }])
  commit('the mend')
  expect(await place.tell({})).toMatchObject([{ outcome: 'deploys' }])
})

it('what was rolled back is neither deployed by a schedule nor because it was looked at, until a person asks', async () => {
  const id = await place.environment('nightly', { branches: ['main', 'topic'] })
  const { db, repository } = place
  for (const number of [1, 2]) await deploy(id, commit(`night ${number}`))
  // What was deployed by itself last came from elsewhere.
  repository.git('branch', 'topic', 'HEAD~1')
  const lastCommit = repository.git('commit-tree', '-p', 'topic', '-m', 'elsewhere', 'topic^{tree}')
  repository.git('branch', '-f', 'topic', lastCommit)
  await rollBack(id, 1)
  await db.prisma.following.update({ where: { environmentId: id }, data: { lastCommit } })
  await endFollowingHold(db.prisma, id)
  expect((await place.tell({})).filter((one) => one.environmentId === id)).toMatchObject([
    { outcome: 'already', words: 'Somebody rolled it back.' },
  ])
  const times = { environmentId: id, cron: '0 3 * * *', timeZone: 'UTC', nextAt: new Date(0), createdBy: 'Ada' }
  const see = async (): Promise<string | null> => {
    const schedules = openDueSchedules(place.worker, new AbortController().signal)
    await schedules.look()
    await schedules.settled()
    return (await db.prisma.schedule.findFirstOrThrow()).lastWords
  }
  await db.prisma.schedule.create({ data: times })
  expect(await see()).toContain('was rolled back.')
  await db.prisma.schedule.updateMany({ data: { onlyNew: false, nextAt: new Date(0) } })
  expect(await see()).toContain('Deployment 4.')
})

it('an environment that deploys nothing by itself isn’t paused', async () => {
  const id = await place.environment('by-hand', { isOn: false })
  await place.live(id, 1, commit('by hand'))
  await rollBack(id, 1)
  expect(await place.db.prisma.following.findUnique({ where: { environmentId: id } })).toBeNull()
})
