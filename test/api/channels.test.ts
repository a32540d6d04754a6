// Channels over HTTP: set up, told of a deployment that is asked for, and seen to have heard.
import pino from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { tellOnce } from '@/lib/worker/telling.ts'
import { insertReadyEnvironment } from '../panel/deployments.ts'
import { openHttp } from '../worker/tell-place.ts'
import { openApi, type Api } from './server.ts'

let api: Api
let http: Awaited<ReturnType<typeof openHttp>>
let environmentId: string
let projectId: string
beforeAll(async () => {
  ;[api, http] = await Promise.all([openApi(), openHttp()])
  environmentId = await insertReadyEnvironment(api.ctx)
  ;({ projectId } = await api.ctx.db.prisma.environment.findUniqueOrThrow({ where: { id: environmentId } }))
})
afterAll(() => Promise.all([api.close(), http.close()]))

it('a channel is made, told, tested, changed and removed, and never says what it needs', async () => {
  const secret = 'a secret of sixteen'
  const made = await api.call('POST', '/channels', {
    body: {
      projectId,
      name: 'Program',
      config: { kind: 'webhook', url: `${http.url}/hook`, secret },
      events: ['queued'],
    },
  })
  expect(made).toMatchObject({ status: 201, body: { kind: 'webhook', shown: new URL(http.url).host } })
  const { id } = made.body as { id: string }
  expect((await api.call('POST', `/environments/${environmentId}/deployments`, { body: {} })).status).toBe(202)
  expect((await api.call('POST', `/channels/${id}/test`)).status).toBe(202)

  const settings = { publicUrl: null, privateHosts: ['127.0.0.1'], smtpUrl: null, mailFrom: null }
  const worker = { db: api.ctx.db, secrets: api.ctx.secrets, settings, log: pino({ level: 'silent' }) }
  while (await tellOnce(worker, new AbortController().signal));
  expect(http.heard.map(({ headers }) => headers['x-fairlead-event']).sort()).toEqual(['queued', 'test'])

  const first = await api.call('GET', `/messages?channelId=${id}&limit=1`)
  expect(first).toMatchObject({ status: 200, body: { items: [{ event: 'test', state: 'sent', answer: '200 OK ok' }] } })
  const { next } = first.body as { next: string }
  expect((await api.call('GET', `/messages?channelId=${id}&cursor=${next}`)).body).toMatchObject({
    items: [{ event: 'queued', state: 'sent', deployment: { number: 1, environmentId } }],
    next: null,
  })
  expect((await api.call('PATCH', `/channels/${id}`, { body: { events: ['failed'] } })).body).toMatchObject({
    name: 'Program',
    events: ['failed'],
  })
  const listed = await api.call('GET', `/channels?projectId=${projectId}`)
  expect(listed).toMatchObject({ status: 200, body: { items: [{ id }], next: null } })
  expect(JSON.stringify([made.body, listed.body, first.body])).not.toMatch(/sixteen|\/hook/)
  expect((await api.call('DELETE', `/channels/${id}`)).status).toBe(200)
  expect((await api.call('GET', `/messages?channelId=${id}`)).status).toBe(404)
})
