// What counts as an environment's own news: of its branches what they were pushed at, of its servers all.
import { randomUUID } from 'node:crypto'
import { renameSync } from 'node:fs'
import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addDelivery } from '@/lib/store/deliveries.ts'
import { createDeployment } from '@/lib/store/deployments.ts'
import { endFollowingHold } from '@/lib/store/following-hold.ts'
import { followOnce } from '@/lib/worker/pushes.ts'
import { openFollowing, type FollowingPlace } from './following-place.ts'

let place: FollowingPlace
let count = 0
const name = (): string => `env-${(count += 1)}`
const outcomes = (told: { environmentId: string; outcome: string }[], environmentId: string): string[] =>
  told.filter((one) => one.environmentId === environmentId).map(({ outcome }) => outcome)
const person = { by: 'user:1', byName: 'Ada' } as const
const passed = (commit: string, second = 0) =>
  ({ commit, name: 'build', state: 'passed', at: `2026-11-21T12:00:0${second}Z` }) as const

beforeAll(async () => {
  place = await openFollowing()
})
afterAll(() => place.close())
beforeEach(() => place.db.prisma.environment.updateMany({ data: { triggers: {} } }))

function commit(message: string): string {
  count += 1
  place.repository.write('index.html', `${count}`)
  return place.repository.commit(message)
}

/** What is committed on a new branch. */
function branch<T>(called: string, work: () => T): T {
  place.repository.git('checkout', '-q', '-b', called)
  const made = work()
  place.repository.git('checkout', '-q', 'main')
  return made
}

async function liveNow(id: string, number: number, revision: string): Promise<void> {
  await place.set(id, number, 'succeeded')
  await place.live(id, number, revision)
}

describe('a check of a commit', () => {
  it('that branches lead to which were never pushed at it changes nothing for them', async () => {
    const id = await place.environment(name(), { branches: ['release/*'], checks: ['build'] })
    commit('base')
    place.repository.git('branch', 'release/1')
    const old = commit('old')
    const second = branch('release/2', () => commit('release 2'))
    await place.tell({ name: 'release/2', commit: second })
    await place.tellChecks(passed(second))
    await liveNow(id, 1, second)
    place.repository.git('checkout', '-q', 'release/1')
    const hotfix = commit('hotfix')
    place.repository.git('checkout', '-q', 'main')
    await place.tell({ name: 'release/1', commit: hotfix })
    await place.tellChecks(passed(hotfix))
    await liveNow(id, 2, hotfix)
    // Somebody has the builds of what came before run again.
    expect(outcomes(await place.tellChecks(passed(old, 1)), id)).not.toContain('deploys')
    expect(outcomes(await place.tellChecks(passed(second, 1)), id)).not.toContain('deploys')
    // Whoever follows from now on isn't given what was pushed before.
    const late = await place.environment(name(), { branches: ['release/*'], checks: ['build'] })
    expect(outcomes(await place.tellChecks(passed(old, 2)), late)).not.toContain('deploys')
    expect((await place.runs(id)).map((run) => run.commit)).toEqual([second, hotfix])
  })

  it('that came late is that of its branch, unless another was deployed since', async () => {
    const wanted = { checks: ['build'] }
    const one = await place.environment(name(), { ...wanted, branches: ['main'] })
    const both = await place.environment(name(), { ...wanted, branches: ['main', 'topic/*'] })
    const topic = branch('topic/1', () => commit('topic'))
    const first = commit('first')
    const second = commit('second')
    // Both are seen together, as the newest that the branch has.
    await place.tell({ commit: first }, { commit: second }, { name: 'topic/1', commit: topic })
    await place.tellChecks(passed(topic))
    expect((await place.runs(both)).map((run) => run.commit)).toEqual([topic])
    await place.tellChecks(passed(first))
    expect((await place.runs(one)).map((run) => run.commit)).toEqual([first])
    expect((await place.runs(both)).map((run) => run.commit)).toEqual([topic])
  })
})

describe('many checks', () => {
  it('cost no look at the repository where nobody wants any, and count for whoever does later', async () => {
    const id = await place.environment(name())
    const first = commit('first')
    const { path } = place.repository
    renameSync(path, `${path}.away`)
    const told = await place.tellChecks(passed(first))
    renameSync(`${path}.away`, path)
    expect(told).toEqual([])
    expect(await place.db.prisma.delivery.count({ where: { state: 'waiting' } })).toBe(0)
    await place.db.prisma.environment.update({
      where: { id },
      data: { triggers: { isOn: true, checks: ['build'] } },
    })
    expect(outcomes(await place.tell({ commit: first }), id)).toEqual(['deploys'])
  })

  it('of a commit that many branches lead to ask the database for those that somebody follows', async () => {
    const id = await place.environment(name(), { checks: ['build'] })
    await place.environment(name(), { branches: ['topic'] })
    const first = commit('first')
    for (let n = 0; n < 30; n++) place.repository.git('branch', `leads-${count}-${n}`)
    const key = randomUUID()
    const { projectId, worker } = place
    const told = { type: 'checks' as const, checks: [passed(first)] }
    await addDelivery(place.db, { projectId, key, event: 'status', words: '', told })
    let asked = 0
    const { pool } = place.db
    const query = (sql: string, values?: unknown[]): Promise<unknown> => {
      if (sql.includes('LEFT JOIN "Following"')) asked += 1
      return pool.query(sql, values)
    }
    const counting = { query, connect: () => pool.connect() } as unknown as Pool
    await followOnce({ ...worker, db: { ...place.db, pool: counting } }, new AbortController().signal)
    expect((await place.runs(id)).map((run) => run.commit)).toEqual([first])
    expect(asked).toBe(2)
  })
})

describe('what somebody rolled back', () => {
  it('and the branch never had keeps none of its own commits out', async () => {
    const id = await place.environment(name())
    const first = commit('first')
    await place.tell({ commit: first })
    await liveNow(id, 1, first)
    const [good, bad] = branch('tried', () => [commit('good'), commit('bad')] as const)
    const source = { type: 'git', ref: 'tried', commit: bad } as const
    const { id: tried } = await createDeployment(place.db, { environmentId: id, kind: 'deploy', source, ...person })
    await liveNow(id, 2, bad)
    const { prisma } = place.db
    const back = {
      kind: 'activate',
      source: { type: 'release', number: 1 },
      holdsPushes: 'rolled back to release 1',
    } as const
    const [one, two] = await prisma.release.findMany({ where: { environmentId: id }, orderBy: { number: 'asc' } })
    await prisma.deployment.update({ where: { id: tried }, data: { releaseId: two!.id } })
    await createDeployment(place.db, { environmentId: id, ...back, ...person })
    await place.set(id, 3, 'succeeded')
    await prisma.environment.update({ where: { id }, data: { liveReleaseId: one!.id } })
    await prisma.target.updateMany({ where: { environmentId: id }, data: { liveRelease: one!.name } })
    await endFollowingHold(prisma, id)
    // The good half is merged, and then all of it.
    place.repository.git('merge', '-q', '--ff-only', good)
    expect(outcomes(await place.tell({ commit: good }), id)).toEqual(['deploys'])
    place.repository.git('merge', '-q', '--ff-only', bad)
    expect(await place.tell({ commit: bad })).toMatchObject([{ outcome: 'already', words: 'Somebody rolled it back.' }])
  })
})

describe('a commit that some of the servers have', () => {
  /** An environment with one more server. */
  async function two(): Promise<{ id: string; canary: string }> {
    const { prisma } = place.db
    const id = await place.environment(name())
    const server = {
      name: randomUUID(),
      host: '127.0.0.1',
      user: 'deployer',
      privateKey: Buffer.from('x'),
      publicKey: 'x',
    }
    const { id: serverId } = await prisma.server.create({ data: { ...server, port: 2200 + count } })
    const { id: canary } = await prisma.target.create({ data: { environmentId: id, serverId, root: `/srv/${id}` } })
    return { id, canary }
  }

  it('is deployed to all by a push; one before it is not', async () => {
    const { id, canary } = await two()
    const [first, second, third] = [commit('first'), commit('second'), commit('third')]
    await place.live(id, 1, first)
    await place.live(id, 2, third, canary)
    place.repository.git('branch', 'canary')
    place.repository.git('reset', '-q', '--hard', second)
    expect(await place.tell({ commit: second })).toMatchObject([{ outcome: 'older' }])
    place.repository.git('reset', '-q', '--hard', third)
    expect(outcomes(await place.tell({ commit: third }), id)).toEqual(['deploys'])
    expect(outcomes(await place.tell({ commit: third }), id)).toEqual(['already'])
  })

  it('or are about to have is deployed to all by a push; by a run for all it is once', async () => {
    const [some, all] = [await two(), await two()]
    const first = commit('first')
    const source = { type: 'git', ref: 'main', commit: first } as const
    const run = (environmentId: string, targetIds: string[]) =>
      createDeployment(place.db, { environmentId, kind: 'deploy', source, targetIds, ...person })
    await run(some.id, [some.canary])
    const targets = await place.db.prisma.target.findMany({ where: { environmentId: all.id } })
    await run(
      all.id,
      targets.map((target) => target.id),
    )
    const told = await place.tell({ commit: first })
    expect(outcomes(told, some.id)).toEqual(['deploys'])
    expect(outcomes(told, all.id)).toEqual(['already'])
  })
})
