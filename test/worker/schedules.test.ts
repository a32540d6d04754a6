// Schedules as workers see to them: each time once, never what is live, and why nothing was deployed is said.
import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Mirrors } from '@/lib/deploy/types.ts'
import { nextTime } from '@/lib/spec/schedule.ts'
import { createDeployment, queueDeployment } from '@/lib/store/deployments.ts'
import { storeHold } from '@/lib/store/holds.ts'
import { listen } from '@/lib/store/listen.ts'
import { inTransaction } from '@/lib/store/transaction.ts'
import { openDueSchedules } from '@/lib/worker/due-schedules.ts'
import { seeToSchedule } from '@/lib/worker/schedules.ts'
import { watchTimes } from '@/lib/worker/watch-times.ts'
import { openFollowing, type FollowingPlace } from './following-place.ts'

let place: FollowingPlace
let id: string
let commit: string
let count = 0
const { signal } = new AbortController()
/** As a worker of its own, to the end. */
async function see(): Promise<void> {
  const schedules = openDueSchedules(place.worker, signal)
  await schedules.look()
  await schedules.settled()
}

beforeAll(async () => {
  place = await openFollowing()
})
afterAll(() => place.close())
beforeEach(async () => {
  await place.db.prisma.schedule.deleteMany()
  count += 1
  id = await place.environment(`env-${count}`, { isOn: false })
  place.repository.write('index.html', `${count}`)
  commit = place.repository.commit(`change ${count}`)
})

/** One that was due so many seconds ago. */
async function schedule(
  fields: { environmentId?: string; ref?: string; onlyNew?: boolean; secondsAgo?: number } = {},
): Promise<string> {
  const { secondsAgo = 1, ...rest } = fields
  const nextAt = new Date(Date.now() - secondsAgo * 1_000)
  const data = { environmentId: id, cron: '0 3 * * *', timeZone: 'UTC', nextAt, createdBy: 'Ada', ...rest }
  return (await place.db.prisma.schedule.create({ data })).id
}
const read = (of: string) => place.db.prisma.schedule.findUniqueOrThrow({ where: { id: of } })
const dueAgain = (of: string) => place.db.prisma.schedule.update({ where: { id: of }, data: { nextAt: new Date(1) } })

describe('a schedule whose time has come', () => {
  it('deploys the branch as it is, once, though two workers see to it', async () => {
    const of = await schedule()
    await Promise.all([see(), see(), see()])
    await see()
    expect(await place.runs(id)).toEqual([{ commit, status: 'queued', number: 1 }])
    const row = await read(of)
    const deployment = await place.db.prisma.deployment.findUniqueOrThrow({ where: { id: row.lastId! } })
    expect(row).toMatchObject({ lastWords: 'Deployment 1.', lastAt: expect.any(Date) as unknown })
    expect(deployment).toMatchObject({ requestedBy: 'system:schedule', requestedByName: 'a schedule' })
    expect(row.nextAt.getTime()).toBeGreaterThan(Date.now())
    expect(row.nextAt.toISOString()).toMatch(/T03:00:00.000Z$/)
  })

  it('puts nothing in place of something newer that has it, unless it is to deploy in any case', async () => {
    place.repository.git('checkout', '-q', '-b', `hotfix-${count}`)
    place.repository.write('index.html', 'hotfix')
    const hotfix = place.repository.commit('hotfix')
    place.repository.git('checkout', '-q', 'main')
    await place.live(id, 1, hotfix)
    const of = await schedule()
    await see()
    expect((await read(of)).lastWords).toBe(`${commit.slice(0, 7)} is part of what is live already.`)
    expect(await place.runs(id)).toEqual([])
    await schedule({ onlyNew: false })
    await see()
    expect(await place.runs(id)).toMatchObject([{ commit }])
    // What is live is in no repository any more: nobody can say that it is newer.
    await place.set(id, 1, 'failed')
    await place.live(id, 2, 'f'.repeat(40))
    await dueAgain(of)
    await see()
    expect((await read(of)).lastWords).toContain('Deployment 2.')
  })

  it('deploys another branch, a tag or a commit that it names, and says when there is none', async () => {
    place.repository.git('tag', '-f', `v${count}`, commit)
    const tagged = await schedule({ ref: `v${count}` })
    await see()
    expect(await place.runs(id)).toMatchObject([{ commit }])
    expect((await read(tagged)).lastWords).toBe('Deployment 1.')
    const gone = await schedule({ ref: 'gone' })
    await see()
    expect((await read(gone)).lastWords).toContain('gone')
    expect((await read(gone)).nextAt.getTime()).toBeGreaterThan(Date.now())
    expect(await place.runs(id)).toHaveLength(1)
  })

  it('leaves what is live alone, unless everything is wanted', async () => {
    await place.live(id, 1, commit)
    const of = await schedule()
    await see()
    expect(await read(of)).toMatchObject({ lastWords: `${commit.slice(0, 7)} is live already.`, lastId: null })
    const always = await schedule({ onlyNew: false })
    await see()
    expect((await read(always)).lastWords).toBe('Deployment 1.')
    expect(await place.runs(id)).toHaveLength(1)
  })

  it('deploys what only some of the servers have', async () => {
    await place.live(id, 1, commit)
    const { id: serverId } = await place.db.prisma.server.create({
      data: { name: id, host: '127.0.0.1', port: 2299, user: 'deployer', privateKey: Buffer.from('x'), publicKey: 'x' },
    })
    await place.db.prisma.target.create({ data: { environmentId: id, serverId, root: `/srv/${id}` } })
    await schedule()
    await see()
    expect(await place.runs(id)).toMatchObject([{ commit, status: 'queued' }])
  })

  it('waits for what it began before, so that nothing piles up', async () => {
    const of = await schedule({ onlyNew: false })
    await see()
    await dueAgain(of)
    await see()
    expect((await read(of)).lastWords).toContain('Deployment 1, of an earlier time, isn’t over yet.')
    await place.set(id, 1, 'failed')
    await dueAgain(of)
    await see()
    expect((await read(of)).lastWords).toContain('Deployment 2.')
  })

  it('sees what somebody asks for while the repository is looked at', async () => {
    const { db, worker } = place
    const source = { type: 'git', ref: 'main', commit } as const
    const requests = [
      () => createDeployment(db, { environmentId: id, kind: 'deploy', source, by: 'ada', byName: 'Ada' }),
    ]
    const open: Mirrors['open'] = async (...given) => {
      await requests.shift()?.()
      return worker.mirrors.open(...given)
    }
    const of = await schedule()
    const schedules = openDueSchedules({ ...worker, mirrors: { ...worker.mirrors, open } }, signal)
    await schedules.look()
    await schedules.settled()
    expect((await read(of)).lastWords).toBe(`${commit.slice(0, 7)} is being deployed already.`)
    expect(await place.runs(id)).toHaveLength(1)
  })

  it('is made up for once when nobody was there, and says so', async () => {
    const of = await schedule({ secondsAgo: 3 * 86_400 })
    const { nextAt } = await read(of)
    await see()
    await see()
    expect(await place.runs(id)).toHaveLength(1)
    const when = nextAt.toISOString().slice(0, 16).replace('T', ' ')
    expect((await read(of)).lastWords).toBe(`Deployment 1. Made up for ${when} UTC.`)
  })

  it('is done with, though this machine’s clock says that it is yet to come', async () => {
    const of = await schedule({ secondsAgo: 0 })
    const nextAt = nextTime('0 3 * * *', 'UTC', new Date())!
    const row = await place.db.prisma.schedule.update({ where: { id: of }, data: { nextAt } })
    await seeToSchedule(place.worker, { ...row, projectId: place.projectId }, new Date(), signal)
    expect((await read(of)).nextAt.getTime()).toBe(nextAt.getTime() + 86_400_000)
    expect(await place.runs(id)).toHaveLength(1)
  })

  it('deploys nothing while somebody holds the environment, in a freeze, or after a roll back', async () => {
    const { prisma } = place.db
    const of = await schedule()
    const { number } = await inTransaction(place.db.pool, (client) =>
      queueDeployment(client, {
        environmentId: id,
        kind: 'activate',
        source: { type: 'release', number: 3 },
        by: 'ada',
        byName: 'Ada',
        holdsPushes: 'rolled back to release 3',
      }),
    )
    await place.set(id, number, 'succeeded')
    await see()
    expect((await read(of)).lastWords).toBe('Ada rolled back to release 3.')
    await prisma.following.delete({ where: { environmentId: id } })
    const hold = { reason: 'The database is moving', by: 'Ada', at: new Date(), until: null }
    await storeHold(prisma, id, hold)
    await dueAgain(of)
    await see()
    expect((await read(of)).lastWords).toContain('Ada holds this environment: The database is moving')
    await storeHold(prisma, id, null)
    const window = { kind: 'once', from: '2020-01-01T00:00:00Z', until: '2100-01-01T00:00:00Z' }
    const frozen = { projectId: place.projectId, environmentId: id, reason: 'Holidays', window, createdBy: 'Ada' }
    await prisma.freeze.create({ data: frozen })
    await dueAgain(of)
    await see()
    expect((await read(of)).lastWords).toContain('2100-01-01 00:00 UTC: Holidays')
    expect(await place.runs(id)).toHaveLength(1)
  })
})

describe('a repository that can’t be read', () => {
  /** An environment of a project of its own, whose schedule is due for longer than any other. */
  async function other(repositoryUrl: string): Promise<string> {
    const { prisma } = place.db
    const name = `other-${count}`
    const project = await prisma.project.create({ data: { name, slug: name, repositoryUrl, access: 'none' } })
    const environmentId = await place.environment(name, { isOn: false })
    await prisma.environment.update({ where: { id: environmentId }, data: { projectId: project.id } })
    return schedule({ environmentId, secondsAgo: 60 })
  }

  it('says so in its own schedule and keeps no other from being seen to', async () => {
    const copy = `${place.repository.path}-copy`
    place.repository.git('clone', '-q', place.repository.path, copy)
    const mirrors = join(dirname(place.repository.path), 'mirrors')
    const before = new Set(readdirSync(mirrors))
    const broken = await other(copy)
    await see()
    const mirror = readdirSync(mirrors).find((name) => name.endsWith('.git') && !before.has(name))
    writeFileSync(join(mirrors, mirror!, 'config'), 'nonsense')
    await dueAgain(broken)
    const of = await schedule()
    await see()
    expect((await read(of)).lastWords).toBe('Deployment 1.')
    expect((await read(broken)).lastWords).toContain('The repository could not be read')
    expect((await read(broken)).nextAt.getTime()).toBeGreaterThan(Date.now())
  })

  it('keeps no other waiting while its host is silent', async () => {
    const silent = createServer().listen(0, '127.0.0.1')
    const asked = once(silent, 'connection')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const waits = await other(`git://127.0.0.1:${port}/shop.git`)
    const schedules = openDueSchedules(place.worker, signal)
    await schedules.look()
    const [socket] = (await asked) as [Socket]
    const of = await schedule()
    await schedules.look()
    await expect.poll(async () => (await read(of)).lastWords, { timeout: 20_000 }).toBe('Deployment 1.')
    expect((await read(waits)).lastAt).toBeNull()
    socket.destroy()
    await schedules.settled()
    silent.close()
    expect((await read(waits)).lastWords).toContain('could not be reached')
  })
})

it('is seen to by a worker that watches the clock', async () => {
  let queued: () => void = () => {}
  const heard = new Promise<void>((resolve) => (queued = resolve))
  const listening = await listen(place.db.url, { channels: { fairlead_queue: queued }, onGap: () => {} })
  const of = await schedule()
  const watching = watchTimes(place.worker)
  await heard
  await watching.stop()
  await listening.close()
  expect((await read(of)).lastWords).toBe('Deployment 1.')
})
