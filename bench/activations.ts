// One release, then the other, again and again on several servers, under the eyes of visitors and readers.
import { readEvents } from '@/lib/store/events.ts'
import { startTraffic, type Seen } from '@/test/traffic/traffic.ts'
import { startCrew } from './crew.ts'
import { startFleet } from './fleet-hosts.ts'
import { fleetPhasesOf } from './phases.ts'
import type { BenchRepository } from './repositories.ts'

export type Activations = {
  servers: number
  count: number
  seen: Seen
  /** Answers that were no release's revision. */
  strange: number
  /** Between the first server's switch and the last one's, of each activation. */
  skews: number[]
  ms: number[]
}

export async function measureActivations(
  repository: BenchRepository,
  { url, certificate }: { url: string; certificate: string },
  { servers, count }: { servers: number; count: number },
): Promise<Activations> {
  const fleet = await startFleet(servers, certificate, 256)
  const crew = await startCrew(1, certificate)
  const root = '/webroot/activations'
  try {
    await fleet.folder(root, servers)
    const ids: string[] = []
    for (const host of fleet.hosts) ids.push(await crew.addServer(host, host.address.port, root))
    const environmentId = await crew.addEnvironment(ids, root, url)
    const revisions = [repository.commit()]
    const first = await crew.deploy(environmentId)
    revisions.push(repository.commit())
    const second = await crew.deploy(environmentId)
    const numbers = [first.number, second.number]
    const traffic = await startTraffic(
      fleet.hosts,
      fleet.hosts.map(() => root),
    )
    const [ms, skews]: [number[], number[]] = [[], []]
    for (let n = 0; n < count; n++) {
      if (n % 50 === 0) console.error(`activation ${n} of ${count} …`)
      const flown = await crew.activate(environmentId, numbers[n % 2]!)
      ms.push(flown.ms)
      skews.push(fleetPhasesOf(await readEvents(crew.ctx.db.pool, flown.id)).skew ?? 0)
    }
    const seen = await traffic.stop()
    const strange = Object.entries(seen.answers).filter(([answer]) => !revisions.includes(answer))
    return { servers, count, seen, strange: strange.reduce((sum, [, times]) => sum + times, 0), skews, ms }
  } finally {
    await crew.stop()
    await fleet.stop()
  }
}
