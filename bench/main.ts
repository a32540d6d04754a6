// `npm run bench`: how long deployments take beside the shortest script that does the same, how fast a line reaches the page,
// what a panel at rest takes, and how pages stand a million deployments and a million lines. Needs root (for a test host of its
// own), git and an OpenSSH client; nothing else should run. `--only small|middle|lines|push|memory|fleet|take-over|big-log|crowd|
// activations|scale`, `--servers 1,3,10`, `--count 1000` (activations) and `--quick` (few repetitions) are for working on it.
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildPanel, isBuilt } from '@/scripts/build-panel.ts'
import { canMakeMachines, startHost } from '@/test/hosts/hosts.ts'
import { freePort } from '@/test/hosts/port.ts'
import { measureDeployments } from './deployments.ts'
import { activations, bigLog, crowd, measureFleets, takeOvers } from './fleet-parts.ts'
import { openGitHost } from './git-host.ts'
import { idleMemory } from './idle.ts'
import { measureLines } from './lines.ts'
import { startBenchPanel } from './panel.ts'
import { measurePushes } from './push.ts'
import { makeRepository, type Size } from './repositories.ts'
import { keep, report, type Results } from './report.ts'
import { nothing } from './report-fleet.ts'
import { measureLog } from './scale-log.ts'
import { measureScale } from './scale.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    servers: { type: 'string' },
    count: { type: 'string' },
  },
})
const wants = (part: string): boolean => values.only === undefined || values.only === part
const times = values.quick
  ? { first: 1, next: 3, activate: 2, look: 20, takeOver: 3 }
  : { first: 3, next: 9, activate: 9, look: 100, takeOver: 10 }
const roundTrips = [0, 50]
const diskMb = 4096

const onHost = ['small', 'middle', 'lines', 'push'].some(wants)
if ((onHost || ['memory', 'fleet', 'take-over', 'big-log', 'crowd', 'activations'].some(wants)) && !canMakeMachines())
  throw new Error('The bench needs a test host of its own: run it as root, outside a container.')
if (!isBuilt()) await buildPanel()
const panelPort = await freePort()
const results: Results = {
  deployments: [],
  lines: [],
  memory: [],
  scale: [],
  log: null,
  push: null,
  fleet: { ...nothing },
}
if (wants('memory')) results.memory = await idleMemory(panelPort)
if (onHost) await measureOnHost()
if (wants('fleet')) {
  const counts = (values.servers ?? '1,3,10').split(',').map(Number)
  const measured = await measureFleets(panelPort, { counts, next: times.next, activate: times.activate })
  results.fleet = { ...results.fleet, ...measured }
}
if (wants('take-over')) results.fleet.takeOvers = await takeOvers(times.takeOver)
if (wants('big-log')) results.fleet.bigLog = await bigLog(panelPort)
if (wants('crowd')) results.fleet.crowd = await crowd(Number(values.servers ?? 50))
if (wants('activations'))
  results.fleet.activations = await activations({
    servers: Number(values.servers ?? 3),
    count: Number(values.count ?? (values.quick ? 60 : 1_000)),
  })
if (wants('scale')) {
  results.scale = await measureScale(times.look)
  results.log = await measureLog()
}
console.log(report(results))
console.error(`\nAll figures: ${keep(join(import.meta.dirname, 'results'), results)}`)
// The connection that was told of changes stays open.
process.exit(0)

/** Deployments and lines: a host, a Git host and a panel between them. */
async function measureOnHost(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-bench-git-'))
  const host = await startHost({ diskMb })
  const git = await openGitHost(folder)
  await host.shell(`cat > /home/deployer/git-host.pem <<'END'\n${readFileSync(git.certificate, 'utf8')}END`)
  const panel = await startBenchPanel(panelPort, git.certificate)
  try {
    if (wants('small') || wants('middle')) {
      // A panel that has been up for a while: its first deployment of all also compiles what it runs.
      console.error('warming up …')
      const ground = { panel, host, gitPort: git.port }
      await measureDeployments(ground, makeRepository(folder, 'small', 'warm-up'), 0, true, {
        first: 2,
        next: 4,
        activate: 4,
      })
    }
    for (const size of ['small', 'middle'] satisfies Size[]) {
      if (!wants(size)) continue
      const repository = makeRepository(folder, size)
      for (const roundTripMs of roundTrips)
        for (const isWarm of [true, false]) {
          console.error(`${size}, ${roundTripMs} ms, ${isWarm ? 'warm' : 'cold'} …`)
          const ground = { panel, host, gitPort: git.port }
          results.deployments.push(...(await measureDeployments(ground, repository, roundTripMs, isWarm, times)))
        }
    }
    if (wants('lines')) {
      makeRepository(join(folder, 'lines'), 'small')
      for (const roundTripMs of roundTrips) {
        console.error(`lines, ${roundTripMs} ms …`)
        const url = `https://127.0.0.1:${git.port}/lines/small.git`
        results.lines.push({ roundTripMs, delays: await measureLines({ panel, host }, url, roundTripMs) })
      }
    }
    if (wants('push')) {
      const repository = makeRepository(join(folder, 'push'), 'small')
      const url = `https://127.0.0.1:${git.port}/push/small.git`
      console.error('pushes …')
      const wanted = { seconds: values.quick ? 5 : 30, pushes: values.quick ? 5 : 40 }
      results.push = await measurePushes({ panel, host }, url, repository, wanted)
    }
  } finally {
    await panel.stop()
    await git.close()
    await host.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
