// What `npm run bench` does with several hosts.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { measureCrowd, type Crowd } from './crowd.ts'
import { measureFleet, type FleetWish } from './fleet.ts'
import { measureActivations, type Activations } from './activations.ts'
import { measureBigLog, type BigLog } from './big-log.ts'
import { startFleet } from './fleet-hosts.ts'
import { openGitHost, type GitHost } from './git-host.ts'
import { startBenchPanel } from './panel.ts'
import type { FleetResults } from './report-fleet.ts'
import { makeRepository, type BenchRepository } from './repositories.ts'
import { installRivals } from './rivals-install.ts'
import { openRivals } from './rivals.ts'
import { measureTakeOver, type TakeOver } from './take-over.ts'

const root = join(import.meta.dirname, '..')
const diskMb = 2048

export type FleetChoice = { counts: number[]; next: number; activate: number }

/** Servers × round trip × connection; others deploy beside us where nothing is simulated and connections are as they come. */
export async function measureFleets(
  panelPort: number,
  choice: FleetChoice,
): Promise<Pick<FleetResults, 'cells' | 'found' | 'missing'>> {
  const rivalFolder = join(resolve(process.env.FAIRLEAD_DATA || join(root, '.data')), 'bench-rivals')
  console.error(`others, into ${rivalFolder} …`)
  const tools = await installRivals(rivalFolder)
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-bench-git-'))
  const git = await openGitHost(folder)
  const fleet = await startFleet(Math.max(...choice.counts), git.certificate, diskMb)
  const panel = await startBenchPanel(panelPort, git.certificate)
  const results: Awaited<ReturnType<typeof measureFleets>> = { cells: [], found: tools.found, missing: tools.missing }
  const ground = { panel, fleet, gitPort: git.port }
  try {
    console.error('warming up …')
    const warmUp = { servers: 1, roundTripMs: 0, isWarm: true, next: 4, activate: 4 }
    await measureFleet(ground, makeRepository(folder, 'small', 'warm-up'), warmUp, [])
    const repository = makeRepository(folder, 'small')
    const url = `https://127.0.0.1:${git.port}/${repository.name}.git`
    for (const servers of choice.counts)
      for (const { roundTripMs, isWarm, withRivals } of conditions) {
        console.error(`${servers} servers, ${roundTripMs} ms, ${isWarm ? 'warm' : 'cold'} …`)
        const rivals = withRivals ? await openRivals(rivalFolder, tools, fleet, servers, url, git.certificate) : null
        const wish: FleetWish = { servers, roundTripMs, isWarm, next: choice.next, activate: choice.activate }
        try {
          results.cells.push(...(await measureFleet(ground, repository, wish, rivals?.all ?? [])))
        } finally {
          await rivals?.close()
        }
      }
    return results
  } finally {
    await panel.stop()
    await git.close()
    await fleet.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

const conditions = [
  { roundTripMs: 0, isWarm: true, withRivals: false },
  { roundTripMs: 0, isWarm: false, withRivals: true },
  { roundTripMs: 50, isWarm: true, withRivals: false },
]

/** A worker is killed so many times. */
export function takeOvers(times: number): Promise<TakeOver[]> {
  return withRepository((_repository, url, { certificate }) => measureTakeOver({ url, certificate }, times))
}

export function bigLog(panelPort: number): Promise<BigLog[]> {
  return withRepository(async (_repository, url, { certificate }) => {
    const panel = await startBenchPanel(panelPort, certificate)
    return measureBigLog(panel, url, certificate).finally(() => panel.stop())
  })
}

export function crowd(servers: number): Promise<Crowd> {
  return withRepository((repository, url, { certificate }) => measureCrowd(repository, { url, certificate }, servers))
}

export function activations(wanted: { servers: number; count: number }): Promise<Activations> {
  return withRepository((repository, url, { certificate }) =>
    measureActivations(repository, { url, certificate }, wanted),
  )
}

type Work<T> = (repository: BenchRepository, url: string, git: GitHost) => Promise<T>

async function withRepository<T>(work: Work<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-bench-git-'))
  const git = await openGitHost(folder)
  const repository = makeRepository(folder, 'small')
  try {
    return await work(repository, `https://127.0.0.1:${git.port}/small.git`, git)
  } finally {
    await git.close()
    await rm(folder, { recursive: true, force: true })
  }
}
