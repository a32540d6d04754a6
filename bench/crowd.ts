// One worker and fifty servers: what a deployment takes of connections, round trips, transactions and memory.
import type { Host } from '@/test/hosts/hosts.ts'
import { startCrew, type Crew } from './crew.ts'
import { cpuBetween, cpuSpent, workerPids, type Cpu } from './cpu.ts'
import { startFleet } from './fleet-hosts.ts'
import { memoryOf } from './memory.ts'
import type { Flown } from './panel.ts'
import { fleetPhasesOf, type Phases } from './phases.ts'
import type { BenchRepository } from './repositories.ts'
import { readEvents } from '@/lib/store/events.ts'

export type CrowdRun = {
  what: string
  ms: number
  /** Logins and commands of all servers together, as their sshd wrote them down. */
  logins: number
  commands: number
  transactions: number
  phases: Phases
  cpu: Cpu
}
export type Crowd = {
  servers: number
  runs: CrowdRun[]
  /** MB by share of the worker: before the first server, and the most after each run. */
  memory: { before: number; most: number }
}

export async function measureCrowd(
  repository: BenchRepository,
  { url, certificate }: { url: string; certificate: string },
  servers: number,
): Promise<Crowd> {
  console.error(`${servers} servers, a worker …`)
  const fleet = await startFleet(servers, certificate, 64)
  const crew = await startCrew(1, certificate)
  const root = '/webroot/crowd'
  try {
    await fleet.folder(root, servers)
    await Promise.all(fleet.hosts.map(talkative))
    const before = workerMb(crew)
    const ids: string[] = []
    for (const host of fleet.hosts) ids.push(await crew.addServer(host, host.address.port, root))
    const environmentId = await crew.addEnvironment(ids, root, url)
    const runs: CrowdRun[] = []
    let most = 0
    const numbers: number[] = []
    const run = async (what: string, fly: () => Promise<Flown>): Promise<void> => {
      console.error(`${what} on ${servers} servers …`)
      const counted = await counts(crew, fleet.hosts)
      const before = await cpuSpent(fleet.hosts, crew.ctx.db, workerPids())
      const flown = await fly()
      const cpu = cpuBetween(before, await cpuSpent(fleet.hosts, crew.ctx.db, workerPids()))
      numbers.push(flown.number)
      const now = await counts(crew, fleet.hosts)
      runs.push({
        what,
        ms: flown.ms,
        logins: now.logins - counted.logins,
        commands: now.commands - counted.commands,
        transactions: now.transactions - counted.transactions,
        phases: fleetPhasesOf(await readEvents(crew.ctx.db.pool, flown.id)),
        cpu,
      })
      most = Math.max(most, workerMb(crew))
    }
    await run('first', () => crew.deploy(environmentId))
    for (let n = 0; n < 3; n++) {
      repository.commit()
      await run('next', () => crew.deploy(environmentId))
    }
    await run('activate', () => crew.activate(environmentId, numbers.at(-2)!))
    return { servers, runs, memory: { before, most } }
  } finally {
    await crew.stop()
    await fleet.stop()
  }
}

/** Its sshd says of each command that it begins. What it wrote can be read through its own standard error. */
async function talkative(host: Host): Promise<void> {
  const listening = `[ "$(grep -c '^Server listening' /proc/1/fd/2)" -ge 2 ]`
  await host.shell(
    `echo 'LogLevel VERBOSE' >>/etc/host/sshd_config && kill -HUP 1 && until ${listening}; do sleep 0.05; done`,
  )
}

async function counts(crew: Crew, hosts: Host[]): Promise<Pick<CrowdRun, 'logins' | 'commands' | 'transactions'>> {
  const count = `grep -c '^Accepted publickey' /proc/1/fd/2; grep -c '^Starting session: command' /proc/1/fd/2; true`
  const all = await Promise.all(hosts.map(async (host) => (await host.shell(count)).trim().split('\n').map(Number)))
  // A session reports what it did at most once a second.
  await crew.ctx.db.pool.query('SELECT pg_sleep(1.2)')
  const { rows } = await crew.ctx.db.pool.query<{ done: string }>(
    'SELECT xact_commit::text AS done FROM pg_stat_database WHERE datname = current_database()',
  )
  const sum = (at: number): number => all.reduce((total, numbers) => total + numbers[at]!, 0)
  return { logins: sum(0), commands: sum(1), transactions: Number(rows[0]!.done) }
}

function workerMb(crew: Crew): number {
  const all = crew.workers.flatMap(({ pid }) => (pid === undefined ? [] : memoryOf(pid)))
  return all.reduce((sum, { proportionalMb }) => sum + proportionalMb, 0)
}
