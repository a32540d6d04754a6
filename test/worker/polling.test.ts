// Repositories that are looked at from time to time: what moved is told of once, and nothing when nothing did.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { triggers } from '@/lib/spec/triggers.ts'
import { takeDuePolls } from '@/lib/store/polling.ts'
import { pollOnce } from '@/lib/worker/polling.ts'
import { meetLock } from '../panel/locked.ts'
import { openFollowing, type FollowingPlace } from './following-place.ts'

let place: FollowingPlace
let count = 0
const { signal } = new AbortController()

beforeAll(async () => {
  place = await openFollowing()
})
afterAll(() => place.close())
beforeEach(async () => {
  await place.db.prisma.environment.deleteMany()
  await place.db.prisma.delivery.deleteMany()
  commit()
})

function commit(): string {
  count += 1
  place.repository.write('index.html', `${count}`)
  return place.repository.commit(`change ${count}`)
}

const follower = (wanted: object = {}): Promise<string> =>
  place.environment(`env-${(count += 1)}`, { pollMinutes: 5, ...wanted })

/** Its time has come again, as if all looks lay an hour back. */
async function poll(): Promise<void> {
  const hourAgo = new Date(Date.now() - 3_600_000)
  await place.db.prisma.following.updateMany({ where: { polledAt: { not: null } }, data: { polledAt: hourAgo } })
  const away = new Map<string, number>()
  while (await pollOnce(place.worker, signal, away));
}
const told = () =>
  place.db.prisma.delivery.findMany({ where: { event: 'poll', verdict: 'accepted' }, orderBy: { receivedAt: 'asc' } })
const commits = async (id: string) => (await place.runs(id)).map((run) => run.commit)

it('a branch that has moved is deployed, and nothing is told when nothing has', async () => {
  const first = place.repository.git('rev-parse', 'HEAD')
  const id = await follower()
  await poll()
  await poll()
  expect(await told()).toHaveLength(1)
  await place.follow()
  await poll()
  const second = commit()
  await poll()
  await place.follow()
  await poll()
  expect(await told()).toHaveLength(2)
  expect(await commits(id)).toEqual([first, second])
})

it('nobody looks before it is time, nor twice at the same time, nor where that isn’t wanted', async () => {
  await follower()
  await place.environment(`env-${(count += 1)}`)
  const looks = await Promise.all(Array.from({ length: 4 }, () => pollOnce(place.worker, signal, new Map())))
  expect(looks.filter(Boolean)).toHaveLength(1)
  expect(await pollOnce(place.worker, signal, new Map())).toBe(false)
  expect(await place.db.prisma.following.count()).toBe(1)
})

it('of many branches and tags those are told of that come or move after the first look', async () => {
  place.repository.git('branch', '-f', 'release/1')
  place.repository.git('tag', '-f', `v${count}`)
  const id = await follower({ branches: ['release/*'], tags: ['v*'] })
  await poll()
  expect(await told()).toEqual([])
  const moved = commit()
  place.repository.git('branch', '-f', 'release/1')
  place.repository.git('branch', '-f', 'elsewhere')
  await poll()
  await place.follow()
  const tagged = commit()
  place.repository.git('tag', `v${count}`)
  await poll()
  await place.follow()
  await poll()
  expect((await told()).map(({ words }) => words)).toEqual([
    `Branch “release/1” was seen at ${moved.slice(0, 7)}.`,
    `Tag “v${count}” was seen at ${tagged.slice(0, 7)}.`,
  ])
  expect(await commits(id)).toEqual([moved, tagged])
})

it('what was there before somebody follows it is no news, neither to a later environment nor by a later rule', async () => {
  const own = await follower()
  await poll()
  // Each environment gets its own branch at its first look.
  place.repository.git('tag', `v${count}-old`)
  place.repository.git('branch', `old-${count}`)
  await poll()
  const rules = { branches: ['main', 'old-*'], tags: ['v*'] }
  await follower(rules)
  await place.db.prisma.environment.update({
    where: { id: own },
    data: { triggers: triggers.parse({ isOn: true, pollMinutes: 5, ...rules }) },
  })
  await poll()
  await poll()
  expect((await told()).map(({ words }) => words)).toEqual([
    expect.stringContaining('Branch “main”'),
    expect.stringContaining('Branch “main”'),
  ])
  place.repository.git('tag', `v${count}-new`)
  commit()
  await poll()
  expect((await told()).slice(2).map(({ words }) => words.slice(0, 5))).toEqual(['Branc', 'Tag “'])
})

it('a name that is too long keeps nothing else from being seen', async () => {
  await follower({ branches: ['**'] })
  await poll()
  const moved = commit()
  const long = ['d', 'e', 'f'].map((letter) => letter.repeat(100)).join('/')
  place.repository.git('branch', long)
  await poll()
  place.repository.git('branch', '-D', long)
  expect((await told()).map(({ words }) => words)).toEqual([
    expect.stringContaining('Branch “main”'),
    `Branch “main” was seen at ${moved.slice(0, 7)}.`,
  ])
  await place.follow()
  expect(await place.db.prisma.delivery.count({ where: { state: 'waiting' } })).toBe(0)
})

it('a first look that fails is still the first when it is made again', async () => {
  await place.follow()
  await follower()
  const { projectId, repository } = place
  const moveTo = (repositoryUrl: string) =>
    place.db.prisma.project.update({ where: { id: projectId }, data: { repositoryUrl } })
  await moveTo(`${repository.path}-away`)
  await poll()
  expect(await place.db.prisma.following.findMany()).toMatchObject([{ polledAt: null }])
  await moveTo(repository.path)
  await poll()
  expect(await told()).toHaveLength(1)
})

it('a first look that somebody was at who came to an end is made again', async () => {
  const [one, other] = [await follower(), await follower({ branches: ['main', 'other'] })]
  await takeDuePolls(place.db)
  await poll()
  await place.follow()
  expect([await commits(one), await commits(other)]).toEqual([[expect.any(String)], [expect.any(String)]])
  await poll()
  expect(await told()).toHaveLength(1)
  // In a project where others were looked at before, too.
  const later = await follower()
  await takeDuePolls(place.db)
  await poll()
  await place.follow()
  expect(await commits(later)).toHaveLength(1)
  await poll()
  expect(await told()).toHaveLength(2)
})

it('a first look lets whoever judges a push go first', async () => {
  const id = await follower()
  const taken = await meetLock(
    place,
    `SELECT 1 FROM "Environment" WHERE "id" = '${id}' FOR UPDATE`,
    () => takeDuePolls(place.db),
    (client) => client.query(`INSERT INTO "Following" ("environmentId", "lastCommit") VALUES ($1, 'x')`, [id]),
  )
  expect(taken).toMatchObject([{ environmentId: id, before: null }])
})

it('what a Git host told of already isn’t told again, and a repository that is away is looked at again later', async () => {
  const id = await follower()
  await place.tell({})
  await poll()
  expect(await told()).toEqual([])
  const { projectId, repository } = place
  const moveTo = (repositoryUrl: string) =>
    place.db.prisma.project.update({ where: { id: projectId }, data: { repositoryUrl } })
  await moveTo(`${repository.path}-away`)
  const second = commit()
  await poll()
  await moveTo(repository.path)
  await poll()
  await place.follow()
  expect((await commits(id)).at(-1)).toBe(second)
})
