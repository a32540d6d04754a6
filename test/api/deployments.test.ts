import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { appendLog, logStart } from '@/lib/store/logs.ts'
import { tokenHash } from '@/lib/secrets.ts'
import { begin, finish, insertReadyEnvironment, succeed } from '../panel/deployments.ts'
import { openApi, type Api } from './server.ts'

let api: Api
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

const refusal = (code: string) => ({
  error: expect.objectContaining({ code, message: expect.any(String), details: expect.any(Object) }),
})

describe('who may call', () => {
  it('says who the token stands for', async () => {
    const answer = await api.call('GET', '', { token: await api.token('developer') })
    expect(answer).toMatchObject({ status: 200, body: { actor: { kind: 'token', role: 'developer' } } })
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  it('refuses wrong tokens, and too many of them from one address, but never a right one', async () => {
    const from = { 'x-forwarded-for': '192.0.2.7' }
    const attempt = () => api.call('GET', '/nowhere', { token: `fl_${'x'.repeat(43)}`, headers: from })
    const first = await attempt()
    expect(first).toMatchObject({ status: 401, body: refusal('unauthenticated') })
    expect(first.headers.get('www-authenticate')).toContain('Bearer')
    const all = await Promise.all(Array.from({ length: 30 }, attempt))
    expect(
      all
        .map(({ status }) => status)
        .sort()
        .at(-1),
    ).toBe(429)
    const last = await attempt()
    expect(last).toMatchObject({ status: 429, body: refusal('too_many') })
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await api.call('GET', '', { headers: from })).status).toBe(200)
    const noToken = await fetch(`${api.url}/api/v1`, { headers: { cookie: 'authjs.session-token=x' } })
    expect(noToken.status).toBe(401)
  })

  it('speaks JSON about addresses and bodies that it does not know', async () => {
    expect(await api.call('GET', '/nowhere/at/all')).toMatchObject({ status: 404, body: refusal('not_found') })
    expect(await api.call('GET', '/environments/not-an-id/releases')).toMatchObject({
      status: 400,
      body: refusal('invalid'),
    })
    const environmentId = await insertReadyEnvironment(api.ctx)
    const path = `/environments/${environmentId}/deployments`
    for (const body of ['{', '[]', '"x"', '7', 'null', '\ud800'])
      expect(await api.call('POST', path, { body })).toMatchObject({ status: 400, body: refusal('invalid') })
    expect(await api.call('POST', path, { body: { ref: '--x' } })).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid', details: { problems: [{ path: 'ref' }] } } },
    })
    expect(await api.call('POST', path, { body: { ref: 'x'.repeat(9_000_000) } })).toMatchObject({
      status: 413,
      body: refusal('too_large'),
    })
    expect((await api.call('GET', path)).body).toEqual({ items: [], next: null })
  })
})

describe('a deployment over the API', () => {
  it('is asked for once a key, read, followed to its end, and its log downloaded', async () => {
    const environmentId = await insertReadyEnvironment(api.ctx)
    const path = `/environments/${environmentId}/deployments`
    const viewer = await api.token('viewer')
    expect(await api.call('POST', path, { token: viewer })).toMatchObject({ status: 403, body: refusal('forbidden') })
    const post = () => api.call('POST', path, { body: { ref: 'main' }, headers: { 'idempotency-key': 'run-7' } })
    const asked = await post()
    expect(asked).toMatchObject({
      status: 202,
      body: { number: 1, status: 'queued', source: { ref: 'main' }, requestedByName: 'owner' },
    })
    expect((await post()).body).toEqual(asked.body)
    expect(await api.call('GET', path, { token: viewer })).toMatchObject({
      status: 200,
      body: { items: [{ number: 1 }], next: null },
    })

    const stream = await fetch(`${api.url}/api/v1${path}/1/events`, { headers: { authorization: `Bearer ${viewer}` } })
    expect(stream.headers.get('content-type')).toContain('text/event-stream')
    const reading = stream.text()
    const held = await begin(api.ctx)
    const bytes = new TextEncoder().encode('line 1\nline ü\n')
    await appendLog(api.ctx.db, held, { segment: 'main', step: 2 }, logStart, bytes, {
      rawOffset: bytes.length,
      hashState: bytes,
    })
    await finish(api.ctx, held.deploymentId, 'failed')
    const messages = parse(await reading)
    expect(
      messages.filter(({ event }) => event === 'event').map(({ data }) => (data as { type: string }).type),
    ).toEqual(['requested', 'claimed', 'planned', 'finished'])
    expect(messages.filter(({ event }) => event === 'chunk').map(({ data }) => data)).toMatchObject([
      { text: 'line 1\nline ü\n', step: 2 },
    ])
    expect(messages.at(-1)?.event).toBe('end')

    // Coming back after the end is told so at once, and nothing twice.
    const last = messages.filter(({ id }) => id).at(-1)!.id!
    const again = await fetch(`${api.url}/api/v1${path}/1/events`, {
      headers: { authorization: `Bearer ${viewer}`, 'last-event-id': last },
    })
    expect(
      parse(await again.text())
        .map(({ event }) => event)
        .filter(Boolean),
    ).toEqual(['caught-up', 'end'])

    const detail = await api.call('GET', `${path}/1`)
    expect(detail.body).toMatchObject({
      status: 'failed',
      failure: { code: 'command_failed' },
      state: { status: 'failed' },
    })
    const log = await api.call('GET', `${path}/1/log`)
    expect(log.headers.get('content-type')).toContain('text/plain')
    expect(log.body).toBe('==> main 2 after.pull\nline 1\nline ü\n')
    const chunks = await api.call('GET', `${path}/1/log?limit=1`, { headers: { accept: 'application/json' } })
    expect(chunks.body).toMatchObject({ chunks: [{ firstLine: 0, lines: 2 }] })
    for (const part of ['', '/log', '/events'])
      expect(await api.call('GET', `${path}/99${part}`)).toMatchObject({ status: 404, body: refusal('not_found') })
  })

  it('is streamed no further once the token was revoked', async () => {
    const environmentId = await insertReadyEnvironment(api.ctx)
    const path = `/environments/${environmentId}/deployments`
    await api.call('POST', path)
    const token = await api.token('viewer')
    const stream = await fetch(`${api.url}/api/v1${path}/1/events`, { headers: { authorization: `Bearer ${token}` } })
    const pieces = stream.body!.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    while (!text.includes('event: caught-up')) text += (await pieces.read()).value ?? ''
    await api.ctx.db.prisma.token.updateMany({ where: { hash: tokenHash(token) }, data: { revokedAt: new Date() } })
    await succeed(api.ctx, 'failed')
    let rest = ''
    for (let piece = await pieces.read(); !piece.done; piece = await pieces.read()) rest += piece.value
    expect(parse(rest).map(({ event }) => event)).toEqual(['signed-out'])
  })

  it('is streamed from the beginning for a place that it never had', async () => {
    const environmentId = await insertReadyEnvironment(api.ctx)
    const path = `/environments/${environmentId}/deployments`
    await api.call('POST', path)
    await succeed(api.ctx, 'failed')
    const token = await api.token('viewer')
    for (const place of ['e999999999.c0', 'e1.c9999999999999999999', 'e-1.c-1', 'x', 'e0.c0; drop']) {
      const headers = { authorization: `Bearer ${token}`, 'last-event-id': place }
      const messages = parse(await (await fetch(`${api.url}/api/v1${path}/1/events`, { headers })).text())
      expect(
        messages.filter(({ event }) => event === 'event').map(({ data }) => (data as { seq: number }).seq),
        place,
      ).toEqual([1, 2, 3, 4])
      expect(messages.at(-1)?.event, place).toBe('end')
    }
  })

  it('has a log that is not asked for by what no database takes', async () => {
    const environmentId = await insertReadyEnvironment(api.ctx)
    const path = `/environments/${environmentId}/deployments`
    await api.call('POST', path)
    await succeed(api.ctx, 'failed')
    for (const query of ['afterChunk=9999999999999999999', 'segment=%00', 'step=99999999999', 'limit=1e9'])
      expect(
        await api.call('GET', `${path}/1/log?${query}`, { headers: { accept: 'application/json' } }),
        query,
      ).toMatchObject({
        status: 400,
        body: refusal('invalid'),
      })
  })

  it('is cancelled by its number, whatever the body says', async () => {
    const environmentId = await insertReadyEnvironment(api.ctx)
    const path = `/environments/${environmentId}/deployments`
    const first = (await api.call('POST', path)).body as { id: string }
    await api.call('POST', path)
    expect(await api.call('POST', `${path}/2/cancel`, { body: { id: first.id, number: 1 } })).toMatchObject({
      status: 202,
      body: { number: 2, status: 'cancelled' },
    })
    expect(await api.call('POST', `${path}/2/cancel`)).toMatchObject({ status: 409, body: refusal('conflict') })
    expect(await api.call('GET', `${path}/1`)).toMatchObject({ body: { status: 'queued' } })
    await succeed(api.ctx, 'succeeded')
    await api.call('POST', path)
    await succeed(api.ctx, 'succeeded')
    const environment = `/environments/${environmentId}`
    expect(await api.call('GET', `${environment}/releases`)).toMatchObject({
      body: { items: [{ number: 3, isLive: true }, { number: 1 }], next: null },
    })
    expect(await api.call('GET', `${path}?limit=2`)).toMatchObject({
      body: { items: [{ number: 3 }, { number: 2 }], next: '2' },
    })
    expect(await api.call('GET', `${path}?limit=2&cursor=2`)).toMatchObject({
      body: { items: [{ number: 1 }], next: null },
    })
    expect(await api.call('POST', `${environment}/releases/9/activate`)).toMatchObject({ status: 404 })
    expect(await api.call('POST', `${environment}/rollback`)).toMatchObject({
      status: 202,
      body: { kind: 'activate', source: { number: 1 } },
    })
    expect(await api.call('POST', `${environment}/rollback`)).toMatchObject({ status: 409 })
    expect(await api.call('POST', `${environment}/releases/3/activate`)).toMatchObject({
      status: 202,
      body: { number: 5 },
    })
    expect(await api.call('GET', `${environment}/commits`)).toMatchObject({ status: 503, body: refusal('no_worker') })
  })
})

type Message = { event?: string; id?: string; data?: unknown }
function parse(text: string): Message[] {
  return text
    .split('\n\n')
    .filter((block) => block.trim() !== '')
    .map((block) => {
      const fields = Object.fromEntries(
        block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]),
      )
      return {
        ...(fields.event ? { event: fields.event } : {}),
        ...(fields.id ? { id: fields.id } : {}),
        data: fields.data && JSON.parse(fields.data),
      }
    })
}
