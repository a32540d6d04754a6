// A roll back pauses what is deployed by itself, and what was left by it doesn't come back when the pause ends.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { claim, writeAs, type Claim } from '@/lib/store/claims.ts'
import { createDeployment, queueDeployment } from '@/lib/store/deployments.ts'
import { endFollowingHold } from '@/lib/store/following-hold.ts'
import { inTransaction } from '@/lib/store/transaction.ts'
import { requestCancel } from '@/lib/store/wishes.ts'
import { openDueSchedules } from '@/lib/worker/due-schedules.ts'
import { tryWaiting } from '@/lib/worker/waiting-pushes.ts'
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

/** Asked for, as by `rollBack`, and not begun yet. */
async function ask(environmentId: string, to: number): Promise<{ id: string; number: number }> {
  const source = { type: 'release', number: to } as const
  const request = { environmentId, kind: 'activate', source, by: 'bob', byName: 'Bob' } as const
  return createDeployment(place.db, { ...request, holdsPushes: `put release ${to} back` })
}

async function held(environmentId: string): Promise<{ by: string | null; why: string | null; waits: unknown }> {
  const row = await place.db.prisma.following.findUniqueOrThrow({ where: { environmentId } })
  return { by: row.heldBy, why: row.heldWhy, waits: row.waiting }
}

/** What other environments have queued is claimed, too. */
async function claimOf(environmentId: string): Promise<Claim> {
  for (;;) {
    const claimed = await claim(place.db, 'worker')
    if (!claimed) throw new Error('nothing is queued')
    if (claimed.environmentId === environmentId) return claimed
  }
}

const again = { source: { type: 'git', ref: 'main', unless: 'older' } } as const
const pipeline = { kind: 'deploy', by: 'token:1', byName: 'CI' } as const

describe('a pipeline that asks “unless older”', () => {
  it('is refused after a roll back where nothing is followed, too, and told what to do; a person isn’t', async () => {
    const id = await place.environment('by-hand', { isOn: false })
    for (const number of [1, 2]) await deploy(id, commit(`by hand ${number}`))
    const asked = { ...pipeline, ...again, environmentId: id }
    const before = await createDeployment(place.db, { ...asked, idempotencyKey: 'job-1' })
    await place.set(id, before.number, 'succeeded')
    await rollBack(id, 1)
    const refused = createDeployment(place.db, asked)
    await expect(refused).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(
        /^Since \S+ \S+ UTC nothing .*: Ada rolled back to release 1\..* follow-again shop\/by-hand\. Without --unless-older/,
      ),
      details: { paused: { by: 'Ada', why: 'rolled back to release 1' } },
    })
    // What was made before is answered by its key.
    expect(await createDeployment(place.db, { ...asked, idempotencyKey: 'job-1' })).toEqual(before)
    await createDeployment(place.db, { ...asked, source: { type: 'git', ref: 'main' } })
    await endFollowingHold(place.db.prisma, id)
    await createDeployment(place.db, asked)
  })

  it('is refused or comes before a roll back that is asked for at the same time', async () => {
    const id = await place.environment('at-once', { isOn: false })
    for (const number of [1, 2]) await deploy(id, commit(`at once ${number}`))
    for (let round = 0; round < 5; round += 1) {
      const asked = [ask(id, 1), createDeployment(place.db, { ...pipeline, ...again, environmentId: id })] as const
      const [back, piped] = await Promise.allSettled(asked)
      if (back.status === 'rejected') throw back.reason
      if (piped.status === 'fulfilled') expect(piped.value.number).toBeLessThan(back.value.number)
      else expect(piped.reason).toMatchObject({ code: 'conflict' })
      await endFollowingHold(place.db.prisma, id)
    }
  })
})

describe('the pause of a roll back that did not come to be', () => {
  async function begun(name: string): Promise<string> {
    const id = await place.environment(name)
    for (const number of [1, 2, 3]) await deploy(id, commit(`${name} ${number}`))
    return id
  }

  it('ends when somebody cancels it, and what waited is deployed', async () => {
    const id = await begun('cancelled')
    const { id: deploymentId } = await ask(id, 1)
    const next = commit('waits')
    expect((await place.tell({})).filter((one) => one.environmentId === id)).toMatchObject([{ outcome: 'waits' }])
    await requestCancel(place.db, { deploymentId, by: 'bob', byName: 'Bob' })
    expect(await held(id)).toMatchObject({ by: null, why: null })
    await tryWaiting(place.worker)
    await place.follow()
    expect((await place.runs(id)).at(-1)).toMatchObject({ commit: next })
  })

  it('lasts when it failed, and says so, also of what waits', async () => {
    const id = await begun('failed')
    await ask(id, 1)
    commit('waits on')
    await place.tell({})
    const claimed = await claimOf(id)
    const failure = { code: 'internal', message: 'It failed.' } as const
    await writeAs(place.db, claimed, (write) => write.append({ type: 'finished', data: { status: 'failed', failure } }))
    const words = 'wanted release 1 back, which failed'
    expect(await held(id)).toMatchObject({ by: 'Bob', why: words, waits: { words: `Bob ${words}.` } })
  })

  it('lasts where an older release was live before it, and is that of whoever asked last', async () => {
    const id = await begun('twice')
    await rollBack(id, 2)
    const first = await ask(id, 1)
    await requestCancel(place.db, { deploymentId: first.id, by: 'bob', byName: 'Bob' })
    expect(await held(id)).toMatchObject({ by: 'Bob', why: 'wanted release 1 back, which was cancelled' })
    // The end of one that another has followed says nothing of the pause.
    const older = await ask(id, 1)
    await rollBack(id, 1)
    await requestCancel(place.db, { deploymentId: older.id, by: 'bob', byName: 'Bob' })
    expect(await held(id)).toMatchObject({ by: 'Ada', why: 'rolled back to release 1' })
  })
})
