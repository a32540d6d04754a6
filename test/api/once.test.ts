// Requests that are sent again with the same Idempotency-Key make nothing more.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openApi, type Api } from './server.ts'

let api: Api
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

const project = { name: 'Shop', repositoryUrl: 'git@git.example.org:shop.git', access: 'key' }
const make = (key: string, body: object = project, token?: string) =>
  api.call('POST', '/projects', { body, headers: { 'idempotency-key': key }, ...(token ? { token } : {}) })
const names = async () => (await api.ctx.db.prisma.project.findMany()).map(({ name }) => name).sort()

describe('an Idempotency-Key', () => {
  it('gives the answer that was given first, however often and however fast', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => make('first')))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    for (const { body } of answers) expect(body).toEqual(answers[0]!.body)
    expect((await make('first')).body).toEqual(answers[0]!.body)
    expect(await names()).toEqual(['Shop'])
    expect(await api.ctx.db.prisma.auditEntry.count({ where: { action: 'project.create' } })).toBe(1)
    const [kept] = await api.ctx.db.prisma.keptAnswer.findMany()
    expect(Buffer.from(kept!.answer).includes('Shop')).toBe(false)
  })

  it('waits for a name that its twin is about to take', async () => {
    const server = { name: 'web-1', host: '192.0.2.4', user: 'deploy' }
    const add = () => api.call('POST', '/servers', { body: server, headers: { 'idempotency-key': 'server' } })
    const [one, two] = await Promise.all([add(), add()])
    expect(one).toMatchObject({ status: 201, body: { name: 'web-1' } })
    expect(two.body).toEqual(one.body)
    expect(await api.call('POST', '/servers', { body: server })).toMatchObject({ status: 409 })
  })

  it('belongs to one request of one token', async () => {
    expect(await make('first', { ...project, name: 'Store' })).toMatchObject({
      status: 409,
      body: { error: { code: 'conflict', message: expect.stringContaining('another request') } },
    })
    expect(await make('first', { ...project, name: 'Other' }, await api.token('admin'))).toMatchObject({ status: 201 })
    expect(await make('with blank', project)).toMatchObject({ status: 400 })
    expect(await names()).toEqual(['Other', 'Shop'])
  })

  it('keeps no refusal, and nothing for longer than a day', async () => {
    expect(await make('second', { ...project, access: 'token' })).toMatchObject({ status: 400 })
    expect(await make('second', { ...project, name: 'Second' })).toMatchObject({ status: 201 })
    await api.ctx.db.prisma.keptAnswer.updateMany({ data: { createdAt: new Date(Date.now() - 86_400_001) } })
    expect(await make('second', { ...project, name: 'Second' })).toMatchObject({
      status: 201,
      body: { slug: 'second-2' },
    })
    expect(await api.ctx.db.prisma.keptAnswer.count()).toBe(1)
  })
})
