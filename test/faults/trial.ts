// One deployment during which something is killed, and everything that must be right afterwards.
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { isFinished } from '@/lib/deploy/status.ts'
import { cancelDeployment, requestDeployment } from '@/lib/panel/deployments.ts'
import { activateRelease, listReleases } from '@/lib/panel/releases.ts'
import { isDatabaseAway } from '@/lib/store/away.ts'
import { checkTrial } from './checks.ts'
import type { Checked } from './checks.ts'
import { actor } from './panel.ts'
import type { Panel } from './panel.ts'
import { randomFrom } from './random.ts'
import { look } from './server.ts'
import type { Seen } from './server.ts'

/** `undo`: cancelled as soon as the release is live. */
const kinds = ['deploy', 'deploy', 'fail', 'activate', 'cancel', 'undo'] as const
export type Kind = (typeof kinds)[number]
const victims = ['worker', 'worker', 'every worker', 'postgres', 'postgres', 'connection', 'web', 'web'] as const
type Victim = (typeof victims)[number]

/** What is flown, known before anything goes wrong. `null` = nothing is killed. */
export type Trial = {
  seed: number | null
  kind: Kind
  /** Whether it is the first one of its environment. */
  isFirst: boolean
  /** What is killed, and when: as a share of how long such a deployment takes. */
  kills: readonly { victim: Victim; at: number }[]
  /** When the deployment is cancelled. */
  cancelAt: number
  /** Whether a killed worker comes back while the deployment is under way; without it another one takes over. */
  comesBack: boolean
}

export type Flown = {
  deploymentId: string
  number: number
  status: string
  tookMs: number
  before: Seen
  /** path → hash that the commit has; null when an existing release is activated. */
  files: Record<string, string> | null
  /** The release that should be live when it succeeds; null = the one that it makes. */
  activates: string | null
}

export type Usual = { deploy: number; activate: number }

/** How long a deployment may take to its end, whatever was killed. */
const limitMs = 90_000

export function trialOf(seed: number): Trial {
  const random = randomFrom(seed)
  const kind = random.pick(kinds)
  const cancelAt = random.next()
  // Around the wish to cancel, as little happens after it.
  const [from, share] = kind === 'cancel' ? [cancelAt - 0.2, 0.5] : kind === 'undo' ? [0.6, 0.8] : [0, 1.05]
  const kill = () => ({ victim: random.pick(victims), at: Math.max(0, from + random.next() * share) })
  const kills = random.chance(0.25) ? [kill(), kill()] : [kill()]
  // Nobody is left to take over when all of them stay away.
  const comesBack = random.chance(0.5) || kills.some(({ victim }) => victim === 'every worker') || kills.length > 1
  const isFirst = kind !== 'activate' && random.chance(0.2)
  return { seed, kind, isFirst, kills, cancelAt, comesBack }
}

/** How long deployments and activations take when nothing is killed, in ms; the first ones count for nothing. @throws when something is wrong. */
export async function warmUp(panel: Panel): Promise<Usual> {
  const usual: Usual = { deploy: 0, activate: 0 }
  for (const kind of ['deploy', 'deploy', 'deploy', 'activate'] as const) {
    const undisturbed = { seed: null, kind, isFirst: false, kills: [], cancelAt: 0, comesBack: true }
    const { flown, problems } = await fly(panel, undisturbed, usual)
    if (problems.length > 0)
      throw new Error(`undisturbed, ${kind}: ${problems.join('\n')}\n${panel.lines().join('\n')}`)
    usual[kind] = flown.tookMs
  }
  return usual
}

/** Flies a trial, and gives what is wrong afterwards. */
export async function fly(here: Panel, trial: Trial, usual: Usual): Promise<Checked & { flown: Flown }> {
  const panel = trial.isFirst ? { ...here, ...(await here.newSite()) } : here
  for (const worker of panel.workers) worker.start()
  const before = await look(panel.host, panel.root)
  const wish = await decide(panel, trial.kind, before)
  const usualMs = trial.kind === 'activate' ? usual.activate : usual.deploy
  const startedAt = performance.now()
  const until = (share: number) => delay(Math.max(0, share * usualMs - (performance.now() - startedAt)))
  const acts = trial.kills.map(async ({ victim, at }) => {
    await until(at)
    await strike(panel, victim)
    if (trial.comesBack) for (const worker of panel.workers) worker.start()
  })
  const { id: deploymentId, number } = await request(panel, wish)
  const watching = panel.web?.watch(panel.environmentId, number)
  if (trial.kind === 'cancel') acts.push(until(trial.cancelAt).then(() => cancel(panel, deploymentId)))
  if (trial.kind === 'undo') acts.push(committed(panel, deploymentId).then(() => cancel(panel, deploymentId)))
  const status = await finalStatus(panel, deploymentId, startedAt)
  const tookMs = performance.now() - startedAt
  await Promise.all(acts)
  await panel.ready()
  const flown = { deploymentId, number, status, tookMs, before, files: wish.files, activates: wish.activates }
  const watched = isFinished(status as 'queued') ? await watching : undefined
  return { flown, ...(await calmly(() => checkTrial(panel, trial, flown, watched))) }
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
async function decide(panel: Panel, kind: Kind, before: Seen): Promise<Wish> {
  const { ctx, environmentId, sample } = panel
  const key = randomUUID()
  if (kind !== 'activate') {
    const { files } = sample.commit(kind === 'fail')
    return { key, path: '/deployments', number: null, files, activates: null }
  }
  const wanted = (await listReleases(ctx, actor, { environmentId })).find(
    (release) => release.state === 'complete' && release.name !== before.current,
  )
  if (!wanted) throw new Error('there is no other release to activate')
  return {
    key,
    path: `/releases/${wanted.number}/activate`,
    number: wanted.number,
    files: null,
    activates: wanted.name,
  }
}

/** Asked as often as it takes, with the same key: from a terminal, or without a web process straight. */
function request(panel: Panel, { key: idempotencyKey, path, number }: Wish): Promise<{ id: string; number: number }> {
  const { ctx, environmentId, web } = panel
  if (web) return web.request(environmentId, path, idempotencyKey)
  return calmly(() =>
    number === null
      ? requestDeployment(ctx, actor, { environmentId, idempotencyKey })
      : activateRelease(ctx, actor, { environmentId, number, idempotencyKey }),
  )
}

async function strike(panel: Panel, victim: Victim): Promise<void> {
  const { ctx, environmentId, web, workers } = panel
  if (victim === 'postgres') return panel.killPostgres()
  if (victim === 'connection') return panel.killConnection().catch(() => {})
  if (victim === 'every worker') return void (await Promise.all(workers.map((worker) => worker.kill())))
  if (victim === 'web' && web) {
    await web.kept.kill()
    return web.kept.start()
  }
  const row = await ctx.db.prisma.deployment
    .findFirst({ where: { environmentId, status: 'running' } })
    .catch(() => null)
  const holder = panel.workerOf(row?.claimedBy ?? null) ?? workers[0]!
  await holder.kill()
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
