// Attacks 13 to 21: what is sent to a webhook by somebody who isn't the Git host, or by the Git host in a way that must change nothing.
import { createHmac, randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { POST } from '@/app/api/webhooks/[id]/route.ts'
import { rotateWebhookSecret } from '@/lib/panel/webhooks.ts'
import { genuine, unproven, type Budget } from '@/lib/panel/receive-rates.ts'
import { systemActor } from '@/lib/panel/context.ts'
import { mostWaiting } from '@/lib/store/received.ts'
import { providers, type Provider } from '@/lib/spec/push.ts'
import { bucketRepository, hubRepository, signed, type Posted } from '../push/payloads.ts'
import { dawdler } from '../web/dawdler.ts'
import type { Api } from './server.ts'
import { makeHook, openWebhooks, post, pushTo, type Hook, type Webhooks } from './webhook-server.ts'

let api: Api
let served: Webhooks
beforeAll(async () => {
  served = await openWebhooks()
  api = served.api
})
afterAll(() => served.close())

const send = ({ id }: Hook, posted: Posted) => post(`${served.url}/${id}`, posted)
const rows = ({ id }: Hook) => api.ctx.db.prisma.delivery.findMany({ where: { webhookId: id } })
const taken = async (hook: Hook) => (await rows(hook)).filter(({ verdict }) => verdict === 'accepted')
const waiting = async (hook: Hook) => (await rows(hook)).filter(({ state }) => state === 'waiting')

const carriers: Record<Provider, string[]> = {
  github: ['x-hub-signature-256'],
  gitlab: ['x-gitlab-token'],
  bitbucket: ['x-hub-signature'],
  gitea: ['x-gitea-signature', 'x-hub-signature-256'],
  generic: ['x-fairlead-signature'],
}
const hmac = (secret: string, text: string, algorithm = 'sha256') =>
  createHmac(algorithm, secret).update(text).digest('hex')

/** The delivery with its signatures replaced by what `make` makes of each; null = without. */
function resigned(provider: Provider, posted: Posted, make: (value: string) => string | null): Posted {
  const headers = { ...posted.headers }
  for (const name of carriers[provider]) {
    const value = make(headers[name]!)
    if (value === null) delete headers[name]
    else headers[name] = value
  }
  return { headers, body: posted.body }
}

describe.each(providers)('%s', (provider) => {
  let hook: Hook
  beforeAll(async () => {
    hook = await makeHook(api.ctx, provider)
  })

  it('attack 13: a webhook is never open, and an empty secret is none', async () => {
    const unsigned = resigned(provider, pushTo(hook), () => null)
    expect(await send(hook, unsigned)).toMatchObject({ status: 401, body: { reason: 'no_signature' } })
    const empty = resigned(provider, pushTo(hook), () => '')
    expect((await send(hook, empty)).status).toBe(401)
    if (provider !== 'gitlab') expect((await send(hook, pushTo({ ...hook, secret: '' }))).status).toBe(401)
    expect(await taken(hook)).toEqual([])
  })

  it('attack 14: signatures that are missing, short, long, of another secret or another algorithm', async () => {
    const genuine = pushTo(hook)
    const bad: ((value: string) => string)[] = [
      (value) => value.slice(0, -1),
      (value) => value.slice(0, -64),
      (value) => `${value}0`,
      (value) => `${value}${value}`,
      (value) => `${value}, ${value}`,
      (value) => value.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
      (value) => value.toUpperCase(),
      (value) => value.replace(/[0-9a-zA-Z_-]{30,}$/, 'ä'),
      (value) => value.replace(/[0-9a-zA-Z_-]{30,}$/, ''),
      () => `sha1=${hmac(hook.secret, genuine.body, 'sha1')}`,
      () => `sha256=${hmac('another', genuine.body)}`,
      () => hmac('another', genuine.body),
      () => 'sha256=',
    ]
    for (const make of bad) {
      const answer = await send(hook, resigned(provider, genuine, make))
      expect(answer, make.toString()).toMatchObject({ status: 401, body: { verdict: 'refused' } })
    }
    expect((await send(hook, pushTo({ ...hook, secret: 'another' }))).status).toBe(401)
    expect(await taken(hook)).toEqual([])
    expect((await send(hook, genuine)).status).toBe(202)
  })

  it('attack 16: the same delivery, twenty times at once and once more, is one', async () => {
    const before = (await taken(hook)).length
    const posted = pushTo(hook, { id: randomUUID() })
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(hook, posted)))
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1)
    const others = answers.filter(({ status }) => status === 200)
    expect(others.map(({ body }) => body.reason)).toEqual(Array.from({ length: 19 }, () => 'duplicate'))
    expect((await send(hook, posted)).body).toMatchObject({ verdict: 'ignored', reason: 'duplicate' })
    expect((await taken(hook)).length).toBe(before + 1)
  })

  it('attack 17: nothing but POST does anything', async () => {
    const { headers } = pushTo(hook)
    const before = (await rows(hook)).length
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const answer = await fetch(`${served.url}/${hook.id}`, { method, headers })
      expect([answer.status, answer.headers.get('allow')], method).toEqual([405, 'POST'])
    }
    expect((await rows(hook)).length).toBe(before)
  })

  it('attack 18: another repository is refused; tags come in, what is gone does not but to be looked at', async () => {
    const other = pushTo({ ...hook, repositoryUrl: 'https://git.example.com/eve/shop.git' })
    expect(await send(hook, other)).toMatchObject({ status: 422, body: { reason: 'other_repository' } })
    expect((await send(hook, pushTo(hook, { ref: 'refs/tags/v1' }))).status).toBe(202)
    const gone = pushTo(hook, { after: '0'.repeat(40) })
    expect(await send(hook, gone)).toMatchObject({ status: 200, body: { verdict: 'ignored', reason: 'deleted' } })
    expect((await waiting(hook)).filter(({ reason }) => reason === 'deleted')).toHaveLength(1)
  })

  it('attack 19: what is accepted is answered 202 before anybody looked at it', async () => {
    const id = randomUUID()
    expect((await send(hook, pushTo(hook, { id }))).status).toBe(202)
    const row = (await waiting(hook)).find(({ key }) => key === `${hook.id} ${id}`)
    expect(row).toMatchObject({ verdict: 'accepted', state: 'waiting', attempts: 0 })
  })
})

// GitLab sends the secret itself and signs nothing.
describe.each(providers.filter((provider) => provider !== 'gitlab'))('attack 15: the signature of %s', (provider) => {
  it('is of the bytes, not of what they mean', async () => {
    const hook = await makeHook(api.ctx, provider)
    const genuine = pushTo(hook)
    const same = { ...genuine, body: JSON.stringify(JSON.parse(genuine.body), null, 1) }
    expect(await send(hook, same)).toMatchObject({ status: 401, body: { reason: 'wrong_signature' } })
    expect((await send(hook, { ...genuine, body: `${genuine.body}\n` })).status).toBe(401)
    expect((await send(hook, genuine)).status).toBe(202)
  })
})

describe('attack 16: a delivery of long ago', () => {
  it('is refused where the signature says when it was made', async () => {
    const hook = await makeHook(api.ctx, 'generic')
    const { headers, body } = pushTo(hook)
    const at = (seconds: number): Posted => ({
      headers: { ...headers, 'x-fairlead-signature': `t=${seconds},v1=${hmac(hook.secret, `${seconds}.${body}`)}` },
      body,
    })
    const now = Math.floor(Date.now() / 1_000)
    for (const seconds of [now - 3_600, now + 3_600, 0])
      expect(await send(hook, at(seconds))).toMatchObject({ status: 401, body: { reason: 'late_signature' } })
    expect((await send(hook, at(now - 60))).status).toBe(202)
  })
})

describe('attack 18: events that are none of pushes', () => {
  it('have an answer each', async () => {
    const hub = await makeHook(api.ctx, 'github')
    const bucket = await makeHook(api.ctx, 'bitbucket')
    const repository = hubRepository(hub.repositoryUrl)
    const head = { repo: { full_name: 'eve/shop' } }
    const pull = { pull_request: { head, base: { repo: { full_name: 'acme/shop' } } }, repository }
    for (const [hook, event, payload, reason] of [
      [hub, 'ping', { zen: 'Design for failure.', repository }, 'ping'],
      [hub, 'ping', { zen: 'Of an organisation.' }, 'ping'],
      [hub, 'pull_request', pull, 'pull_request'],
      [hub, 'issues', { repository }, 'other_event'],
      [hub, 'fork', { repository }, 'fork'],
      [hub, 'push', { ref: 'refs/pull/1/head', after: 'b'.repeat(40), repository }, 'other_ref'],
      [bucket, 'repo:updated', { repository: bucketRepository(bucket.repositoryUrl) }, 'other_event'],
    ] as const)
      expect(await send(hook, signed(hook.provider, hook.secret, { event, payload }))).toMatchObject({
        status: 200,
        body: { verdict: 'ignored', reason },
      })
    const foreign = { zen: 'Elsewhere.', repository: hubRepository('https://git.example.com/eve/shop.git') }
    expect((await send(hub, signed('github', hub.secret, { event: 'ping', payload: foreign }))).status).toBe(422)
    expect(await waiting(hub)).toEqual([])
  })

  it('attack 19: a webhook that isn’t there is not found, whatever its name', async () => {
    const { headers, body } = pushTo(await makeHook(api.ctx, 'github'))
    for (const id of [randomUUID(), 'x', '%00', '..%2f..', "'%20OR%201=1", 'x'.repeat(2_000)])
      expect((await post(`${served.url}/${id}`, { headers, body })).status, id).toBe(404)
  })
})

describe('attack 20: bodies that are too much', () => {
  it('of 50 MB are cut off, whether they say so or not', async () => {
    const hook = await makeHook(api.ctx, 'github')
    const { headers } = pushTo(hook)
    let sent = 0
    const chunk = new Uint8Array(1_048_576).fill(32)
    const body = new ReadableStream({
      pull(controller) {
        sent += chunk.length
        if (sent > 50 * chunk.length) controller.close()
        else controller.enqueue(chunk)
      },
    })
    // Whoever goes on sending may find the connection closed before the answer is read.
    const answer = await post(`${served.url}/${hook.id}`, { headers, body }).catch(() => null)
    expect(answer?.status ?? 413).toBe(413)
    expect(sent).toBeLessThan(50 * chunk.length)
    const [row] = await expect
      .poll(() => rows(hook))
      .toHaveLength(1)
      .then(() => rows(hook))
    expect(row).toMatchObject({ verdict: 'refused', reason: 'too_large', told: null })
  })

  it('are not even begun for a webhook that isn’t there, or without a signature', async () => {
    const hook = await makeHook(api.ctx, 'github')
    const { headers } = pushTo(hook)
    const unsigned = resigned('github', pushTo(hook), () => null).headers
    let pulled = 0
    const ask = async (id: string, given: Record<string, string>) => {
      const body = new ReadableStream({ pull: () => void (pulled += 1) }, { highWaterMark: 0 })
      const request = new Request('http://panel.test/', {
        method: 'POST',
        headers: given,
        body,
        duplex: 'half',
      } as RequestInit)
      return (await POST(request, { params: Promise.resolve({ id }) })).status
    }
    expect([await ask(randomUUID(), headers), await ask(hook.id, unsigned), pulled]).toEqual([404, 401, 0])
  })

  it('that are deep, no JSON, packed or name prototypes change nothing', async () => {
    const hook = await makeHook(api.ctx, 'github')
    const raw = (body: string | Uint8Array<ArrayBuffer>) => {
      const { headers } = pushTo(hook)
      const signature = createHmac('sha256', hook.secret).update(body).digest('hex')
      return post(`${served.url}/${hook.id}`, {
        headers: { ...headers, 'x-hub-signature-256': `sha256=${signature}` },
        body,
      })
    }
    const { body } = pushTo(hook)
    for (const [given, reason] of [
      [`${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`, 'too_deep'],
      [`${'{"a":'.repeat(65)}1${'}'.repeat(65)}`, 'too_deep'],
      [`${'['.repeat(60)}"]]"${']'.repeat(60)}`, 'shape'],
      ['', 'not_json'],
      ['{"ref":', 'not_json'],
      [Uint8Array.from([0x22, 0xff, 0x22]), 'not_json'],
      [Uint8Array.from(gzipSync(body)), 'not_json'],
      ['{"__proto__":{"polluted":1}}', 'shape'],
    ] as const)
      expect(await raw(given), reason).toMatchObject({ status: 400, body: { verdict: 'refused', reason } })
    const named = body.replace('{', '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},')
    expect((await raw(named)).status).toBe(202)
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  it('fill no list: thirty refusals a minute, two hundred in all', async () => {
    const hook = await makeHook(api.ctx, 'github')
    const forged = { ...pushTo(hook), body: '{}' }
    const { id: webhookId, projectId } = hook
    const { delivery } = api.ctx.db.prisma
    const fill = (count: number, receivedAt: Date) =>
      delivery.createMany({
        data: Array.from({ length: count }, () => ({
          ...{ projectId, webhookId, event: '', verdict: 'refused', reason: 'x', words: 'x' },
          ...{ receivedAt, key: randomUUID() },
        })),
      })
    await fill(30, new Date())
    expect((await send(hook, forged)).status).toBe(401)
    expect(await rows(hook)).toHaveLength(30)
    await delivery.deleteMany({ where: { webhookId } })
    await fill(250, new Date(Date.now() - 3_600_000))
    expect((await send(hook, forged)).status).toBe(401)
    const left = await rows(hook)
    expect(left).toHaveLength(200)
    expect(left.some(({ reason }) => reason === 'wrong_signature')).toBe(true)
  })
})

describe('attack 20: floods', () => {
  /** As somebody would who sends more than is wanted, for the hour to come. */
  const exhaust = (budget: Budget, { id }: Hook) => {
    const later = performance.now() + 3_600_000
    let taken = 0
    let seconds = 0
    while ((seconds = budget.take(id, later)) === 0) taken += 1
    expect(budget.take(id, later + seconds * 1_000)).toBe(0)
    while (budget.take(id, later + seconds * 1_000) === 0);
    return taken
  }
  const tooMany = { status: 429, body: { verdict: 'refused', reason: 'too_many' } }

  it.each(providers)('of forged deliveries take nothing from %s, and write nothing', async (provider) => {
    const hook = await makeHook(api.ctx, provider)
    exhaust(unproven, hook)
    const forged = await send(hook, pushTo({ ...hook, secret: 'another' }))
    expect(forged).toMatchObject(tooMany)
    expect(Number(forged.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(
      await send(
        hook,
        resigned(provider, pushTo(hook), () => null),
      ),
    ).toMatchObject(tooMany)
    expect(await rows(hook)).toEqual([])
    expect((await send(hook, pushTo(hook))).status).toBe(202)
  })

  it('of genuine ones end at so many, for that webhook alone', async () => {
    const [hook, other] = [await makeHook(api.ctx, 'github'), await makeHook(api.ctx, 'github')]
    const now = performance.now()
    const refused = Array.from({ length: 60_000 }, (_, at) => genuine.take(hook.id, now + at * 10)).filter(Boolean)
    expect(refused, 'a hundred a second for ten minutes').toEqual([])
    expect(exhaust(genuine, hook)).toBeGreaterThanOrEqual(1_000)
    expect(await send(hook, pushTo(hook))).toMatchObject(tooMany)
    expect(await rows(hook)).toEqual([])
    expect((await send(other, pushTo(other))).status).toBe(202)
  })

  it('end where too many wait to be looked at', async () => {
    const hook = await makeHook(api.ctx, 'github')
    const { id: webhookId, projectId } = hook
    const known = pushTo(hook)
    expect((await send(hook, known)).status).toBe(202)
    await api.ctx.db.pool.query(
      `INSERT INTO "Delivery" ("id", "projectId", "webhookId", "key", "event", "verdict", "reason", "words", "state")
       SELECT gen_random_uuid(), $1, $2, $2 || n, 'push', 'accepted', 'pushed', '', 'waiting' FROM generate_series(2, $3) n`,
      [projectId, webhookId, mostWaiting],
    )
    const refused = await send(hook, pushTo(hook))
    expect(refused).toMatchObject({ status: 429, body: { reason: 'backlog' } })
    expect(refused.headers.get('retry-after')).toBe('60')
    expect((await send(hook, known)).body.reason).toBe('duplicate')
    const repository = hubRepository(hook.repositoryUrl)
    const ping = signed('github', hook.secret, { event: 'ping', payload: { repository } })
    expect((await send(hook, ping)).status).toBe(200)
    await api.ctx.db.prisma.delivery.updateMany({ where: { webhookId }, data: { state: 'handled' } })
    expect((await send(hook, pushTo(hook))).status).toBe(202)
  })

  it('of bodies that never end keep nobody out', async () => {
    const hook = await makeHook(api.ctx, 'github')
    const { headers } = pushTo(hook)
    const dawdlers = Array.from({ length: 3 }, () => dawdler(1_048_576, 7))
    const answers = dawdlers.map(({ body }) => {
      const posted = { method: 'POST', headers, body, duplex: 'half' } as RequestInit
      return POST(new Request('http://panel.test/', posted), { params: Promise.resolve({ id: hook.id }) })
    })
    await Promise.all(dawdlers.map(({ read }) => read))
    expect((await send(hook, pushTo(hook))).status).toBe(202)
    const first = await Promise.race(answers)
    expect([first.status, first.headers.get('retry-after')]).toEqual([503, '10'])
    for (const { hangUp } of dawdlers) hangUp()
    expect((await Promise.all(answers)).map(({ status }) => status).sort()).toEqual([400, 400, 503])
  })
})

describe('attack 21: secrets', () => {
  it('stand in no address and no answer, and are exchanged with an overlap', async () => {
    const hook = await makeHook(api.ctx, 'github')
    const listed = await api.call('GET', `/webhooks?projectId=${hook.projectId}`)
    expect(listed).toMatchObject({ status: 200, body: [{ path: `/api/webhooks/${hook.id}` }] })
    expect(JSON.stringify(listed.body)).not.toContain(hook.secret)
    const rotate = (overlapHours: number) =>
      rotateWebhookSecret(api.ctx, systemActor('test'), { webhookId: hook.id, overlapHours })
    const next = { ...hook, secret: (await rotate(1)).secret }
    const status = async (by: Hook) => (await send(by, pushTo(by))).status
    expect([await status(hook), await status(next)]).toEqual([202, 202])
    await api.ctx.db.prisma.webhook.update({
      where: { id: hook.id },
      data: { previousUntil: new Date(Date.now() - 1) },
    })
    expect([await status(hook), await status(next)]).toEqual([401, 202])
    const last = { ...hook, secret: (await rotate(0)).secret }
    expect([await status(next), await status(last)]).toEqual([401, 202])
    const kept = JSON.stringify((await api.ctx.db.prisma.auditEntry.findMany()).map(({ data }) => data))
    for (const { secret } of [hook, next, last]) expect(kept).not.toContain(secret)
  })
})
