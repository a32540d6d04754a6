// The same deployment to 1, 3 and 10 servers: ours, the floor's script on all of them at once, and what others make of it.
import { setTimeout as delay } from 'node:timers/promises'
import { readEvents } from '@/lib/store/events.ts'
import type { Host } from '@/test/hosts/hosts.ts'
import { cpuBetween, cpuSpent, workerPids, type Cpu } from './cpu.ts'
import type { Fleet } from './fleet-hosts.ts'
import { openFloors } from './floor.ts'
import { openLine } from './line.ts'
import type { BenchPanel, Flown } from './panel.ts'
import { fleetPhasesOf, median, medianPhases, type Phases } from './phases.ts'
import type { BenchRepository } from './repositories.ts'
import type { Rival } from './rivals.ts'

export type FleetCell = {
  servers: number
  roundTripMs: number
  connection: 'warm' | 'cold'
  kind: 'first' | 'next' | 'activate'
  ours: number[]
  floor: number[]
  /** Only of `next`, where they were measured; each run makes its own connections. */
  rivals: Record<string, number[]>
  phases: Phases
  skews: number[]
  /** Of `next`: processor time of each run; of the floor's that of the servers. */
  cpu: { ours: Cpu[]; floor: number[] }
}

export type FleetGround = { panel: BenchPanel; fleet: Fleet; gitPort: number }
export type FleetWish = { servers: number; roundTripMs: number; isWarm: boolean; next: number; activate: number }

let roots = 0

/** In turns, commit by commit. Every deployment of anybody is looked at on every server before the next begins. */
export async function measureFleet(
  { panel, fleet, gitPort }: FleetGround,
  repository: BenchRepository,
  wish: FleetWish,
  rivals: Rival[],
): Promise<FleetCell[]> {
  const { roundTripMs, isWarm, servers } = wish
  const hosts = fleet.hosts.slice(0, servers)
  const lines = await Promise.all(hosts.map((host) => openLine(host.address.port, roundTripMs)))
  const git = await openLine(gitPort, roundTripMs)
  const url = `https://127.0.0.1:${git.port}/${repository.name}.git`
  const floor = await openFloors(
    hosts.map(({ address }, at) => ({ address, port: lines[at]!.port })),
    isWarm,
  )
  const [root, floorRoot] = [`/webroot/ours-${(roots += 1)}`, `/webroot/floor-${roots}`]
  await fleet.folder(root, servers)
  await fleet.folder(floorRoot, servers)
  const ready = isWarm ? async () => {} : () => Promise.all(hosts.map((host) => hangUp(host, roundTripMs)))
  const served = (path: string): Promise<void> => check(hosts, repository, path)
  const ours: Record<FleetCell['kind'], Flown[]> = { first: [], next: [], activate: [] }
  const theirs: Record<FleetCell['kind'], number[]> = { first: [], next: [], activate: [] }
  const cpu: FleetCell['cpu'] = { ours: [], floor: [] }
  const workers = workerPids()
  const spent = (): Promise<Cpu> => cpuSpent(hosts, panel.ctx.db, workers)
  const others: Record<string, number[]> = Object.fromEntries(rivals.map(({ name }) => [name, []]))
  try {
    const ids: string[] = []
    for (const [at, host] of hosts.entries()) ids.push(await panel.addServer(host, lines[at]!.port, root))
    const environmentId = await panel.addEnvironment(ids, root, url)
    await ready()
    ours.first.push(await panel.deploy(environmentId))
    theirs.first.push(await floor.deploy(floorRoot, url))
    // Their first deployments are others' business: clones on each server.
    for (const rival of rivals) await rival.deploy()
    for (let n = 0; n < wish.next; n++) {
      repository.commit()
      await ready()
      const before = await spent()
      ours.next.push(await panel.deploy(environmentId))
      const between = await spent()
      theirs.next.push(await floor.deploy(floorRoot, url))
      const after = await spent()
      cpu.ours.push(cpuBetween(before, between))
      cpu.floor.push(cpuBetween(between, after).servers)
      await served(`${root}/current`)
      await served(`${floorRoot}/current`)
      for (const rival of rivals) {
        others[rival.name]!.push(await rival.deploy())
        await served(`${rival.root}/${rival.served}`)
      }
    }
    let [back, live] = ours.next.slice(-2).map(({ number }) => number)
    for (let n = 0; n < wish.activate; n++) {
      await ready()
      ours.activate.push(await panel.activate(environmentId, back!))
      theirs.activate.push(await floor.activate(floorRoot))
      ;[back, live] = [live, back]
    }
    return await Promise.all(
      (['first', 'next', 'activate'] as const).map((kind) =>
        cellOf(panel, wish, kind, ours[kind], theirs[kind], kind === 'next' ? { rivals: others, cpu } : nothingMore),
      ),
    )
  } finally {
    await floor.close()
    await Promise.all([...lines, git].map((line) => line.close()))
    const gone = [root, floorRoot, ...rivals.map((rival) => rival.root)]
    await Promise.all(hosts.map((host) => host.shell(`rm -rf ${gone.join(' ')}`)))
  }
}

const nothingMore: Pick<FleetCell, 'rivals' | 'cpu'> = { rivals: {}, cpu: { ours: [], floor: [] } }

async function cellOf(
  panel: BenchPanel,
  { servers, roundTripMs, isWarm }: FleetWish,
  kind: FleetCell['kind'],
  flown: Flown[],
  floor: number[],
  more: Pick<FleetCell, 'rivals' | 'cpu'>,
): Promise<FleetCell> {
  const all: Phases[] = []
  for (const { id, phases } of flown)
    all.push(servers === 1 ? phases : fleetPhasesOf(await readEvents(panel.ctx.db.pool, id)))
  return {
    servers,
    roundTripMs,
    connection: isWarm ? 'warm' : 'cold',
    kind,
    ours: flown.map(({ ms }) => ms),
    floor,
    ...more,
    phases: medianPhases(all),
    skews: all.flatMap(({ skew }) => skew ?? []),
  }
}

export const ratioOf = ({ ours, floor }: FleetCell): number => median(ours) / median(floor)

/** Whoever is fast because a server was left out isn't fast. */
async function check(hosts: Host[], repository: BenchRepository, folder: string): Promise<void> {
  const { path, text } = repository.changed()
  for (const [at, host] of hosts.entries())
    if ((await host.shell(`cat ${folder}/${path}`)) !== text)
      throw new Error(`server ${at + 1} doesn't serve the new commit in ${folder}`)
}

/** Ends every login of the deploy user, so that the next one must connect anew. */
export async function hangUp(host: Host, roundTripMs: number): Promise<void> {
  await host.shell(`pkill -u deployer -x sshd; while pgrep -u deployer -x sshd >/dev/null; do sleep 0.02; done`)
  // The panel learns of it half a trip later; what it does about that isn't part of what is measured.
  await delay(100 + 2 * roundTripMs)
}
