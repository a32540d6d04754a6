// Flies a trial: one deployment during which something goes wrong, what must be right afterwards, and the next deployment.
import { setTimeout as delay } from 'node:timers/promises'
import { isFinished } from '@/lib/deploy/status.ts'
import { cancelDeployment } from '@/lib/panel/deployments.ts'
import { isDatabaseAway } from '@/lib/store/away.ts'
import { findLiveName } from '@/lib/store/places.ts'
import { unseen } from './check-live.ts'
import { checkFlight } from './checks.ts'
import type { Checked } from './checks.ts'
import { kinds } from './kinds.ts'
import type { Heal, KindName } from './kinds.ts'
import { reach } from './moment.ts'
import { actor } from './panel.ts'
import type { Panel } from './panel.ts'
import { look } from './server.ts'
import type { Seen } from './server.ts'
import type { Site } from './site.ts'
import { undisturbed } from './trial.ts'
import type { PlannedFault, Trial } from './trial.ts'
import { decide } from './wish.ts'
import type { Wish } from './wish.ts'

export type Flown = {
  deploymentId: string
  number: number
  status: string
  tookMs: number
  /** Of each target. */
  before: Seen[]
  /** What the panel said that the environment has. */
  liveBefore: string | null
  wish: Wish
  /** Of each target: whether the panel said, before anything was put right again, that it doesn't know what is live there. */
  unknown: boolean[]
}

/** What went wrong, and during what. */
export type Struck = { kind: KindName; server: string; during: string }
export type Report = {
  struck: Struck[]
  status: string
  code: string | null
  tookMs: number
  problems: string[]
  told: string[]
}

/** How long a deployment may take to its end, whatever went wrong. */
const limitMs = 180_000

/** Whether this machine can have that fault at this panel. */
export function canStrike(panel: Panel, kind: KindName, isLab: boolean): boolean {
  const { needs } = kinds[kind]
  return needs === 'nothing' || (needs === 'lab' ? isLab : panel.web !== null)
}

export async function flyTrial(panel: Panel, trial: Trial): Promise<Report> {
  const site = trial.isFirst ? await panel.newSite(trial.servers) : await panel.site(trial.servers)
  const { flown, struck, problems, code, told } = await fly(panel, site, trial)
  const report = { struck, status: flown.status, code, tookMs: flown.tookMs, problems, told }
  const isMaimed = struck.some(({ kind }) => kind === 'release removed by hand')
  if (problems.length === 0) {
    const next = await fly(panel, site, undisturbed('deploy', trial.servers))
    // Of what a person removed by hand the panel hears when it looks for it.
    const isOfHand = (problem: string): boolean => isMaimed && problem.endsWith(unseen)
    const wrong = next.problems.filter((problem) => !isOfHand(problem))
    problems.push(...wrong.map((problem) => `the next deployment: ${problem}`))
    told.push(...next.told)
  }
  if (trial.isFirst) await panel.removeSite(site)
  // Where a release was removed by hand the panel goes on believing in it.
  else if (problems.length > 0 || isMaimed) await panel.forget(trial.servers)
  return report
}

type Result = { flown: Flown; struck: Struck[] } & Checked

/** @throws what is wrong with the tests themselves. */
export async function fly(panel: Panel, site: Site, trial: Trial): Promise<Result> {
  for (const worker of panel.workers) worker.start()
  const before = await Promise.all(site.targets.map(({ host, root }) => look(host, root)))
  const wish = await decide(panel, site, trial.act, before[0]!)
  const liveBefore = await calmly(() => prepare(panel, site, trial))
  const startedAt = performance.now()
  const { id: deploymentId, number } = await request(panel, site, wish)
  const watching = panel.web?.watch(site.environmentId, number)
  const struck: Struck[] = []
  const stays: Heal[] = []
  const strike = async (fault: PlannedFault): Promise<void> => {
    const target = site.targets[fault.server]!
    const { name: during, plan } = await reach(panel, site, fault.server, deploymentId, fault.at)
    const scene = { panel, environmentId: site.environmentId, deploymentId, ...target, release: plan?.release ?? '' }
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
  const unknown = await calmly(() => unknownOn(panel, site))
  for (const heal of stays) await heal()
  await panel.ready()
  for (const worker of panel.workers) worker.start()
  const flown = { deploymentId, number, status, tookMs, before, liveBefore, wish, unknown }
  const watched = isFinished(status as 'queued') ? await watching : undefined
  return { flown, struck, ...(await calmly(() => checkFlight({ panel, site, trial, flown, struck, watched }))) }
}

/** Chooses how servers follow each other; gives what the environment has, by the panel's word. */
async function prepare({ ctx }: Panel, { environmentId: id }: Site, { oneByOne }: Trial): Promise<string | null> {
  const options = { strategy: { batch: oneByOne ? 'one' : 'all' } }
  await ctx.db.prisma.environment.update({ where: { id }, data: { options } })
  return findLiveName(ctx.db.prisma, id)
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

async function unknownOn({ ctx }: Panel, { environmentId, targets }: Site): Promise<boolean[]> {
  const rows = await ctx.db.prisma.target.findMany({ where: { environmentId } })
  return targets.map(({ id }) => rows.find((row) => row.id === id)?.unknownSince !== null)
}

/** Asked as often as it takes, with the same key: from a terminal, or without a web process straight. */
function request(
  { web }: Panel,
  { environmentId }: Site,
  { key, path, ask }: Wish,
): Promise<{ id: string; number: number }> {
  return web ? web.request(environmentId, path, key) : calmly(ask)
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
