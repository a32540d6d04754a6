// Webhooks and the list of what came in through them.
import { createHmac, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { listDeliveries, redeliver } from '@/lib/panel/deliveries.ts'
import type { Context } from '@/lib/panel/context.ts'
import { once } from '@/lib/panel/once.ts'
import { receive, type ReceiveAnswer } from '@/lib/panel/receive.ts'
import { createWebhook, listWebhooks, removeWebhook, rotateWebhookSecret } from '@/lib/panel/webhooks.ts'
import { takeDeliveries, handled } from '@/lib/store/deliveries.ts'
import { forgetReceived } from '@/lib/store/received.ts'
import { delivery, type Pushed } from '../push/payloads.ts'
import { openPanel, owner, refused } from './panel.ts'

const repositoryUrl = 'git@git.example.com:acme/shop.git'
let ctx: Context
let close: () => Promise<void>
let projectId: string
let webhookId: string
let secret: string
beforeAll(async () => {
  ;({ ctx, close } = await openPanel())
})
afterAll(() => close())
beforeEach(async () => {
  await ctx.db.prisma.project.deleteMany()
  const data = { name: 'Shop', slug: 'shop', repositoryUrl, access: 'none' }
  projectId = (await ctx.db.prisma.project.create({ data })).id
  const made = await createWebhook(ctx, owner, { projectId, provider: 'github' })
  webhookId = made.webhook.id
  secret = made.secret
})

async function push(given: Partial<Pushed> = {}): Promise<ReceiveAnswer> {
  const [before, after] = ['a'.repeat(40), 'b'.repeat(40)]
  const pushed = { secret, repositoryUrl, ref: 'refs/heads/main' as const, before, after, ...given }
  const { headers, body } = delivery('github', pushed)
  return receive(ctx, { webhookId, method: 'POST', headers, body: () => Promise.resolve(Buffer.from(body)) })
}

describe('webhooks', () => {
  it('are listed without their secret, with what came in last', async () => {
    await push()
    await ctx.db.prisma.delivery.updateMany({ data: { receivedAt: new Date(0) } })
    await push({ secret: 'another' })
    const [hook, ...others] = await listWebhooks(ctx, owner, { projectId })
    expect(others).toEqual([])
    expect(hook).toMatchObject({
      provider: 'github',
      path: `/api/webhooks/${webhookId}`,
      createdBy: owner.name,
      overlapUntil: null,
      lastDelivery: { verdict: 'refused', reason: 'wrong_signature' },
    })
    expect(JSON.stringify(hook)).not.toContain(secret)
  })

  it('are made once for one key, with the same secret in the answer', async () => {
    const input = { projectId, provider: 'gitea' as const }
    const asked = { key: randomUUID(), operation: 'createWebhook', input }
    const make = () => once(ctx, owner, asked, (own) => createWebhook(own, owner, input))
    const [one, two] = [await make(), await make()]
    expect(two).toEqual(one)
    expect(await listWebhooks(ctx, owner, { projectId })).toHaveLength(2)
  })

  it('that get another secret before the last was entered go on taking what the host has', async () => {
    const rotate = async (overlapHours = 24) =>
      (await rotateWebhookSecret(ctx, owner, { webhookId, overlapHours })).secret
    const status = async (by: string) => (await push({ secret: by })).status
    const all = [secret, await rotate(), await rotate(), await rotate()]
    for (const one of all) expect(await status(one)).toBe(202)
    for (let more = 0; more < 3; more++) all.push(await rotate(1))
    // What the host may have been given is the oldest or one of the newest.
    expect(await Promise.all(all.map(status))).toEqual([202, 401, 401, 202, 202, 202, 202])
    await rotate(0)
    for (const one of all) expect(await status(one)).toBe(401)
  })

  it('end with what came in through them, and are at most twenty', async () => {
    await push()
    await removeWebhook(ctx, owner, { webhookId })
    expect((await push()).status).toBe(404)
    expect(await listDeliveries(ctx, owner, { projectId })).toEqual({ items: [], next: null })
    for (let n = 0; n < 20; n++) await createWebhook(ctx, owner, { projectId, provider: 'generic' })
    await expect(createWebhook(ctx, owner, { projectId, provider: 'generic' })).rejects.toEqual(refused('conflict'))
  })
})

describe('deliveries', () => {
  it('are listed page by page, newest first, with what they told', async () => {
    const refs = ['refs/heads/one', 'refs/heads/two', 'refs/tags/three'] as const
    for (const [at, ref] of refs.entries()) {
      await push({ ref, id: ref.slice('refs/'.length) })
      const key = `${webhookId} ${ref.slice('refs/'.length)}`
      await ctx.db.prisma.delivery.updateMany({ where: { key }, data: { receivedAt: new Date(at) } })
    }
    const first = await listDeliveries(ctx, owner, { projectId, webhookId, limit: 2 })
    const rest = await listDeliveries(ctx, owner, { projectId, webhookId, limit: 2, cursor: first.next! })
    expect(rest.next).toBeNull()
    const names = [...first.items, ...rest.items].map(({ told }) => told?.type === 'pushes' && told.pushes[0]?.name)
    expect(names).toEqual(['three', 'two', 'one'])
    expect(first.items[0]).toMatchObject({
      provider: 'github',
      event: 'push',
      verdict: 'accepted',
      reason: 'pushed',
      state: 'waiting',
    })
    await expect(listDeliveries(ctx, owner, { projectId, cursor: randomUUID() })).rejects.toEqual(refused('invalid'))
  })

  it('are looked at once more when somebody asks, but only those that told of something', async () => {
    await push()
    const [taken] = await takeDeliveries(ctx.db)
    await expect(redeliver(ctx, owner, { id: taken!.id })).rejects.toEqual(refused('conflict'))
    await handled(ctx.db, taken!, [])
    expect(await redeliver(ctx, owner, { id: taken!.id })).toMatchObject({ state: 'waiting', againBy: owner.name })
    expect((await takeDeliveries(ctx.db)).map(({ id }) => id)).toEqual([taken!.id])
    await push({ secret: 'another' })
    const { items } = await listDeliveries(ctx, owner, { projectId })
    const { id } = items.find(({ verdict }) => verdict === 'refused')!
    await expect(redeliver(ctx, owner, { id })).rejects.toEqual(refused('conflict'))
  })

  it('count once, unless nobody could look at them, and the host sends them again', async () => {
    const outcome = (of: 'already' | 'failed' | 'unknown_commit') => ({
      ...{ environmentId: '', ref: '', commit: null, words: '' },
      outcome: of,
    })
    const delivered = async () => (await push({ id: 'one' })).body.reason
    expect(await delivered()).toBe('pushed')
    for (const [outcomes, reason] of [
      [[outcome('already'), outcome('unknown_commit')], 'pushed'],
      [[outcome('failed')], 'pushed'],
      [[outcome('already')], 'duplicate'],
    ] as const) {
      expect(await delivered()).toBe('duplicate')
      const [taken, ...others] = await takeDeliveries(ctx.db)
      expect([taken?.attempts, others]).toEqual([1, []])
      expect(await delivered()).toBe('duplicate')
      await handled(ctx.db, taken!, outcomes)
      expect(await delivered()).toBe(reason)
    }
    expect(await ctx.db.prisma.delivery.count()).toBe(1)
  })

  it('come in as a form, too, signed as the form', async () => {
    const pushed = {
      secret,
      repositoryUrl,
      ref: 'refs/heads/main' as const,
      before: 'a'.repeat(40),
      after: 'b'.repeat(40),
    }
    const { headers, body } = delivery('github', pushed)
    const form = new URLSearchParams({ payload: body }).toString()
    const signature = createHmac('sha256', secret).update(form).digest('hex')
    const more = { 'content-type': 'application/x-www-form-urlencoded', 'x-hub-signature-256': `sha256=${signature}` }
    const posted = {
      webhookId,
      method: 'POST',
      headers: { ...headers, ...more },
      body: () => Promise.resolve(Buffer.from(form)),
    }
    expect((await receive(ctx, posted)).status).toBe(202)
    expect(
      (await receive(ctx, { ...posted, headers: { ...headers, 'content-type': more['content-type'] } })).status,
    ).toBe(401)
  })

  it('are forgotten after a month, or after two thousand; what waits is not', async () => {
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000)
    const row = (key: string, state: string, receivedAt: Date) => ({
      ...{ projectId, webhookId, key, state, receivedAt },
      ...{ event: 'push', verdict: 'accepted', reason: 'pushed', words: 'x' },
    })
    await ctx.db.prisma.delivery.createMany({
      data: [
        row('old', 'handled', daysAgo(31)),
        row('old but waiting', 'waiting', daysAgo(31)),
        ...Array.from({ length: 2_010 }, (_, n) => row(`new ${n}`, 'handled', new Date(Date.now() - n * 1_000))),
      ],
    })
    await forgetReceived(ctx.db, webhookId)
    const left = await ctx.db.prisma.delivery.findMany({ where: { webhookId }, select: { key: true } })
    const keys = new Set(left.map(({ key }) => key))
    expect(left).toHaveLength(2_001)
    expect([keys.has('old'), keys.has('old but waiting'), keys.has('new 0'), keys.has('new 2005')]).toEqual([
      false,
      true,
      true,
      false,
    ])
  })
})
