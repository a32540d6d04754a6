// Webhooks: where Git hosts tell of a project's repository. Each has its secret from the beginning, so that none is ever open.
import type { z } from 'zod'
import type { Actor } from '@/lib/access.ts'
import { secretInput, webhookInput, webhookKey, webhooksInput } from '@/lib/api/inputs-webhooks.ts'
import { webhookView, type WebhookView, type WebhookWithSecret } from '@/lib/api/shapes-webhooks.ts'
import { PanelError } from '@/lib/errors.ts'
import { randomToken } from '@/lib/secrets.ts'
import type { Reader } from '@/lib/store/reader.ts'
import * as store from '@/lib/store/webhooks.ts'
import { change, missing, parse } from './act.ts'
import type { Context } from './context.ts'
import { demandOf, demandProject } from './seen.ts'
import { earlierSecrets } from './webhook-secrets.ts'

const mostWebhooks = 20
const hourMs = 3_600_000

/** Oldest first. PanelError: invalid, not_found, forbidden. */
export async function listWebhooks(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof webhooksInput>,
): Promise<WebhookView[]> {
  const { projectId } = parse(webhooksInput, input)
  await demandProject(ctx.db.prisma, actor, 'configure', projectId)
  return (await store.findWebhooks(ctx.db.prisma, { projectId })).map(view)
}

/** `secret` is shown this once. PanelError: invalid, not_found, forbidden, conflict (too many). */
export async function createWebhook(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof webhookInput>,
): Promise<WebhookWithSecret> {
  const { projectId, provider } = parse(webhookInput, input)
  const secret = randomToken()
  return change(ctx, actor, async ({ tx, audit }) => {
    await demandProject(tx, actor, 'configure', projectId)
    if ((await store.countWebhooks(tx, projectId)) >= mostWebhooks)
      throw new PanelError('conflict', `A project has at most ${mostWebhooks} webhooks. Remove one that isn’t used.`)
    const id = await store.insertWebhook(tx, {
      projectId,
      provider,
      secret: Uint8Array.from(ctx.secrets.encrypt(secret)),
      createdBy: actor.name,
    })
    await audit('webhook.create', `webhook:${id}`, projectId, { provider })
    return { webhook: await load(tx, id), secret }
  })
}

/**
 * What counts until now counts for `overlapHours` from now on as well: several secrets, when another was made within such a time before;
 * with 0 all of them end. PanelError: invalid, not_found, forbidden.
 */
export async function rotateWebhookSecret(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof secretInput>,
): Promise<WebhookWithSecret> {
  const { webhookId, overlapHours } = parse(secretInput, input)
  const secret = randomToken()
  return change(ctx, actor, async ({ tx, audit }) => {
    const projectId = await demandWebhook(tx, actor, webhookId)
    const isKept = overlapHours > 0
    await store.changeSecret(tx, webhookId, {
      secret: ctx.secrets.encrypt(secret),
      previousSecret: isKept ? earlierSecrets(ctx.secrets, await store.findSecrets(tx, webhookId)) : null,
      previousUntil: isKept ? new Date(Date.now() + overlapHours * hourMs) : null,
    })
    await audit('webhook.rotate', `webhook:${webhookId}`, projectId, { overlapHours })
    return { webhook: await load(tx, webhookId), secret }
  })
}

/** What came in through it is forgotten, too. PanelError: invalid, not_found, forbidden. */
export async function removeWebhook(ctx: Context, actor: Actor, input: z.input<typeof webhookKey>): Promise<null> {
  const { webhookId } = parse(webhookKey, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    const projectId = await demandWebhook(tx, actor, webhookId)
    const { provider } = await load(tx, webhookId)
    await store.deleteWebhook(tx, webhookId)
    await audit('webhook.remove', `webhook:${webhookId}`, projectId, { provider })
    return null
  })
}

async function demandWebhook(tx: Reader, actor: Actor, id: string): Promise<string> {
  return demandOf('webhook', actor, 'configure', await store.lockWebhook(tx, id))
}

async function load(tx: Reader, id: string): Promise<WebhookView> {
  const [row] = await store.findWebhooks(tx, { id })
  if (!row) throw missing('webhook')
  return view(row)
}

function view(row: store.WebhookRow): WebhookView {
  const { id, projectId, provider, createdBy, createdAt, previousUntil, lastDelivery } = row
  return webhookView.parse({
    id,
    projectId,
    provider,
    path: `/api/webhooks/${id}`,
    createdBy,
    createdAt: createdAt.toISOString(),
    overlapUntil: previousUntil && previousUntil > new Date() ? previousUntil.toISOString() : null,
    lastDelivery: lastDelivery && { ...lastDelivery, at: lastDelivery.receivedAt.toISOString() },
  })
}
