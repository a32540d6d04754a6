// The web process of a panel, as `npm start` runs it, and somebody at a terminal who asks for deployments and watches them.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { deployment } from '@/lib/cli/answers.ts'
import { openClient } from '@/lib/cli/client.ts'
import type { Client } from '@/lib/cli/client.ts'
import { follow } from '@/lib/cli/follow.ts'
import type { Context } from '@/lib/panel/context.ts'
import { createTokenOnConsole } from '@/lib/panel/people.ts'
import { createOwnerOnConsole } from '@/lib/panel/setup.ts'
import { freePort } from '../hosts/port.ts'
import { Kept } from './process.ts'

export type Watched = { events: { seq: number }[]; chunks: { id: string; text: string }[] }

/** Needs the production build. `given` says where database and data folder are. */
export async function startWeb(name: string, given: Record<string, string>): Promise<{ url: string; kept: Kept }> {
  const root = join(import.meta.dirname, '../..')
  const port = await freePort()
  const next = createRequire(import.meta.url).resolve('next/dist/bin/next')
  const env = {
    ...process.env,
    ...given,
    NODE_ENV: 'production' as const,
    NEXT_TELEMETRY_DISABLED: '1',
    FAIRLEAD_PUBLIC_URL: '',
    AUTH_SECRET: '',
  }
  const kept = new Kept(name, [next, 'start', root, '-p', String(port), '-H', '127.0.0.1'], env)
  kept.start()
  const url = `http://127.0.0.1:${port}`
  await persistently(async () => {
    const answer = await fetch(`${url}/api/health`)
    await answer.body?.cancel()
    if (!answer.ok) throw new Error(`the web process answers ${answer.status}`)
  })
  return { url, kept }
}

/** Needs the production build. Starts the process and makes the owner whose token is used. */
export async function openWeb(ctx: Context, given: Record<string, string>) {
  const { url, kept } = await startWeb('web', given)
  await createOwnerOnConsole(ctx, {
    email: 'owner@example.org',
    name: 'Owner',
    password: 'correct horse battery staple',
  })
  const { secret } = await createTokenOnConsole(ctx, { name: 'faults', role: 'admin' })
  const client = openClient(url, secret)
  await persistently(() => client.call(z.unknown(), 'GET', ''))

  return {
    url,
    kept,
    /** Asks until it is answered, each time with the same key. */
    request: (environmentId: string, path: string, key: string) =>
      persistently(() =>
        client.call(deployment, 'POST', `/environments/${environmentId}${path}`, { body: {}, key, repeatable: true }),
      ),
    /** What a terminal is shown of a deployment, from its beginning to its end. */
    watch: (environmentId: string, number: number): Promise<Watched> =>
      watch(client, `/environments/${environmentId}/deployments/${number}`),
  }
}

async function watch(client: Client, path: string): Promise<Watched> {
  const watched: Watched = { events: [], chunks: [] }
  const out = (text: string): void => {
    const line = JSON.parse(text) as { event?: Watched['events'][number]; chunk?: Watched['chunks'][number] }
    if (line.event) watched.events.push(line.event)
    if (line.chunk) watched.chunks.push(line.chunk)
  }
  await follow(client, path, { out, err: () => {}, isTerminal: false }, true)
  return watched
}

/** The panel is away for moments: asks again for a minute. */
async function persistently<T>(ask: () => Promise<T>): Promise<T> {
  const until = performance.now() + 60_000
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (performance.now() > until) throw error
      await delay(200)
    }
  }
}
