// First, next and activate, of Fairlead and of the floor, in turns on the same host with the same commits.
import type { Host } from '@/test/hosts/hosts.ts'
import { hangUp } from './fleet.ts'
import { openFloor } from './floor.ts'
import { openLine } from './line.ts'
import type { BenchPanel, Flown } from './panel.ts'
import { median, medianPhases, type Phases } from './phases.ts'
import type { BenchRepository, Size } from './repositories.ts'

export type Kind = 'first' | 'next' | 'activate'
export type Measured = {
  size: Size
  roundTripMs: number
  connection: 'warm' | 'cold'
  kind: Kind
  ours: number[]
  floor: number[]
  /** Median of ours by median of the floor's. */
  ratio: number
  phases: Phases
}

export type Ground = { panel: BenchPanel; host: Host; gitPort: number }
export type Times = { first: number; next: number; activate: number }

/** Each first deployment begins with nothing: no mirror, no tree. `next` and `activate` are spread over these rounds. */
export async function measureDeployments(
  { panel, host, gitPort }: Ground,
  repository: BenchRepository,
  roundTripMs: number,
  isWarm: boolean,
  times: Times,
): Promise<Measured[]> {
  const [ssh, git] = await Promise.all([openLine(host.address.port, roundTripMs), openLine(gitPort, roundTripMs)])
  const floor = await openFloor(host.address, ssh.port, isWarm)
  const url = `https://127.0.0.1:${git.port}/${repository.name}.git`
  const ours: Record<Kind, Flown[]> = { first: [], next: [], activate: [] }
  const theirs: Record<Kind, number[]> = { first: [], next: [], activate: [] }
  const ready = isWarm ? async () => {} : () => hangUp(host, roundTripMs)
  try {
    const serverId = await panel.addServer(host, ssh.port, await host.root())
    for (let round = 0; round < times.first; round++) {
      const [root, floorRoot] = [await host.root(), await host.root()]
      const environmentId = await panel.addEnvironment([serverId], root, url)
      await ready()
      ours.first.push(await panel.deploy(environmentId))
      theirs.first.push(await floor.deploy(floorRoot, url))
      const share = (all: number): number => Math.ceil(all / times.first)
      for (let n = 0; n < share(times.next); n++) {
        repository.commit()
        await ready()
        ours.next.push(await panel.deploy(environmentId))
        theirs.next.push(await floor.deploy(floorRoot, url))
      }
      let [back, live] = ours.next.slice(-2).map((flown) => flown.number)
      for (let n = 0; n < share(times.activate); n++) {
        await ready()
        ours.activate.push(await panel.activate(environmentId, back!))
        theirs.activate.push(await floor.activate(floorRoot))
        ;[back, live] = [live, back]
      }
      await host.shell(`rm -rf ${root} ${floorRoot}`)
    }
  } finally {
    await floor.close()
    await ssh.close()
    await git.close()
  }
  return (['first', 'next', 'activate'] as const).map((kind) => {
    const times = ours[kind].map((flown) => flown.ms)
    return {
      size: repository.size,
      roundTripMs,
      connection: isWarm ? 'warm' : 'cold',
      kind,
      ours: times,
      floor: theirs[kind],
      ratio: median(times) / median(theirs[kind]),
      phases: medianPhases(ours[kind].map((flown) => flown.phases)),
    }
  })
}
