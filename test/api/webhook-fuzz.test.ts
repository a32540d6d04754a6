// Whatever is posted to a webhook, signed or not, is answered with a verdict: never as a mistake of the panel's own.
import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { POST } from '@/app/api/webhooks/[id]/route.ts'
import { providers, type Provider } from '@/lib/spec/push.ts'
import { openApi, type Api } from './server.ts'
import { makeHook, pushTo, type Hook } from './webhook-server.ts'

let api: Api
const hooks = new Map<Provider, Hook>()
beforeAll(async () => {
  api = await openApi()
  for (const provider of providers) hooks.set(provider, await makeHook(api.ctx, provider))
})
afterAll(() => api.close())

const seeded = { seed: 20_261_122, numRuns: 400, interruptAfterTimeLimit: 5_000, markInterruptAsFailure: false }

/** As a host would post it; the bytes are signed as they are. */
function request(hook: Hook, body: Uint8Array<ArrayBuffer>, more: Record<string, string>): Request {
  const { headers } = pushTo(hook)
  const hex = createHmac('sha256', hook.secret).update(body).digest('hex')
  const seconds = Math.floor(Date.now() / 1_000)
  const v1 = createHmac('sha256', hook.secret).update(`${seconds}.`).update(body).digest('hex')
  const own: Record<string, string> = {
    'x-hub-signature-256': `sha256=${hex}`,
    'x-hub-signature': `sha256=${hex}`,
    'x-gitea-signature': hex,
    'x-fairlead-signature': `t=${seconds},v1=${v1}`,
  }
  const signatures = Object.fromEntries(Object.entries(own).filter(([name]) => headers[name] !== undefined))
  const all = { ...headers, ...signatures, ...more }
  return new Request(`http://panel.test/api/webhooks/${hook.id}`, { method: 'POST', headers: all, body })
}

async function answered(hook: Hook, given: Request): Promise<void> {
  const response = await POST(given, { params: Promise.resolve({ id: hook.id }) })
  expect(response.status).toBeLessThan(500)
  const { verdict } = (await response.json()) as { verdict: string }
  expect(['accepted', 'ignored', 'refused']).toContain(verdict)
}

const bytes = (text: string) => Uint8Array.from(Buffer.from(text))
const provider = fc.constantFrom(...providers)
const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\0', '\ud800', 'refs/heads/\0', 'refs/heads/\ud800', '9999-99-99', 'x'.repeat(5_000), -0, 1e308),
)
const headerValue = fc.stringMatching(/^[\x21-\x7e\xa1-\xff]{0,300}$/)
const headerName = fc.constantFrom(
  ...['content-type', 'x-github-event', 'x-gitlab-event', 'x-event-key', 'x-gitea-event', 'idempotency-key'],
  ...['x-github-delivery', 'x-gitlab-event-uuid', 'x-request-uuid', 'x-gitea-delivery', 'x-fairlead-delivery'],
  ...['x-hub-signature-256', 'x-gitlab-token', 'x-fairlead-signature', 'content-encoding', 'x-forgejo-signature'],
)

/** The value with one of its leaves, the one at the end of `choices`, put in its place by another. */
function changed(value: unknown, choices: readonly number[], leaf: unknown): unknown {
  if (value === null || typeof value !== 'object') return leaf
  const entries = Object.entries(value)
  const [choice = 0, ...rest] = choices
  const at = choice % Math.max(1, entries.length)
  if (entries.length === 0 || choice % 7 === 6) return leaf
  const next = entries.map(([key, one], index) => [key, index === at ? changed(one, rest, leaf) : one] as const)
  return Array.isArray(value) ? next.map(([, one]) => one) : Object.fromEntries(next)
}

it('real deliveries with one thing in them changed', async () => {
  await fc.assert(
    fc.asyncProperty(provider, fc.array(fc.nat(50), { maxLength: 6 }), odd, async (which, choices, leaf) => {
      const hook = hooks.get(which)!
      const json = changed(JSON.parse(pushTo(hook).body), choices, leaf)
      await answered(hook, request(hook, bytes(JSON.stringify(json)), {}))
    }),
    seeded,
  )
})

it('any bytes and any headers', async () => {
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 500 }).map((found) => Uint8Array.from(found)),
    odd.map((value) => bytes(JSON.stringify(value))),
    fc.constantFrom(...providers).map((which) => bytes(pushTo(hooks.get(which)!).body)),
  )
  await fc.assert(
    fc.asyncProperty(
      provider,
      body,
      fc.dictionary(headerName, headerValue, { maxKeys: 4 }),
      async (which, raw, more) => {
        const hook = hooks.get(which)!
        await answered(hook, request(hook, raw, more))
      },
    ),
    seeded,
  )
})
