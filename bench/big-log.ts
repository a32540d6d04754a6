// A log of 100 MB while it is written, followed, and fetched: what it does to the memory of the worker and of the web process.
import { setTimeout as delay } from 'node:timers/promises'
import { openClient, type Client } from '@/lib/cli/client.ts'
import { follow } from '@/lib/cli/follow.ts'
import { systemActor } from '@/lib/panel/context.ts'
import { requestDeployment } from '@/lib/panel/deployments.ts'
import { saveHook } from '@/lib/panel/hooks.ts'
import { createTokenOnConsole } from '@/lib/panel/people.ts'
import { startFleet } from './fleet-hosts.ts'
import { memoryOf } from './memory.ts'
import type { BenchPanel } from './panel.ts'

const actor = systemActor('console')
/** Two steps: a single one is ended at 64 MiB. */
const events = ['after.pull', 'before.deploy'] as const
const bytesInStep = 50 * 1024 * 1024
/** Lines of different lengths and contents, about as fast as a disk takes them. */
const hook = `seq -f '[%09g] compiled module with some text behind it that nobody will ever read' 1000000 | head -c ${bytesInStep}\necho\n`
const everyMs = 250

/** MB by share: at rest before, and the most during each part. */
export type BigLog = {
  bytes: number
  program: 'web' | 'worker'
  before: number
  /** In the first and in the second half of the time. */
  writing: [number, number]
  fetching: number
  after: number
}

/** One watcher follows all the while; then three fetch the whole of it at once. */
export async function measureBigLog(panel: BenchPanel, url: string, certificate: string): Promise<BigLog[]> {
  const fleet = await startFleet(1, certificate, 512)
  try {
    const host = fleet.hosts[0]!
    const root = await host.root()
    const serverId = await panel.addServer(host, host.address.port, root)
    const environmentId = await panel.addEnvironment([serverId], root, url)
    // What is compiled and cached with the first deployment and the first watcher isn't the log's.
    const client = openClient(panel.url, await token(panel))
    await watched(panel, client, environmentId)
    for (const event of events)
      await saveHook(panel.ctx, actor, { environmentId, event, text: hook, user: null, timeoutMs: 600_000 })
    const before = now()
    let bytes = 0
    const [number, writing] = await sampled(() => watched(panel, client, environmentId))
    const [, fetching] = await sampled(async () => {
      const path = `${panel.url}/api/v1/environments/${environmentId}/deployments/${number}/log`
      const read = await Promise.all([1, 2, 3].map(async () => sizeOf(path, await token(panel))))
      bytes = read[0]!
    })
    await delay(5_000)
    const after = now()
    return (['web', 'worker'] as const).map((program) => ({
      bytes,
      program,
      before: before[program],
      writing: [
        mostOf(writing.slice(0, writing.length >> 1), program),
        mostOf(writing.slice(writing.length >> 1), program),
      ],
      fetching: mostOf(fetching, program),
      after: after[program],
    }))
  } finally {
    await fleet.stop()
  }
}

type Sizes = { web: number; worker: number }

function now(): Sizes {
  const sizes: Sizes = { web: 0, worker: 0 }
  for (const { program, proportionalMb } of memoryOf(process.pid)) {
    if (/next-server|next start/.test(program)) sizes.web += proportionalMb
    if (program.includes('worker.mjs')) sizes.worker += proportionalMb
  }
  return sizes
}

async function sampled<T>(work: () => Promise<T>): Promise<[T, Sizes[]]> {
  const sizes = [now()]
  const timer = setInterval(() => sizes.push(now()), everyMs)
  try {
    return [await work(), [...sizes, now()]]
  } finally {
    clearInterval(timer)
  }
}

const mostOf = (sizes: Sizes[], program: BigLog['program']): number => Math.max(...sizes.map((one) => one[program]))

/** A deployment with somebody at a terminal who follows it; its number. */
async function watched(panel: BenchPanel, client: Client, environmentId: string): Promise<number> {
  const { number } = await requestDeployment(panel.ctx, actor, { environmentId })
  const nowhere = { out: () => {}, err: () => {}, isTerminal: false }
  const { status } = await follow(client, `/environments/${environmentId}/deployments/${number}`, nowhere, true)
  if (status !== 'succeeded') throw new Error(`the deployment with a large log ended as ${status}`)
  return number
}

const token = async ({ ctx }: BenchPanel): Promise<string> =>
  (await createTokenOnConsole(ctx, { name: 'big log', role: 'admin' })).secret

async function sizeOf(path: string, bearer: string): Promise<number> {
  const response = await fetch(path, { headers: { authorization: `Bearer ${bearer}` } })
  if (!response.ok || !response.body) throw new Error(`${path} answers ${response.status}`)
  let bytes = 0
  for await (const part of response.body) bytes += (part as Uint8Array).length
  return bytes
}
