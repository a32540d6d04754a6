// Pushes as environments follow them: what is deployed, what isn't and why, whatever order they are told in.
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Mirror, Mirrors } from '@/lib/deploy/types.ts'
import { triggers } from '@/lib/spec/triggers.ts'
import { keepChecks } from '@/lib/store/checks.ts'
import { addDelivery, handled, putOff, renewDeliveries, takeDeliveries } from '@/lib/store/deliveries.ts'
import { createDeployment } from '@/lib/store/deployments.ts'
import { storeHold } from '@/lib/store/holds.ts'
import { listen } from '@/lib/store/listen.ts'
import { judgeWaitingAnew, storeTriggers } from '@/lib/store/triggers.ts'
import { followOnce, look } from '@/lib/worker/pushes.ts'
import { tryWaiting } from '@/lib/worker/waiting-pushes.ts'
import { openFollowing, type FollowingPlace } from './following-place.ts'

let place: FollowingPlace
let count = 0
let first: string
const name = (): string => `env-${(count += 1)}`
const outcomes = (told: { environmentId: string; outcome: string }[], environmentId: string): string[] =>
  told.filter((one) => one.environmentId === environmentId).map(({ outcome }) => outcome)

beforeAll(async () => {
  place = await openFollowing()
})
afterAll(() => place.close())
beforeEach(async () => {
  // What others follow is no affair of the next test.
  await place.db.prisma.environment.updateMany({ data: { triggers: {} } })
  first = commit('first')
})

function commit(message: string, path = 'index.html'): string {
  count += 1
  place.repository.write(path, `${count}`)
  return place.repository.commit(message)
}

const build = (of: string, state: 'passed' | 'failed', at = '2026-11-21T12:00:00Z') =>
  ({ commit: of, name: 'build', state, at }) as const

async function waiting(environmentId: string): Promise<unknown> {
  return (await place.db.prisma.following.findUniqueOrThrow({ where: { environmentId } })).waiting
}

/** Gives what lifts it, and sees to what waited. */
async function hold(id: string): Promise<() => Promise<void>> {
  await storeHold(place.db.prisma, id, { reason: 'Sale', by: 'Ada', at: new Date(), until: null })
  return async () => {
    await storeHold(place.db.prisma, id, null)
    await tryWaiting(place.worker)
    await place.follow()
  }
}

describe('a push', () => {
  it('is deployed once, however often and by whatever name it is told', async () => {
    const id = await place.environment(name())
    expect(outcomes(await place.tell({ commit: first }), id)).toEqual(['deploys'])
    expect(outcomes(await place.tell({ commit: first }), id)).toEqual(['already'])
    await place.set(id, 1, 'failed')
    expect(outcomes(await place.tell({ commit: first }), id)).toEqual(['already'])
    expect(await place.runs(id)).toEqual([{ commit: first, status: 'failed', number: 1 }])
  })

  it('that is told late brings the branch as it is by now, and never an older commit', async () => {
    const id = await place.environment(name())
    const second = commit('second')
    expect(await place.tell({ commit: first })).toMatchObject([{ outcome: 'deploys', commit: second }])
    await place.set(id, 1, 'running')
    place.repository.git('reset', '-q', '--hard', first)
    expect(await place.tell({ commit: first })).toMatchObject([
      { outcome: 'older', words: `It is older than what is being deployed (${second.slice(0, 7)}).` },
    ])
    expect(await place.runs(id)).toHaveLength(1)
    place.repository.git('reset', '-q', '--hard', second)
  })

  it('that rewrote the branch is deployed', async () => {
    const id = await place.environment(name())
    await place.tell({ commit: first })
    place.repository.git('commit', '-q', '--amend', '--allow-empty', '-m', 'first, said better')
    const rewritten = place.repository.git('rev-parse', 'HEAD')
    await place.tell({ commit: rewritten })
    expect(await place.runs(id)).toEqual([
      { commit: first, status: 'superseded', number: 1 },
      { commit: rewritten, status: 'queued', number: 2 },
    ])
  })

  it('takes the place of one that has not begun, and lets one that has go on', async () => {
    const id = await place.environment(name())
    await place.tell({ commit: first })
    await place.set(id, 1, 'running')
    const second = commit('second')
    await place.tell({ commit: second })
    const third = commit('third')
    await place.tell({ commit: third })
    expect(await place.runs(id)).toEqual([
      { commit: first, status: 'running', number: 1 },
      { commit: second, status: 'superseded', number: 2 },
      { commit: third, status: 'queued', number: 3 },
    ])
    const { cancelRequestedAt } = await place.db.prisma.deployment.findFirstOrThrow({
      where: { environmentId: id, number: 1 },
    })
    expect(cancelRequestedAt).toBeNull()
  })

  it('ends what is running where that is wanted, never two in a row', async () => {
    const id = await place.environment(name(), { cancelRunning: true })
    const isAsked = async (number: number): Promise<boolean> => {
      const { cancelRequestedAt } = await place.db.prisma.deployment.findFirstOrThrow({
        where: { environmentId: id, number },
      })
      return cancelRequestedAt !== null
    }
    await place.tell({ commit: first })
    await place.set(id, 1, 'running')
    await place.tell({ commit: commit('second') })
    expect(await isAsked(1)).toBe(true)
    await place.set(id, 1, 'cancelled')
    await place.set(id, 2, 'running')
    await place.tell({ commit: commit('third') })
    expect(await isAsked(2)).toBe(false)
  })

  it('of a branch, a tag or a commit that nobody follows is said to be that', async () => {
    const id = await place.environment(name(), { tags: ['v*'], branches: ['release/**'] })
    place.repository.git('branch', '-f', 'release/1/2', first)
    place.repository.git('tag', '-f', 'v1', first)
    expect(outcomes(await place.tell({ commit: first }), id)).toEqual(['no_rule'])
    expect(outcomes(await place.tell({ name: 'gone' }), id)).toEqual(['no_rule'])
    expect(outcomes(await place.tell({ name: 'release/gone' }), id)).toEqual(['deleted'])
    expect(outcomes(await place.tell({ kind: 'tag', name: 'v1', commit: first }), id)).toEqual(['deploys'])
    expect(outcomes(await place.tell({ name: 'release/1/2', commit: first }), id)).toEqual(['already'])
  })

  it('whose message says [Skip CI] anywhere is left alone, and so is one outside the paths', async () => {
    const id = await place.environment(name(), { paths: ['src/**', '!**.md'] })
    const skipped = commit('second\n\nNothing to see. [Skip CI]', 'src/a.ts')
    expect(outcomes(await place.tell({ commit: skipped }), id)).toEqual(['skipped'])
    await place.live(id, 1, skipped)
    expect(outcomes(await place.tell({ commit: commit('words', 'src/a.md') }), id)).toEqual(['paths'])
    // Held against what is live: what was left out before counts, too.
    const code = commit('code', 'src/b.ts')
    expect(outcomes(await place.tell({ commit: commit('more words', 'b.md') }), id)).toEqual(['deploys'])
    expect((await place.runs(id)).map((run) => run.commit)).not.toContain(code)
  })

  it('waits for the checks that are wanted; those of a commit that the branch has left behind count, too', async () => {
    const id = await place.environment(name(), { checks: ['build', 'test'] })
    const at = '2026-11-21T12:00:00Z'
    expect(await place.tell({ commit: first })).toMatchObject([{ outcome: 'waits', words: 'Waits for build, test.' }])
    const second = commit('second')
    await place.tell({ commit: second })
    const passed = (of: string, check: string) => ({ commit: of, name: check, state: 'passed', at }) as const
    expect(outcomes(await place.tellChecks(passed(first, 'build')), id)).toEqual(['waits'])
    expect(outcomes(await place.tellChecks(passed(first, 'test')), id)).toEqual(['deploys'])
    expect(outcomes(await place.tellChecks(passed(second, 'test'), passed(second, 'build')), id)).toEqual(['deploys'])
    // What was said before that is not news.
    await place.tellChecks({ ...passed(second, 'test'), state: 'failed', at: '2026-11-21T11:00:00Z' })
    expect((await place.runs(id)).map(({ commit: of, status }) => [of, status])).toEqual([
      [first, 'superseded'],
      [second, 'queued'],
    ])
  })

  it('that is held is deployed when that is over, as the branch is by then', async () => {
    const id = await place.environment(name())
    await storeHold(place.db.prisma, id, { reason: 'Sale', by: 'Ada', at: new Date(), until: null })
    // Whoever looks at the environment hears of it.
    let hear: (text: string) => void = () => {}
    const heard = new Promise<string>((resolve) => (hear = resolve))
    const listening = await listen(place.db.url, { channels: { fairlead_deployment: hear }, onGap: () => {} })
    expect(await place.tell({ commit: first })).toMatchObject([
      { outcome: 'waits', words: 'Ada holds the environment: Sale' },
    ])
    expect(JSON.parse(await heard)).toEqual({ d: null, e: id })
    await listening.close()
    await tryWaiting(place.worker)
    await place.follow()
    expect(await place.runs(id)).toEqual([])
    const second = commit('second')
    await storeHold(place.db.prisma, id, null)
    await tryWaiting(place.worker)
    await place.follow()
    expect(await place.runs(id)).toEqual([{ commit: second, status: 'queued', number: 1 }])
    expect(await place.db.prisma.following.findUniqueOrThrow({ where: { environmentId: id } })).toMatchObject({
      lastCommit: second,
      waiting: null,
    })
  })

  it('that is held is passed by neither by word of an older commit nor by a newer one whose checks fail', async () => {
    const id = await place.environment(name(), { checks: ['build'] })
    const lift = await hold(id)
    const second = commit('second')
    await place.tellChecks(build(second, 'passed'))
    expect(await waiting(id)).toMatchObject({ commit: second, why: 'hold' })
    expect(outcomes(await place.tellChecks(build(first, 'passed')), id)).toEqual(['older'])
    const third = commit('third')
    expect(await place.tell({ commit: third })).toMatchObject([{ outcome: 'waits', commit: third }])
    await place.tellChecks(build(third, 'failed'))
    expect(await waiting(id)).toMatchObject({ commit: second, why: 'hold' })
    await lift()
    expect(await place.runs(id)).toEqual([{ commit: second, status: 'queued', number: 1 }])
    expect(await waiting(id)).toMatchObject({ commit: third, why: 'checks', words: 'Failed: build.' })
  })

  it('whose checks fail after all while it is held leaves its place to the one before it', async () => {
    const id = await place.environment(name(), { checks: ['build'] })
    const lift = await hold(id)
    await place.tellChecks(build(first, 'passed'))
    await place.tell({ commit: first })
    const second = commit('second')
    await place.tell({ commit: second })
    await place.tellChecks(build(second, 'passed'))
    expect(await waiting(id)).toMatchObject({ commit: second, why: 'hold' })
    await place.tellChecks(build(second, 'failed', '2026-11-21T12:00:01Z'))
    expect(await waiting(id)).toMatchObject({ commit: first, why: 'hold' })
    await lift()
    expect((await place.runs(id)).map((run) => run.commit)).toEqual([first])
  })

  it('whose checks have passed is deployed though a newer one comes with it', async () => {
    const id = await place.environment(name(), { checks: ['build'] })
    await keepChecks(place.db, place.projectId, [build(first, 'passed')])
    const second = commit('second')
    const told = await place.tell({ commit: first }, { commit: second })
    expect(told[0]).toMatchObject({ outcome: 'deploys', commit: first })
    expect(await waiting(id)).toMatchObject({ commit: second, why: 'checks' })
    // It waits no less when something is said of the other.
    await place.tellChecks(build(first, 'passed', '2026-11-21T12:00:01Z'))
    expect(await waiting(id)).toMatchObject({ commit: second, why: 'checks' })
    // Whoever follows from now on isn't given what was pushed before.
    const late = await place.environment(name(), { checks: ['build'] })
    expect(outcomes(await place.tell({ commit: second }), late)).toEqual(['waits'])
    expect(await place.runs(late)).toEqual([])
  })

  it('is not undone by a commit that was merged into it and whose checks pass late', async () => {
    const id = await place.environment(name(), { checks: ['build'] })
    const { repository } = place
    repository.git('checkout', '-q', '-b', `topic-${count}`)
    const topic = commit('topic', 'topic.txt')
    repository.git('checkout', '-q', 'main')
    const second = commit('second')
    await place.tellChecks(build(second, 'passed'))
    repository.git('merge', '-q', '--no-ff', '-m', 'merged', topic)
    await place.tell({ commit: repository.git('rev-parse', 'HEAD') })
    const told = await place.tellChecks(build(topic, 'passed'))
    expect(told.filter(({ ref }) => ref === 'main')).toMatchObject([{ outcome: 'older' }])
    expect((await place.runs(id)).map((run) => run.commit)).toEqual([second])
  })

  it('that is held waits on under newer ones that ask to be left alone or wait for checks', async () => {
    const id = await place.environment(name(), { checks: ['build'] })
    const lift = await hold(id)
    await place.tellChecks(build(first, 'passed'))
    const second = commit('second')
    const bot = commit('release\n\n[skip ci]')
    expect(outcomes(await place.tell({ commit: second }), id)).toEqual(['waits'])
    expect(outcomes(await place.tell({ commit: bot }), id)).toEqual(['skipped'])
    expect(await waiting(id)).toMatchObject({ commit: first, why: 'hold' })
    await lift()
    expect((await place.runs(id)).map((run) => run.commit)).toEqual([first])
  })

  it('under a newer one that asks to be left alone is deployed itself', async () => {
    const id = await place.environment(name())
    const bot = commit('release\n\n[skip ci]')
    expect(outcomes(await place.tell({ commit: bot }), id)).toEqual(['skipped'])
    expect(await place.tell({ commit: first })).toMatchObject([{ outcome: 'deploys', commit: first }])
    expect(outcomes(await place.tell({ commit: bot }), id)).toEqual(['skipped'])
  })

  it('that waits, waits no more when the branch is gone, left alone or followed no more', async () => {
    const [gone, off] = [await place.environment(name(), { branches: ['topic'] }), await place.environment(name())]
    place.repository.git('branch', 'topic', first)
    for (const id of [gone, off]) await hold(id)
    await place.tell({ name: 'topic', commit: first }, { commit: first })
    expect([await waiting(gone), await waiting(off)]).toMatchObject([{ name: 'topic' }, { name: 'main' }])
    place.repository.git('branch', '-D', 'topic')
    await place.tell({ name: 'topic' })
    expect(await waiting(gone)).toBeNull()
    await storeTriggers(place.db.prisma, off, triggers.parse({}))
    expect(await waiting(off)).toBeNull()
    await tryWaiting(place.worker)
    expect(await place.db.prisma.delivery.count({ where: { state: 'waiting' } })).toBe(0)
  })

  it('that waits, waits no more once a person has deployed it, or something that has it, to all servers', async () => {
    const [checked, passed, held] = [
      await place.environment(name(), { checks: ['build'] }),
      await place.environment(name(), { checks: ['build'] }),
      await place.environment(name()),
    ]
    const { prisma } = place.db
    const looks = () => prisma.delivery.count({ where: { event: 'waited' } })
    const before = await looks()
    await hold(held)
    await place.tell({ commit: first })
    place.repository.git('checkout', '-q', '-b', 'hotfix')
    const later = commit('mended')
    place.repository.git('checkout', '-q', 'main')
    const deployed = async (id: string, number: number, revision: string): Promise<void> => {
      await createDeployment(place.db, {
        ...{ environmentId: id, kind: 'deploy', by: 'user:1', byName: 'Ada', force: true },
        source: { type: 'git', ref: revision },
      })
      await place.live(id, number, revision)
      await prisma.deployment.updateMany({
        where: { environmentId: id, number },
        data: { status: 'succeeded', finishedAt: new Date(Date.now() + 1_000) },
      })
    }
    const see = async (): Promise<void> => {
      await tryWaiting(place.worker)
      await place.follow()
    }
    await see()
    expect(await looks()).toBe(before)
    // Something else: it waits on, and isn't looked at time and again.
    await deployed(checked, 1, 'f'.repeat(40))
    await see()
    await prisma.delivery.updateMany({ data: { handledAt: new Date(0) } })
    await tryWaiting(place.worker)
    expect(await looks()).toBe(before + 1)
    expect(await prisma.delivery.count({ where: { event: 'waited', state: 'waiting' } })).toBe(0)
    expect(await waiting(checked)).toMatchObject({ commit: first, words: 'Waits for build.' })
    await deployed(checked, 2, first)
    await deployed(passed, 1, later)
    await deployed(held, 1, first)
    await see()
    expect([await waiting(checked), await waiting(passed), await waiting(held)]).toEqual([null, null, null])
  })

  it('that waits for checks is looked at again when the rules change, or the branch of the environment', async () => {
    const [freed, dropped, moved] = [
      await place.environment(name(), { checks: ['build'] }),
      await place.environment(name(), { checks: ['build'] }),
      await place.environment(name(), { checks: ['build'] }),
    ]
    await place.tell({ commit: first })
    await tryWaiting(place.worker)
    expect(await waiting(freed)).toMatchObject({ why: 'checks' })
    const { prisma } = place.db
    await storeTriggers(prisma, freed, triggers.parse({ isOn: true }))
    await storeTriggers(prisma, dropped, triggers.parse({ isOn: true, branches: ['other'], checks: ['build'] }))
    await prisma.environment.update({ where: { id: moved }, data: { branch: 'other' } })
    await judgeWaitingAnew(prisma, moved)
    await tryWaiting(place.worker)
    await place.follow()
    expect(await place.runs(freed)).toMatchObject([{ commit: first }])
    expect([await waiting(freed), await waiting(dropped), await waiting(moved)]).toEqual([null, null, null])
  })

  it('is taken by one worker, which is at all that is due of its project', async () => {
    const told = { type: 'pushes' as const, pushes: [] }
    const add = () => addDelivery(place.db, { projectId: place.projectId, key: name(), event: 'push', words: '', told })
    for (let round = 0; round < 15; round += 1) {
      await add()
      const [one, , other] = await Promise.all([takeDeliveries(place.db), add(), takeDeliveries(place.db), add()])
      expect(one.length === 0 || other.length === 0).toBe(true)
      await place.db.prisma.delivery.updateMany({ data: { state: 'handled', leaseUntil: null } })
    }
  })

  it('that waits is not replaced by an older one', async () => {
    const id = await place.environment(name(), { branches: ['main'], tags: ['old*'] })
    await storeHold(place.db.prisma, id, { reason: 'Sale', by: 'Ada', at: new Date(), until: null })
    const second = commit('second')
    await place.tell({ commit: second })
    place.repository.git('tag', 'old1', first)
    expect(outcomes(await place.tell({ kind: 'tag', name: 'old1', commit: first }), id)).toEqual(['older'])
    expect(await place.db.prisma.following.findUniqueOrThrow({ where: { environmentId: id } })).toMatchObject({
      waiting: { commit: second },
    })
  })

  it('and the word that its checks have passed may come together', async () => {
    const id = await place.environment(name(), { checks: ['build'] })
    const passed = { commit: first, name: 'build', state: 'passed', at: '2026-11-21T12:00:00Z' } as const
    const { projectId } = place
    const own = { projectId, event: 'push', words: '' }
    const pushes = [{ kind: 'branch', name: 'main', commit: first, pusher: '' }] as const
    await addDelivery(place.db, { ...own, key: `${first} 1`, told: { type: 'pushes', pushes: [...pushes] } })
    await addDelivery(place.db, { ...own, key: `${first} 2`, told: { type: 'checks', checks: [passed] } })
    await place.follow()
    expect(await place.runs(id)).toEqual([{ commit: first, status: 'queued', number: 1 }])
  })

  it('is the end of what is under way, whatever a person asked for in between', async () => {
    const id = await place.environment(name())
    const second = commit('second')
    const person = { environmentId: id, kind: 'deploy', by: 'user:1', byName: 'Ada' } as const
    await createDeployment(place.db, { ...person, source: { type: 'git', ref: second } })
    await createDeployment(place.db, { ...person, source: { type: 'git', ref: first } })
    expect(outcomes(await place.tell({ commit: second }), id)).toEqual(['deploys'])
    expect((await place.runs(id)).at(-1)).toMatchObject({ commit: second, status: 'queued' })
  })

  it('waits for the end of what a person is deploying that is newer, and is deployed when that fails', async () => {
    const ids = [
      await place.environment(name(), { branches: ['old'] }),
      await place.environment(name(), { branches: ['old'] }),
    ]
    const second = commit('second')
    for (const environmentId of ids) {
      const person = { environmentId, kind: 'deploy', by: 'user:1', byName: 'Ada' } as const
      await createDeployment(place.db, { ...person, source: { type: 'git', ref: second } })
      await place.set(environmentId, 1, 'running')
    }
    place.repository.git('branch', '-f', 'old', first)
    const told = await place.tell({ name: 'old', commit: first })
    for (const id of ids) expect(outcomes(told, id)).toEqual(['waits'])
    await tryWaiting(place.worker)
    await place.follow()
    for (const id of ids) expect(await place.runs(id)).toHaveLength(1)

    await place.set(ids[0]!, 1, 'failed')
    await place.set(ids[1]!, 1, 'succeeded')
    await place.live(ids[1]!, 1, second)
    await tryWaiting(place.worker)
    await place.follow()
    expect((await place.runs(ids[0]!)).at(-1)).toMatchObject({ commit: first, status: 'queued', number: 2 })
    expect(await place.runs(ids[1]!)).toHaveLength(1)
    const rows = await place.db.prisma.following.findMany({ where: { environmentId: { in: ids } } })
    expect(rows.map(({ waiting }) => waiting)).toEqual([null, null])
  })

  it('whose delivery can’t be read is told, and keeps no other from being followed', async () => {
    const id = await place.environment(name())
    const { projectId } = place
    const broken = await place.db.prisma.delivery.create({
      data: {
        projectId,
        key: `broken ${first}`,
        event: 'push',
        verdict: 'accepted',
        reason: '',
        words: '',
        state: 'waiting',
        told: {},
      },
    })
    expect(outcomes(await place.tell({ commit: first }), id)).toEqual(['deploys'])
    // It is tried again in a moment, which may have come.
    expect(await place.db.prisma.delivery.findUniqueOrThrow({ where: { id: broken.id } })).toMatchObject({
      outcomes: [{ outcome: 'failed' }],
    })
    await place.db.prisma.delivery.delete({ where: { id: broken.id } })
  })

  it('is judged anew when somebody changes the environment meanwhile, or removes it', async () => {
    const [id, gone] = [await place.environment(name()), await place.environment(name())]
    const { db, worker, projectId } = place
    const { prisma } = db
    const second = commit('second')
    const source = { type: 'git', ref: 'main', commit: second } as const
    const changes = [
      () => createDeployment(db, { environmentId: id, kind: 'deploy', source, by: 'ada', byName: 'Ada' }),
      () => prisma.environment.delete({ where: { id: gone } }),
    ]
    // Each judgement reads the message first: something happens before it does.
    const open: Mirrors['open'] = async (...given) => {
      const mirror = await worker.mirrors.open(...given)
      const message: Mirror['message'] = async (sha) => {
        if (sha === second) await changes.shift()?.()
        return mirror.message(sha)
      }
      return { ...mirror, message }
    }
    const pushes = [{ kind: 'branch', name: 'main', commit: second, pusher: '' } as const]
    const key = `meanwhile ${second}`
    await addDelivery(db, { projectId, key, event: 'push', words: '', told: { type: 'pushes', pushes } })
    await followOnce({ ...worker, mirrors: { ...worker.mirrors, open } }, new AbortController().signal)
    const { outcomes: all } = await prisma.delivery.findFirstOrThrow({ where: { key } })
    expect(all).toMatchObject([
      { environmentId: id, outcome: 'already' },
      { environmentId: gone, outcome: 'failed', words: 'There is no such environment.' },
    ])
    expect(await place.runs(id)).toHaveLength(1)
  })

  it('that another worker has taken since is left to that one', async () => {
    const { projectId, db } = place
    const told = { type: 'checks', checks: [build(first, 'failed')] } as const
    await addDelivery(db, {
      projectId,
      key: `late ${first}`,
      event: 'status',
      words: '',
      told: { ...told, checks: [...told.checks] },
    })
    const [late] = await takeDeliveries(db)
    const { id } = late!
    const read = () => db.prisma.delivery.findUniqueOrThrow({ where: { id } })
    await db.prisma.delivery.update({ where: { id }, data: { leaseUntil: new Date(0) } })
    const [taken] = await takeDeliveries(db)
    const before = await read()
    await renewDeliveries(db, [late!])
    await putOff(db, late!, 60_000, [])
    await handled(db, late!, [])
    expect(await read()).toEqual(before)
    await handled(db, taken!, [])
    expect(await read()).toMatchObject({ state: 'handled', leaseUntil: null })
    await putOff(db, taken!, 0, [])
    expect(await read()).toMatchObject({ state: 'handled' })
  })

  it('whose commit the repository hasn’t got yet is looked for again, and one day no more', async () => {
    const id = await place.environment(name())
    const unborn = '1'.repeat(40)
    await place.tell({ commit: unborn })
    const { id: deliveryId } = await place.db.prisma.delivery.findFirstOrThrow({ where: { state: 'waiting' } })
    const late = () => place.db.prisma.delivery.findUniqueOrThrow({ where: { id: deliveryId } })
    expect(await late()).toMatchObject({ attempts: 1, outcomes: [{ environmentId: id, outcome: 'deploys' }, {}] })
    while ((await late()).state === 'waiting') {
      await place.db.prisma.delivery.update({ where: { id: deliveryId }, data: { dueAt: new Date(0) } })
      await place.follow()
    }
    expect(await late()).toMatchObject({ attempts: 11 })
    expect((await late()).outcomes).toContainEqual(expect.objectContaining({ outcome: 'unknown_commit' }))
    expect(await place.runs(id)).toHaveLength(1)
  })

  it('is followed by each environment once when two workers hear of it at once', async () => {
    const ids = await Promise.all([name(), name(), name()].map((one) => place.environment(one)))
    const told = Array.from({ length: 8 }, () => place.tell({ commit: first }))
    await Promise.all([...told, place.follow(), place.follow()])
    await place.follow()
    for (const id of ids) expect(await place.runs(id)).toEqual([{ commit: first, status: 'queued', number: 1 }])
  })
})

it('a look at a repository ends in time, whoever looks', async () => {
  const late = new DOMException('too late', 'TimeoutError')
  const clock = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => AbortSignal.abort(late))
  try {
    await expect(look(place.worker, place.projectId, new AbortController().signal)).rejects.toBe(late)
  } finally {
    clock.mockRestore()
  }
})
