// The address that Git hosts post to, over real HTTP beside the API, and projects that have a webhook.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import * as webhookRoute from '@/app/api/webhooks/[id]/route.ts'
import { systemActor, type Context } from '@/lib/panel/context.ts'
import { createWebhook } from '@/lib/panel/webhooks.ts'
import type { Provider } from '@/lib/spec/push.ts'
import { delivery, type Posted, type Pushed } from '../push/payloads.ts'
import { openApi, type Api } from './server.ts'

type Answer = { status: number; headers: Headers; body: { verdict: string; reason: string; words: string } }
export type Hook = { id: string; projectId: string; provider: Provider; secret: string; repositoryUrl: string }

/** `url`: where webhooks are, one path deeper each. */
export type Webhooks = { api: Api; url: string; close(): Promise<void> }

/** Serves both until `close`. */
export async function openWebhooks(): Promise<Webhooks> {
  const api = await openApi()
  const server = createServer(async (request, response) => {
    const { method = 'GET', headers } = request
    const hasBody = !['GET', 'HEAD'].includes(method)
    const given = new Request(new URL(request.url ?? '/', 'http://panel.test'), {
      method,
      headers: new Headers(headers as Record<string, string>),
      ...(hasBody ? { body: Readable.toWeb(request) as ReadableStream, duplex: 'half' } : {}),
    })
    const id = decodeURIComponent(new URL(given.url).pathname.split('/').at(-1) ?? '')
    const handler = (webhookRoute as unknown as Record<string, typeof webhookRoute.POST>)[method]!
    const answer = await handler(given, { params: Promise.resolve({ id }) })
    // What nobody read leaves the connection unusable.
    if (!request.complete) response.setHeader('connection', 'close')
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    api,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/webhooks`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await api.close()
    },
  }
}

/** A project of its own with one webhook. */
export async function makeHook(ctx: Context, provider: Provider): Promise<Hook> {
  const slug = `shop-${randomUUID()}`
  const repositoryUrl = `https://git.example.com/acme/${slug}.git`
  const { id: projectId } = await ctx.db.prisma.project.create({
    data: { name: slug, slug, repositoryUrl, access: 'none' },
  })
  const { webhook, secret } = await createWebhook(ctx, systemActor('test'), { projectId, provider })
  return { id: webhook.id, projectId, provider, secret, repositoryUrl }
}

/** A push of that project's repository, as its host signs it. */
export function pushTo({ provider, secret, repositoryUrl }: Hook, pushed: Partial<Pushed> = {}): Posted {
  const [before, after] = ['a'.repeat(40), 'b'.repeat(40)]
  return delivery(provider, { secret, repositoryUrl, ref: 'refs/heads/main', before, after, ...pushed })
}

export async function post(
  url: string,
  { headers, body }: { headers: Record<string, string>; body: string | Uint8Array<ArrayBuffer> | ReadableStream },
): Promise<Answer> {
  const isStream = body instanceof ReadableStream ? { duplex: 'half' } : {}
  const answer = await fetch(url, { method: 'POST', headers, body, ...isStream })
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Answer['body'] }
}
