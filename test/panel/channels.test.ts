// Channels as people set them up: what they need is kept and never shown, and what they are told can be sent again.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { channelOperations } from '@/lib/api/register/channels.ts'
import { fieldsFor, valueOf } from '@/lib/cli/fields.ts'
import { createChannel, listChannels, removeChannel, testChannel, updateChannel } from '@/lib/panel/channels.ts'
import type { Context } from '@/lib/panel/context.ts'
import { removeEnvironment } from '@/lib/panel/environments.ts'
import { listMessages, sendAgain } from '@/lib/panel/messages.ts'
import { takeMessage } from '@/lib/store/messages.ts'
import { insertReadyEnvironment } from './deployments.ts'
import { openPanel, owner, refused } from './panel.ts'

let ctx: Context
let close: () => Promise<void>
let projectId: string
let environmentId: string
let foreignId: string

beforeAll(async () => {
  ;({ ctx, close } = await openPanel())
  ;[environmentId, foreignId] = [await insertReadyEnvironment(ctx), await insertReadyEnvironment(ctx)]
  ;({ projectId } = await ctx.db.prisma.environment.findUniqueOrThrow({ where: { id: environmentId } }))
})
afterAll(() => close())

const url = 'https://hooks.chat.example/services/T0/B0/s3cr3t-path'
const chat = { name: 'Chat', config: { kind: 'slack' as const, url } }

const sentAll = () => ctx.db.prisma.message.updateMany({ data: { state: 'sent' } })

describe('a channel', () => {
  it('keeps what it needs to itself: only its host is shown, and nothing of it stands in the database or the audit', async () => {
    const channel = await createChannel(ctx, owner, { projectId, ...chat, environmentIds: [environmentId] })
    expect(channel).toMatchObject({ kind: 'slack', shown: 'hooks.chat.example', events: ['succeeded', 'failed'] })
    expect(await listChannels(ctx, owner, { projectId })).toEqual([channel])
    const row = await ctx.db.prisma.channel.findUniqueOrThrow({ where: { id: channel.id } })
    expect(Buffer.from(row.config).toString()).not.toContain('s3cr3t')
    expect(new TextDecoder().decode(ctx.secrets.decrypt(row.config))).toContain(url)
    const next = await updateChannel(ctx, owner, { id: channel.id, name: 'Room', events: ['failed', 'failed'] })
    expect(next).toMatchObject({ name: 'Room', events: ['failed'], shown: 'hooks.chat.example' })
    const audited = await ctx.db.prisma.auditEntry.findMany({ where: { subject: `channel:${channel.id}` } })
    expect(audited.map(({ action }) => action).sort()).toEqual(['channel.create', 'channel.update'])
    expect(
      JSON.stringify(audited, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    ).not.toContain('s3cr3t')
  })

  it('shows addresses of people, and which repository gets marks', async () => {
    const shown = async (config: Parameters<typeof createChannel>[2]['config']) =>
      (await createChannel(ctx, owner, { projectId, name: 'x', config })).shown
    expect(await shown({ kind: 'email', to: ['Ada@Example.org', 'bob@example.org'] })).toBe(
      'ada@example.org, bob@example.org',
    )
    expect(await shown({ kind: 'github', token: 't0ken', repository: 'shop/site' })).toBe('shop/site (api.github.com)')
  })

  it('is refused what it can’t be, field by field', async () => {
    const refusedAt = (path: string) =>
      refused('invalid', { details: { problems: [expect.objectContaining({ path })] } })
    const make = (config: unknown) => createChannel(ctx, owner, { projectId, name: 'x', config: config as never })
    await expect(make({ kind: 'slack', url: 'file:///etc/passwd' })).rejects.toEqual(refusedAt('config.url'))
    await expect(make({ kind: 'webhook', url, secret: 'short' })).rejects.toEqual(refusedAt('config.secret'))
    await expect(make({ kind: 'email', to: ['a,c@d'] })).rejects.toEqual(refusedAt('config.to.0'))
    await expect(
      make({ kind: 'gitea', apiUrl: 'https://git.example/api/v1', token: 'a\r\nb: c', repository: 'a/b' }),
    ).rejects.toEqual(refusedAt('config.token'))
    await expect(make({ kind: 'github', token: 't', repository: '../user' })).rejects.toEqual(
      refusedAt('config.repository'),
    )
    await expect(createChannel(ctx, owner, { projectId, ...chat, environmentIds: [foreignId] })).rejects.toEqual(
      refusedAt('environmentIds'),
    )
    const { id } = await createChannel(ctx, owner, { projectId, ...chat })
    await expect(updateChannel(ctx, owner, { id, config: { kind: 'email', to: ['ada@example.org'] } })).rejects.toEqual(
      refusedAt('config.kind'),
    )
  })

  it('is tested, and what it was told is sent again; what is removed takes its messages along', async () => {
    const { id } = await createChannel(ctx, owner, { projectId, ...chat })
    const message = await testChannel(ctx, owner, { id })
    expect(message).toMatchObject({ event: 'test', state: 'waiting', deployment: null, channel: { id, name: 'Chat' } })
    await ctx.db.prisma.message.update({
      where: { id: BigInt(message.id) },
      data: { state: 'failed', attempts: 10, answer: '410 Gone' },
    })
    const again = await sendAgain(ctx, owner, { id: message.id })
    expect(again).toMatchObject({ id: message.id, state: 'waiting', attempts: 0 })
    for (let more = 0; more < 2; more++) {
      await sentAll()
      await testChannel(ctx, owner, { id })
    }
    const first = await listMessages(ctx, owner, { channelId: id, limit: 2 })
    expect(first.items).toHaveLength(2)
    const rest = await listMessages(ctx, owner, { projectId, channelId: id, cursor: first.next! })
    expect(rest).toMatchObject({ items: [{ id: message.id }], next: null })
    await removeChannel(ctx, owner, { id })
    expect((await listMessages(ctx, owner, { projectId })).items).toEqual([])
    await expect(sendAgain(ctx, owner, { id: message.id })).rejects.toEqual(refused('not_found'))
  })

  it('is tested once at a time, and ten times an hour', async () => {
    const { id } = await createChannel(ctx, owner, { projectId, ...chat })
    const test = () => testChannel(ctx, owner, { id })
    await Promise.all([test(), test()])
    expect(await ctx.db.prisma.message.count({ where: { channelId: id, state: 'waiting' } })).toBe(1)
    await takeMessage(ctx.db)
    await expect(test()).rejects.toEqual(refused('too_many'))
    for (let more = 0; more < 8; more++) {
      await sentAll()
      await test()
    }
    await sentAll()
    await expect(test()).rejects.toEqual(refused('too_many'))
    await ctx.db.prisma.message.updateMany({ data: { createdAt: new Date(0) } })
    await test()
  })

  it('is tested anew although an earlier test waits for hours, and told what waits once it is set right', async () => {
    const { prisma } = ctx.db
    await sentAll()
    const { id } = await createChannel(ctx, owner, { projectId, ...chat })
    const wait = async (messageId: string) => {
      const dueAt = new Date(Date.now() + 12 * 3_600_000)
      await prisma.message.update({ where: { id: BigInt(messageId) }, data: { dueAt, attempts: 9 } })
    }
    const first = await testChannel(ctx, owner, { id })
    await wait(first.id)
    const second = await testChannel(ctx, owner, { id })
    expect((await listMessages(ctx, owner, { channelId: id })).items).toMatchObject([
      { id: second.id, state: 'waiting', attempts: 0 },
      { id: first.id, state: 'dropped', answer: 'A newer test took its place.' },
    ])
    await wait(second.id)
    await updateChannel(ctx, owner, { id, name: 'Room' })
    expect(await takeMessage(ctx.db)).toBeNull()
    await updateChannel(ctx, owner, { id, config: { kind: 'slack', url: `${url}-2` } })
    expect(await takeMessage(ctx.db)).toMatchObject({ id: second.id })
  })

  it('isn’t told of all when the environments that it was told of go', async () => {
    const [gone, left] = [await insertReadyEnvironment(ctx), await insertReadyEnvironment(ctx)]
    const own = await ctx.db.prisma.environment.findUniqueOrThrow({ where: { id: gone } })
    await ctx.db.prisma.environment.update({
      where: { id: left },
      data: { projectId: own.projectId, slug: 'left', name: 'Left' },
    })
    const make = (environmentIds: string[]) =>
      createChannel(ctx, owner, { projectId: own.projectId, ...chat, environmentIds })
    for (const environmentIds of [[gone], [gone, left], []]) await make(environmentIds)
    await removeEnvironment(ctx, owner, { id: gone })
    const channels = await listChannels(ctx, owner, { projectId: own.projectId })
    expect(channels.map(({ events, environmentIds }) => [events, environmentIds])).toEqual([
      [[], []],
      [['succeeded', 'failed'], [left]],
      [['succeeded', 'failed'], []],
    ])
  })

  it('is typed on the command line with its configuration as JSON', () => {
    const field = fieldsFor(channelOperations.createChannel).options.find(({ name }) => name === 'config')!
    expect(valueOf(field, JSON.stringify(chat.config))).toEqual(chat.config)
  })
})
