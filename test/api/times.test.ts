// Freezes and schedules over HTTP.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { insertReadyEnvironment } from '../panel/deployments.ts'
import { openApi, type Api } from './server.ts'

let api: Api
let environmentId: string
let projectId: string
beforeAll(async () => {
  api = await openApi()
  environmentId = await insertReadyEnvironment(api.ctx)
  ;({ projectId } = await api.ctx.db.prisma.environment.findUniqueOrThrow({ where: { id: environmentId } }))
})
afterAll(() => api.close())

it('freezes are added, refuse deployments, and are removed', async () => {
  const window = { kind: 'once', from: '2020-01-01T00:00:00Z', until: '2100-01-01T00:00:00Z' }
  const added = await api.call('POST', '/freezes', { body: { projectId, reason: 'Holidays', window } })
  expect(added).toMatchObject({ status: 201, body: { until: '2100-01-01T00:00:00.000Z', environmentId: null } })
  const refused = await api.call('POST', `/environments/${environmentId}/deployments`, { body: {} })
  expect(refused).toMatchObject({ status: 409, body: { error: { details: { frozen: { reason: 'Holidays' } } } } })
  expect((await api.call('GET', `/environments/${environmentId}`)).body).toMatchObject({
    freeze: { reason: 'Holidays', until: '2100-01-01T00:00:00.000Z' },
  })
  expect((await api.call('GET', `/freezes?projectId=${projectId}`)).body).toEqual([added.body])
  const { id } = added.body as { id: string }
  expect((await api.call('DELETE', `/freezes/${id}`)).status).toBe(200)
  expect((await api.call('GET', `/freezes?projectId=${projectId}`)).body).toEqual([])
})

it('schedules are added, changed and removed', async () => {
  const path = `/environments/${environmentId}/schedules`
  const added = await api.call('POST', path, { body: { cron: '0 3 * * *' } })
  expect(added).toMatchObject({ status: 201, body: { timeZone: 'UTC', onlyNew: true, last: null } })
  const { id } = added.body as { id: string }
  const changed = await api.call('PUT', `/schedules/${id}`, { body: { cron: '0 4 * * *', timeZone: 'Asia/Tokyo' } })
  expect(changed).toMatchObject({ status: 200, body: { id, cron: '0 4 * * *' } })
  expect((await api.call('GET', path)).body).toEqual([changed.body])
  expect(await api.call('POST', path, { body: { cron: '0 0 30 2 *' } })).toMatchObject({
    status: 400,
    body: { error: { details: { problems: [{ path: 'cron', message: 'This time never comes.' }] } } },
  })
  expect((await api.call('DELETE', `/schedules/${id}`)).status).toBe(200)
  expect((await api.call('DELETE', `/schedules/${id}`)).status).toBe(404)
})
