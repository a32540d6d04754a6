// What a Git host posts: whether it is genuine and about this project's repository, said at once. What comes of it is the workers'.
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { longestDelivery } from '@/lib/api/inputs-webhooks.ts'
import type { DeliveryHeaders, DeliveryRead } from '@/lib/spec/push-readers/reading.ts'
import { readDelivery } from '@/lib/spec/push-readers/read.ts'
import { sameRepository } from '@/lib/spec/push-readers/same-repository.ts'
import * as store from '@/lib/store/received.ts'
import type { Context } from './context.ts'
import { readBody } from './receive-json.ts'
import * as rates from './receive-rates.ts'
import { checkSignature } from './signature.ts'
import { countingSecrets } from './webhook-secrets.ts'

export type Received = {
  webhookId: string
  method: string
  /** Names in lower case. */
  headers: DeliveryHeaders
  /** Reads it: as it came, or why it wasn't read. Called for those alone that may be genuine. */
  body(): Promise<Uint8Array | 'too_large' | 'too_slow' | 'busy' | 'broken_off'>
}
export type ReceiveAnswer = {
  status: 200 | 202 | 400 | 401 | 404 | 405 | 408 | 413 | 422 | 429 | 503
  body: { verdict: 'accepted' | 'ignored' | 'refused'; reason: string; words: string }
  /** In seconds. */
  retryAfter?: number
}

const refusals = {
  method: [405, 'Deliveries are posted.'],
  unknown: [404, 'There is no such webhook.'],
  too_large: [413, `A delivery has at most ${longestDelivery} bytes.`],
  too_slow: [408, 'The delivery didn’t arrive in full within 30 seconds.'],
  busy: [503, 'Too much comes in at the same time. Send it again in a few seconds.'],
  too_many: [429, 'Too much comes in through this webhook. Send it again later.'],
  backlog: [429, 'So much of this webhook waits to be looked at that nothing more is taken. Send it again later.'],
  broken_off: [400, 'The delivery broke off.'],
  no_signature: [401, 'The delivery isn’t signed. Give the host the webhook’s secret.'],
  wrong_signature: [401, 'The signature isn’t made with this webhook’s secret.'],
  late_signature: [401, 'The signature is older than five minutes, or the clocks differ by as much.'],
  not_json: [400, 'The body is not JSON in UTF-8.'],
  too_deep: [400, 'The JSON is nested more than 64 deep.'],
  shape: [400, 'This is not what this host sends.'],
  other_repository: [422, 'It tells of another repository than the project’s.'],
} as const
type RefusedReason = keyof typeof refusals
const badSignature = { missing: 'no_signature', wrong: 'wrong_signature', late: 'late_signature' } as const
const busySeconds = 10
const backlogSeconds = 60

/** Never throws for anything that somebody sends; only when the panel's own database or key fails. */
export async function receive(ctx: Context, received: Received): Promise<ReceiveAnswer> {
  const { webhookId, headers } = received
  if (received.method !== 'POST') return refusal('method')
  const webhook = z.uuid().safeParse(webhookId).success ? await store.findReceiving(ctx.db, webhookId) : null
  if (!webhook) return refusal('unknown')
  const { id, projectId } = webhook
  const refuse = async (reason: RefusedReason, event = ''): Promise<ReceiveAnswer> => {
    const answer = refusal(reason)
    await store.storeRefused(ctx.db, { projectId, webhookId: id, event, reason, words: answer.body.words })
    return answer
  }
  /** What anybody can send. */
  const turnAway = async (reason: RefusedReason): Promise<ReceiveAnswer> => {
    const seconds = rates.unproven.take(id)
    return seconds > 0 ? refusal('too_many', seconds) : refuse(reason)
  }
  const signed = { headers, secrets: countingSecrets(ctx.secrets, webhook), now: new Date() }
  const possibly = checkSignature(webhook.provider, { ...signed, body: null })
  if (possibly !== 'genuine') return turnAway(badSignature[possibly])
  const body = await received.body()
  if (body === 'busy') return refusal(body, busySeconds)
  if (body === 'broken_off') return refusal(body)
  if (typeof body === 'string') return turnAway(body)
  const signature = checkSignature(webhook.provider, { ...signed, body })
  if (signature !== 'genuine') return turnAway(badSignature[signature])
  const seconds = rates.genuine.take(id)
  if (seconds > 0) return refusal('too_many', seconds)
  const parsed = readBody(headers, body)
  if ('refused' in parsed) return refuse(parsed.refused)
  const delivery = readDelivery(webhook.provider, headers, parsed.json)
  if (!delivery) return refuse('shape')
  const { event, read, repositories } = delivery
  const isNamed = repositories.length > 0 || read.type === 'told'
  if (isNamed && !sameRepository(webhook.repositoryUrl, repositories)) return refuse('other_repository', event)
  const answer = answerOf(read)
  const { verdict, reason, words } = answer.body
  const stored = await store.storeReceived(ctx.db, {
    projectId,
    webhookId: id,
    key: `${id} ${delivery.key ?? `sha256 ${createHash('sha256').update(body).digest('hex')}`}`,
    event,
    verdict: verdict === 'accepted' ? 'accepted' : 'ignored',
    reason,
    words,
    told: read.type === 'told' ? read.told : null,
  })
  if (stored === 'backlog') return refusal('backlog', backlogSeconds)
  if (stored === 'known')
    return { status: 200, body: { verdict: 'ignored', reason: 'duplicate', words: 'This came in before.' } }
  await forget(ctx, id)
  return answer
}

function refusal(reason: RefusedReason, retryAfter?: number): ReceiveAnswer {
  const [status, words] = refusals[reason]
  return { status, body: { verdict: 'refused', reason, words }, ...(retryAfter === undefined ? {} : { retryAfter }) }
}

function answerOf(read: DeliveryRead['read']): ReceiveAnswer {
  if (read.type === 'ignored')
    return { status: 200, body: { verdict: 'ignored', reason: read.reason, words: read.words } }
  const { told } = read
  if (told.type === 'pushes' && told.pushes.every(({ commit }) => commit === null))
    return { status: 200, body: { verdict: 'ignored', reason: 'deleted', words: 'What was removed is not deployed.' } }
  const reason = told.type === 'pushes' ? 'pushed' : 'checked'
  return { status: 202, body: { verdict: 'accepted', reason, words: 'The repository is looked at.' } }
}

const forgetEveryMs = 60_000
const forgotten = new Map<string, number>()

/** Once in a while, as deliveries may come in by the hundred. */
async function forget({ db }: Context, webhookId: string): Promise<void> {
  const now = Date.now()
  if (now - (forgotten.get(webhookId) ?? 0) < forgetEveryMs) return
  forgotten.set(webhookId, now)
  await store.forgetReceived(db, webhookId)
}
