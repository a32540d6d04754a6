// Pushes that the Git host tells before it shows them, and environments that nothing can be said of.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { systemActor, type Context } from '@/lib/panel/context.ts'
import { receive, type ReceiveAnswer } from '@/lib/panel/receive.ts'
import { createWebhook } from '@/lib/panel/webhooks.ts'
import type { WebhookWithSecret } from '@/lib/api/shapes-webhooks.ts'
import { triggers } from '@/lib/spec/triggers.ts'
import { lookForMissed } from '@/lib/worker/missed.ts'
import { delivery } from '../push/payloads.ts'
import { openFollowing, type FollowingPlace } from './following-place.ts'

let place: FollowingPlace
let count = 0
let first: string

beforeAll(async () => {
  place = await openFollowing()
})
afterAll(() => place.close())
beforeEach(async () => {
  await place.db.prisma.environment.deleteMany()
  first = commit('first')
})

function commit(message: string): string {
  place.repository.write('index.html', `${(count += 1)}`)
  return place.repository.commit(message)
}

/** The next looks are due; so many times. */
async function later(looks = 1): Promise<void> {
  for (let look = 0; look < looks; look += 1) {
    await place.db.prisma.delivery.updateMany({ where: { state: 'waiting' }, data: { dueAt: new Date(0) } })
    await place.follow()
  }
}
const waiting = () => place.db.prisma.delivery.count({ where: { state: 'waiting' } })

it('a branch that is told to be at a commit which is there already is waited for', async () => {
  const id = await place.environment('shop')
  await place.tell({ commit: first })
  await place.set(id, 1, 'succeeded')
  await place.live(id, 1, first)
  place.repository.git('checkout', '-q', '-b', 'topic')
  const topic = commit('topic')
  await place.tell({ name: 'topic', commit: topic })
  place.repository.git('checkout', '-q', 'main')
  expect(await place.tell({ commit: topic })).toMatchObject([{ outcome: 'already' }])
  place.repository.git('merge', '-q', '--ff-only', 'topic')
  await later()
  expect((await place.runs(id)).at(-1)).toMatchObject({ commit: topic })
  expect(await waiting()).toBe(0)
})

it('so is a tag', async () => {
  const id = await place.environment('tags', { tags: ['v*'] })
  await place.tell({ commit: first })
  expect(await place.tell({ kind: 'tag', name: 'v1', commit: first })).toMatchObject([{ outcome: 'deleted' }])
  place.repository.git('tag', 'v1', first)
  await later()
  expect(await place.runs(id)).toMatchObject([{ commit: first }])
})

/** The Git host tells of a branch by the webhook of the project, and workers see to it. */
async function post(webhook: WebhookWithSecret, name: string, after: string): Promise<ReceiveAnswer> {
  const { repositoryUrl } = await place.db.prisma.project.findUniqueOrThrow({ where: { id: place.projectId } })
  const pushed = { secret: webhook.secret, repositoryUrl, ref: `refs/heads/${name}`, before: first, after } as const
  const { headers, body } = delivery('generic', pushed)
  const received = { webhookId: webhook.webhook.id, method: 'POST', headers }
  const answer = await receive(panel(), { ...received, body: () => Promise.resolve(Buffer.from(body)) })
  await place.follow()
  return answer
}
const panel = (): Context => ({ db: place.db, secrets: place.worker.secrets, settings: {} as Context['settings'] })

it('nothing waits of a branch that was told to be gone, though it is there for a moment yet', async () => {
  const id = await place.environment('gone', { branches: ['release/*'], checks: ['build'] })
  const webhook = await createWebhook(panel(), systemActor('test'), { projectId: place.projectId, provider: 'generic' })
  const waits = async () => (await place.db.prisma.following.findFirstOrThrow({ where: { environmentId: id } })).waiting
  for (const name of ['release/1', 'release/2']) {
    place.repository.git('branch', name, first)
    expect(await post(webhook, name, first)).toMatchObject({ status: 202 })
    expect(await waits()).toMatchObject({ name, commit: first })
    if (name === 'release/1') place.repository.git('branch', '-D', name)
    expect(await post(webhook, name, '0'.repeat(40))).toMatchObject({ status: 200, body: { reason: 'deleted' } })
    if (name === 'release/2') {
      expect(await waits()).toMatchObject({ name })
      place.repository.git('branch', '-D', name)
      await later()
    }
    expect([await waits(), await waiting()]).toEqual([null, 0])
  }
  await place.db.prisma.webhook.delete({ where: { id: webhook.webhook.id } })
})

it('one that has gone on to elsewhere is looked at a few times, and not said to be unknown', async () => {
  await place.environment('forced')
  const dropped = commit('dropped')
  await place.tell({ commit: dropped })
  place.repository.git('reset', '-q', '--hard', first)
  commit('instead')
  await place.tell({ commit: dropped })
  await later(4)
  expect(await waiting()).toBe(1)
  await later()
  const [last] = await place.db.prisma.delivery.findMany({ orderBy: { receivedAt: 'desc' }, take: 1 })
  expect(last).toMatchObject({ state: 'handled', outcomes: [{ outcome: 'already' }] })
})

it('a branch whose push nobody told, or nobody could look at, is found where it is, once', async () => {
  const id = await place.environment('missed', { branches: ['main', 'quiet'] })
  const { prisma } = place.db
  const { signal } = new AbortController()
  const look = () => lookForMissed(place.worker, signal)
  place.repository.git('branch', '-f', 'quiet')
  await place.tell({ commit: first })
  const second = commit('second')
  await look()
  expect(await waiting()).toBe(0)
  const webhook = { projectId: place.projectId, provider: 'github', secret: Buffer.from('x'), createdBy: 'Ada' }
  await prisma.webhook.create({ data: webhook })
  await Promise.all([look(), look()])
  await place.follow()
  await look()
  expect(await waiting()).toBe(0)
  expect((await place.runs(id)).map((run) => run.commit)).toEqual([first, second])
  const missed = { event: 'missed' }
  expect(await prisma.delivery.findMany({ where: missed })).toMatchObject([
    { words: `Branch “main” was found at ${second.slice(0, 7)}, which nobody had told.` },
  ])
  // The repository was away for twenty minutes.
  const outcomes = [{ environmentId: '', ref: '', commit: null, outcome: 'failed', words: 'Away.' }]
  await prisma.delivery.updateMany({ where: missed, data: { outcomes, handledAt: new Date(0) } })
  await look()
  expect(await waiting()).toBe(1)
})

it('an environment that nothing can be said of keeps no other from being deployed, and is looked at again', async () => {
  const bad = await place.environment('bad')
  const good = await place.environment('good')
  const rules = (branches: string[]) => triggers.parse({ isOn: true, branches })
  const change = (branches: string[]) =>
    place.db.prisma.environment.update({ where: { id: bad }, data: { triggers: rules(branches) } })
  await change(['/(/'])
  expect(await place.tell({ commit: first })).toMatchObject([
    { environmentId: bad, outcome: 'failed', words: expect.stringContaining('made a mistake') as string },
    { environmentId: good, outcome: 'deploys' },
  ])
  await change(['main'])
  await later()
  expect([await place.runs(bad), await place.runs(good)]).toMatchObject([[{ commit: first }], [{ commit: first }]])
  expect(await waiting()).toBe(0)
})
