// What pages show, over the API: each answer is held against its schema by the server of these tests.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAnswering } from '../panel/answering.ts'
import { insertReadyEnvironment, succeed } from '../panel/deployments.ts'
import { openApi, type Api } from './server.ts'

let api: Api
let environment: string
let viewer: string
beforeAll(async () => {
  api = await openApi()
  const id = await insertReadyEnvironment(api.ctx)
  environment = `/environments/${id}`
  for (const status of ['succeeded', 'failed'] as const) {
    await api.call('POST', `${environment}/deployments`)
    await succeed(api.ctx, status)
  }
  await api.call('POST', `${environment}/deployments`)
  viewer = await api.token('viewer')
})
afterAll(() => api.close())

const get = (path: string, token = viewer) => api.call('GET', path, { token })

describe('reading over the API', () => {
  it('shows what is going on, what was found, and figures', async () => {
    expect(await get('/overview')).toMatchObject({
      status: 200,
      body: { total: 1, environments: [{ branch: 'main' }] },
    })
    expect(await get('/work')).toMatchObject({ status: 200, body: [{ number: 3, status: 'queued' }] })
    const found = await api.call('POST', '/search', { token: viewer, body: { text: 'prod' } })
    expect(found).toMatchObject({ status: 200, body: { environments: [{ mayDeploy: false }] } })
    expect(await get(`${environment}/statistics?weeks=2`)).toMatchObject({
      status: 200,
      body: { total: { runs: 3, succeeded: 1 } },
    })
  })

  it('shows the logs of a server through the worker', async () => {
    const file = { path: 'app.log', bytes: 12, changedAt: '2026-11-21T10:00:00.000Z' }
    const at = { file: '1:2', from: 12 }
    const worker = await startAnswering(api.ctx, ({ kind }) =>
      kind === 'logFiles'
        ? { folder: '/srv/app/logs', server: 'web-1', files: [file], isCut: false }
        : { text: 'hello\n', at, bytes: 12, hasMore: false, isNew: false },
    )
    try {
      expect(await get(`${environment}/logs`)).toMatchObject({ status: 200, body: { files: [file] } })
      const first = await get(`${environment}/logs/text?path=app.log`)
      expect(first).toMatchObject({ status: 200, body: { text: 'hello\n', cursor: expect.any(String) } })
      const { cursor } = first.body as { cursor: string }
      expect(await get(`${environment}/logs/text?path=app.log&cursor=${cursor}`)).toMatchObject({ status: 200 })
      expect(await get(`${environment}/logs/text?path=../secret`)).toMatchObject({ status: 400 })
    } finally {
      await worker.stop()
    }
  })

  it('shows people and the audit to who may see them, page by page', async () => {
    const owner = await api.token('owner')
    expect(await get('/members', owner)).toMatchObject({ body: { items: [{ name: 'Owner', role: 'owner' }] } })
    expect(await get('/invitations', owner)).toMatchObject({ body: { items: [], next: null } })
    const first = await get('/audit?limit=1', owner)
    const { items, next } = first.body as { items: { id: string }[]; next: string }
    expect(items).toHaveLength(1)
    const second = await get(`/audit?limit=1&cursor=${next}`, owner)
    expect((second.body as { items: { id: string }[] }).items[0]!.id).not.toBe(items[0]!.id)
    const csv = await get('/audit/export', owner)
    expect(csv.headers.get('content-type')).toContain('text/csv')
    expect(csv.body).toContain('token.create')
    for (const path of ['/members', '/invitations', '/audit', '/audit/export'])
      expect(await get(path), path).toMatchObject({ status: 403 })
  })
})
