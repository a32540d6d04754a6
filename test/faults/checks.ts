// Everything that must be true after a deployment, whatever went wrong on the way. Problems are gathered, all at once.
import { setTimeout as delay } from 'node:timers/promises'
import { isGivenUp } from '@/lib/deploy/fleet-live.ts'
import { reduce } from '@/lib/deploy/reducer.ts'
import { isFinished } from '@/lib/deploy/status.ts'
import type { Failure, FailureCode, Plan } from '@/lib/deploy/types.ts'
import { readEvents } from '@/lib/store/events.ts'
import { findLiveName } from '@/lib/store/places.ts'
import { eventProblems, watchedProblems } from './check-events.ts'
import { liveProblems, nameProblems } from './check-live.ts'
import { logProblems } from './check-logs.ts'
import type { Flown, Struck } from './fly.ts'
import { kinds } from './kinds.ts'
import type { Panel } from './panel.ts'
import { look, processesIn } from './server.ts'
import type { Site } from './site.ts'
import type { Act, Trial } from './trial.ts'
import type { Watched } from './web.ts'

/** As what deployments end when nothing goes wrong; a wish to cancel may come too late. */
const expected: Record<Act, string[]> = {
  deploy: ['succeeded'],
  activate: ['succeeded'],
  fail: ['failed'],
  cancel: ['cancelled', 'succeeded'],
  undo: ['cancelled', 'succeeded'],
  variables: ['succeeded'],
  files: ['succeeded'],
}

export type Flight = {
  panel: Panel
  site: Site
  trial: Trial
  flown: Flown
  struck: Struck[]
  watched?: Watched | undefined
}
/** What the faults that struck excuse. */
export type Excuse = {
  /** As what it may fail. */
  codes: Set<FailureCode>
  /** Records on the server and its processes may be lost. */
  loses: boolean
  /** Something may be left until the next deployment: a disk couldn't be written to, a server was away. */
  leaves: boolean
  /** A release was removed by hand. */
  maims: boolean
}
/** `told`: the events of a flight that violated something, a line each. */
export type Checked = { problems: string[]; code: string | null; told: string[] }

export async function checkFlight({ panel, site, trial, flown, struck, watched }: Flight): Promise<Checked> {
  const { ctx } = panel
  const row = await ctx.db.prisma.deployment.findUniqueOrThrow({ where: { id: flown.deploymentId } })
  const failure = row.failure as Failure | null
  const code = failure?.code ?? null
  if (!isFinished(flown.status as 'queued')) return { problems: [`it did not end: ${flown.status}`], code, told: [] }
  const events = await readEvents(ctx.db.pool, flown.deploymentId)
  const state = reduce(events)
  const plan = row.plan as Plan | null
  const excuse = excuseOf(struck)
  const gone = site.targets.filter(({ id, name }) => isGone(struck, name) && isGivenUp(state, id))
  const problems = endProblems(trial, flown, failure, excuse, gone.length > 0)
  // Of several servers each runs several programs, one after the other: between two of them nobody is at work there.
  const isAtWork = state.segments.some(
    ({ startedAt, server, outcome }) => startedAt !== null && outcome !== 'ok' && server === failure?.server,
  )
  if (code === 'unreachable' && isAtWork) problems.push('it gave up a server on which it was at work')
  problems.push(
    ...eventProblems(events, state, row, excuse),
    ...(watched ? await watchedProblems(panel, flown, events, watched) : []),
  )
  const live = await findLiveName(ctx.db.prisma, site.environmentId)
  const wanted = flown.status === 'succeeded' ? (flown.wish.activates ?? plan?.release) : flown.liveBefore
  // Of one server what it says counts, which is checked below.
  if (site.targets.length > 1 && live !== wanted) problems.push(`the environment has ${live}, not ${wanted}`)
  for (const [index, target] of site.targets.entries()) {
    const place = {
      ...target,
      panel,
      environmentId: site.environmentId,
      before: flown.before[index]!,
      excuse,
      isGivenUp: gone.includes(target),
      isUnknown: flown.unknown[index]!,
    }
    const left = await quiet(place)
    const after = await look(target.host, target.root)
    const found = [
      ...(left.length > 0 ? [`processes are left:\n${left.join('\n')}`] : []),
      ...(await liveProblems(place, flown, plan, failure, after)),
      ...(excuse.leaves ? [] : nameProblems(after, flown, place.before)),
      ...(plan ? await logProblems(place, flown, plan, state) : []),
    ]
    problems.push(...found.map((problem) => (site.targets.length > 1 ? `${target.name}: ${problem}` : problem)))
  }
  const told = events.map(({ seq, type, data }) => `${seq} ${type} ${JSON.stringify(data)}`.slice(0, 200))
  return { problems, code, told: problems.length > 0 ? told : [] }
}

/** Its line was gone to the end, with somebody who waits no longer. */
function isGone(struck: Struck[], server: string): boolean {
  return struck.some((one) => one.kind === 'line gone, server given up' && one.server === server)
}

function excuseOf(struck: Struck[]): Excuse {
  const all = struck.map(({ kind }) => kinds[kind])
  return {
    codes: new Set(all.flatMap(({ codes }): readonly FailureCode[] => codes)),
    loses: all.some(({ loses }) => loses),
    leaves: all.some(({ needs, codes }) => needs === 'lab' && codes.length > 0),
    maims: struck.some(({ kind }) => kind === 'release removed by hand'),
  }
}

/** As nothing had been, or as a failure that the fault explains, which names code, server and step. */
function endProblems(
  trial: Trial,
  flown: Flown,
  failure: Failure | null,
  excuse: Excuse,
  isGivenUp: boolean,
): string[] {
  const said = `${flown.status}: ${JSON.stringify(failure)}`
  if (isGivenUp && flown.status === 'cancelled') return []
  if (flown.status !== 'failed') return expected[trial.act].includes(flown.status) ? [] : [`it ended as ${said}`]
  if (!failure) return ['it failed without a word']
  if (trial.act === 'fail' && failure.code === 'command_failed' && failure.exit === 3) return []
  if (!excuse.codes.has(failure.code)) return [`it ended as ${said}`]
  const problems: string[] = []
  if (!failure.server) problems.push(`the failure names no server: ${said}`)
  if (!failure.step && failure.code === 'command_failed') problems.push(`the failure names no step: ${said}`)
  if (!/[.!?]$/.test(failure.message) && !failure.step) problems.push(`that is no sentence: ${said}`)
  return problems
}

/** Followers of killed workers end once sshd has noticed: they get some seconds. */
async function quiet({ host, root }: Site['targets'][number]): Promise<string[]> {
  const until = performance.now() + 60_000
  for (;;) {
    const left = await processesIn(host, root)
    if (left.length === 0 || performance.now() > until) return left
    await delay(100)
  }
}
