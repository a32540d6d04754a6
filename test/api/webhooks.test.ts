// The life of a webhook over the API, from its secret to its end.
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Api } from './server.ts'
import { openWebhooks, post, pushTo, type Webhooks } from './webhook-server.ts'

let api: Api
let served: Webhooks
beforeAll(async () => {
  served = await openWebhooks()
  api = served.api
})
afterAll(() => served.close())

type Made = { webhook: { id: string; path: string }; secret: string }
type Page = { items: { id: string; state: string; verdict: string }[]; next: string | null }

it('a webhook is made, tells of pushes, gets another secret and is removed', async () => {
  const repositoryUrl = 'https://git.example.com/acme/shop.git'
  const project = await api.call('POST', '/projects', { body: { name: 'Shop', repositoryUrl } })
  const projectId = (project.body as { id: string }).id
  const body = { projectId, provider: 'gitlab' }
  const asked = () => api.call('POST', '/webhooks', { body, headers: { 'idempotency-key': 'one' } })
  const made = await asked()
  expect(made).toMatchObject({ status: 201, body: { webhook: { projectId, provider: 'gitlab' } } })
  expect((await asked()).body).toEqual(made.body)
  const { webhook, secret } = made.body as Made
  expect(webhook.path).toBe(`/api/webhooks/${webhook.id}`)

  const hook = { id: webhook.id, projectId, provider: 'gitlab' as const, secret, repositoryUrl }
  const push = (by: string) => post(`${served.url}/${webhook.id}`, pushTo({ ...hook, secret: by }))
  expect((await push(secret)).status).toBe(202)
  const listed = await api.call('GET', `/deliveries?projectId=${projectId}&limit=1`)
  const { items, next } = listed.body as Page
  expect([items.map(({ verdict, state }) => `${verdict} ${state}`), next]).toEqual([['accepted waiting'], null])
  const again = await api.call('POST', `/deliveries/${items[0]!.id}/again`)
  expect(again).toMatchObject({
    status: 200,
    body: { id: items[0]!.id, state: 'waiting', againBy: expect.any(String) },
  })

  const rotated = await api.call('POST', `/webhooks/${webhook.id}/secret`, { body: { overlapHours: 0 } })
  const renewed = (rotated.body as Made).secret
  expect([(await push(secret)).status, (await push(renewed)).status]).toEqual([401, 202])
  expect((await api.call('DELETE', `/webhooks/${webhook.id}`)).status).toBe(200)
  expect((await push(renewed)).status).toBe(404)
  expect((await api.call('GET', `/webhooks?projectId=${projectId}`)).body).toEqual([])
})
