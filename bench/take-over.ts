// How long a deployment is without a worker once its own was killed.
import { setTimeout as delay } from 'node:timers/promises'
import { systemActor } from '@/lib/panel/context.ts'
import { requestDeployment } from '@/lib/panel/deployments.ts'
import { saveHook } from '@/lib/panel/hooks.ts'
import { readEvents } from '@/lib/store/events.ts'
import type { DeploymentEvent } from '@/lib/deploy/events.ts'
import { startCrew, type Crew } from './crew.ts'
import { startFleet } from './fleet-hosts.ts'

const actor = systemActor('console')
/** Long enough for its worker to be killed in the middle, and for another to come. */
const hook = 'for n in $(seq 100); do echo "line $n"; sleep 0.1; done\n'

export type TakeOver = {
  /** From SIGKILL until another worker has written into the deployment. */
  writesMs: number
  /** Until it follows what goes on on the server. */
  followsMs: number
}

/** Each time the worker that flies is killed while a hook runs, at a moment of its own within the second of a renewal. */
export async function measureTakeOver(
  repository: { url: string; certificate: string },
  times: number,
): Promise<TakeOver[]> {
  const fleet = await startFleet(1, repository.certificate, 256)
  const crew = await startCrew(2, repository.certificate)
  try {
    const host = fleet.hosts[0]!
    const root = await host.root()
    const serverId = await crew.addServer(host, host.address.port, root)
    const environmentId = await crew.addEnvironment([serverId], root, repository.url)
    await crew.deploy(environmentId)
    await saveHook(crew.ctx, actor, { environmentId, event: 'after.pull', text: hook, user: null, timeoutMs: 120_000 })
    const all: TakeOver[] = []
    for (let time = 0; time < times; time++) {
      console.error(`take-over ${time + 1} of ${times} …`)
      all.push(await killed(crew, environmentId, (time * 1_000) / times))
    }
    return all
  } finally {
    await crew.stop()
    await fleet.stop()
  }
}

async function killed(crew: Crew, environmentId: string, afterMs: number): Promise<TakeOver> {
  const { id } = await requestDeployment(crew.ctx, actor, { environmentId })
  const events = (): Promise<DeploymentEvent[]> => readEvents(crew.ctx.db.pool, id)
  const until = async (isThere: (all: DeploymentEvent[]) => boolean): Promise<DeploymentEvent[]> => {
    for (;;) {
      const all = await events()
      if (isThere(all)) return all
      await delay(10)
    }
  }
  const running = await until((all) => all.some(({ type }) => type === 'step.began'))
  const claimed = running.find((event) => event.type === 'claimed')
  const worker = claimed?.type === 'claimed' ? crew.workerOf(claimed.data.worker) : undefined
  if (!worker) throw new Error('nobody knows the worker that claimed the deployment')
  await delay(afterMs)
  const before = (await events()).at(-1)!.seq
  const at = performance.now()
  await worker.kill()
  await until((all) => all.some(({ seq, type }) => seq > before && type === 'claimed'))
  const writesMs = performance.now() - at
  await until((all) => all.some(({ seq, type }) => seq > before && type === 'segment.attached'))
  const followsMs = performance.now() - at
  worker.start()
  await until((all) => all.some(({ type }) => type === 'finished'))
  return { writesMs, followsMs }
}
