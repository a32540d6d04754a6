// Flies a trial: one deployment during which something goes wrong, what must be right afterwards, and the next deployment.
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { isFinished } from '@/lib/deploy/status.ts'
import { cancelDeployment, requestDeployment } from '@/lib/panel/deployments.ts'
import { activateRelease, listReleases } from '@/lib/panel/releases.ts'
import { isDatabaseAway } from '@/lib/store/away.ts'
import { unseen } from './check-live.ts'
import { checkFlight } from './checks.ts'
import { kinds } from './kinds.ts'
import type { Heal, KindName } from './kinds.ts'
import { reach } from './moment.ts'
import { actor } from './panel.ts'
import type { Panel } from './panel.ts'
import { look } from './server.ts'
import type { Seen } from './server.ts'
import type { Site } from './site.ts'
import { undisturbed } from './trial.ts'
import type { Act, PlannedFault, Trial } from './trial.ts'

export type Flown = {
  deploymentId: string
  number: number
  status: string
  tookMs: number
  /** Of each target. */
  before: Seen[]
  /** path → hash that the commit has; null when an existing release is activated. */
  files: Record<string, string> | null
  /** The release that should be live when it succeeds; null = the one that it makes. */
  activates: string | null
}

/** What went wrong, and during what. */
export type Struck = { kind: KindName; server: string; during: string }
export type Report = { struck: Struck[]; status: string; code: string | null; tookMs: number; problems: string[] }

/** How long a deployment may take to its end, whatever went wrong. */
const limitMs = 180_000

/** Whether this machine can have that fault at this panel. */
export function canStrike(panel: Panel, kind: KindName, isLab: boolean): boolean {
  const { needs } = kinds[kind]
  return needs === 'nothing' || (needs === 'lab' ? isLab : panel.web !== null)
}

export async function flyTrial(panel: Panel, trial: Trial): Promise<Report> {
  const site = trial.isFirst ? await panel.newSite(trial.servers) : await panel.site(trial.servers)
  const { flown, struck, problems, code } = await fly(panel, site, trial)
  const report = { struck, status: flown.status, code, tookMs: flown.tookMs, problems }
  const isMaimed = struck.some(({ kind }) => kind === 'release removed by hand')
  if (problems.length === 0) {
    const next = await fly(panel, site, undisturbed('deploy', trial.servers))
    // Of what a person removed by hand the panel hears when it looks for it.
    const isOfHand = (problem: string): boolean => isMaimed && problem.endsWith(unseen)
    const wrong = next.problems.filter((problem) => !isOfHand(problem))
    problems.push(...wrong.map((problem) => `the next deployment: ${problem}`))
  }
  if (trial.isFirst) await panel.removeSite(site)
  // Where a release was removed by hand the panel goes on believing in it.
  else if (problems.length > 0 || isMaimed) panel.forget(trial.servers)
  return report
}

type Result = { flown: Flown; struck: Struck[]; problems: string[]; code: string | null }

/** @throws what is wrong with the tests themselves. */
export async function fly(panel: Panel, site: Site, trial: Trial): Promise<Result> {
  for (const worker of panel.workers) worker.start()
  const before = await Promise.all(site.targets.map(({ host, root }) => look(host, root)))
  const wish = await decide(panel, site, trial.act, before[0]!)
  const startedAt = performance.now()
  const { id: deploymentId, number } = await request(panel, site, wish)
  const watching = panel.web?.watch(site.environmentId, number)
  const struck: Struck[] = []
  const stays: Heal[] = []
  const strike = async (fault: PlannedFault): Promise<void> => {
    const target = site.targets[fault.server]!
    const { name: during, plan } = await reach(panel, site, fault.server, deploymentId, fault.at)
    const scene = { panel, environmentId: site.environmentId, ...target, release: plan?.release ?? '' }
    struck.push({ kind: fault.kind, server: target.name, during })
    const heal = await kinds[fault.kind].strike({ ...scene, live: before[fault.server]!.current })
    if (!heal) return
    if (fault.stays) return void stays.push(heal)
    await delay(fault.lastsMs)
    await heal()
  }
  const acts = trial.faults.map(strike)
  if (trial.act === 'cancel')
    acts.push(reach(panel, site, 0, deploymentId, trial.cancelAt).then(() => cancel(panel, deploymentId)))
  if (trial.act === 'undo') acts.push(committed(panel, deploymentId).then(() => cancel(panel, deploymentId)))
  const status = await finalStatus(panel, deploymentId, startedAt)
  const tookMs = performance.now() - startedAt
  await Promise.all(acts)
  for (const heal of stays) await heal()
  await panel.ready()
  for (const worker of panel.workers) worker.start()
  const flown = { deploymentId, number, status, tookMs, before, files: wish.files, activates: wish.activates }
  const watched = isFinished(status as 'queued') ? await watching : undefined
  return { flown, struck, ...(await calmly(() => checkFlight({ panel, site, trial, flown, struck, watched }))) }
}

/** Again when the database went away once more in between. */
async function calmly<T>(work: () => Promise<T>): Promise<T> {
  const until = performance.now() + limitMs
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isDatabaseAway(error) || performance.now() > until) throw error
      await delay(100)
    }
  }
}

type Wish = { key: string; path: string; number: number | null; files: Flown['files']; activates: string | null }

/** What is asked for: a new commit, or another release that is there. */
async function decide({ ctx, sample }: Panel, { environmentId }: Site, act: Act, before: Seen): Promise<Wish> {
  const key = randomUUID()
  const wanted =
    act === 'activate'
      ? (await listReleases(ctx, actor, { environmentId })).find(
          (release) => release.state === 'complete' && release.name !== before.current,
        )
      : undefined
  // With a single release there is nothing else to activate: a new one is made.
  if (!wanted) {
    const { files } = sample.commit(act === 'fail')
    return { key, path: '/deployments', number: null, files, activates: null }
  }
  const { number, name } = wanted
  return { key, path: `/releases/${number}/activate`, number, files: null, activates: name }
}

/** Asked as often as it takes, with the same key: from a terminal, or without a web process straight. */
function request(
  { ctx, web }: Panel,
  { environmentId }: Site,
  { key: idempotencyKey, path, number }: Wish,
): Promise<{ id: string; number: number }> {
  if (web) return web.request(environmentId, path, idempotencyKey)
  return calmly(() =>
    number === null
      ? requestDeployment(ctx, actor, { environmentId, idempotencyKey })
      : activateRelease(ctx, actor, { environmentId, number, idempotencyKey }),
  )
}

/** As a person would: again until it is said that it was heard, or that it is too late. */
async function cancel(panel: Panel, id: string): Promise<void> {
  for (;;) {
    try {
      await cancelDeployment(panel.ctx, actor, { id })
      return
    } catch (error) {
      if ((error as { code?: unknown }).code === 'conflict') return
      await delay(100)
    }
  }
}

/** Resolves when the panel knows that the release is live, or that the deployment has ended. */
async function committed(panel: Panel, id: string): Promise<void> {
  for (;;) {
    const row = await panel.ctx.db.prisma.deployment.findUnique({ where: { id } }).catch(() => null)
    if (row?.commitAt || row?.finishedAt) return
    await delay(20)
  }
}

async function finalStatus(panel: Panel, id: string, startedAt: number): Promise<string> {
  for (;;) {
    // The database may be the one that was killed.
    const row = await panel.ctx.db.prisma.deployment.findUnique({ where: { id } }).catch(() => null)
    if (row && isFinished(row.status as 'queued')) return row.status
    if (performance.now() - startedAt > limitMs) return row?.status ?? 'unknown'
    await delay(50)
  }
}
