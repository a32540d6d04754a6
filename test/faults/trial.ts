// One deployment during which something is killed, and everything that must be right afterwards.
import { setTimeout as delay } from 'node:timers/promises'
import { isFinished } from '@/lib/deploy/status.ts'
import { cancelDeployment, requestDeployment } from '@/lib/panel/deployments.ts'
import { activateRelease, listReleases } from '@/lib/panel/releases.ts'
import { checkTrial } from './checks.ts'
import { actor } from './panel.ts'
import type { Panel } from './panel.ts'
import { randomFrom } from './random.ts'
import type { Random } from './random.ts'
import { look } from './server.ts'
import type { Seen } from './server.ts'

const kinds = ['deploy', 'deploy', 'deploy', 'fail', 'activate', 'cancel'] as const
export type Kind = (typeof kinds)[number]
const victims = ['worker', 'worker', 'every worker', 'postgres'] as const
type Victim = (typeof victims)[number]

/** What is flown, known before anything goes wrong. `null` = nothing is killed. */
export type Trial = {
  seed: number | null
  kind: Kind
  /** What is killed, and when: as a share of how long such a deployment takes. */
  kills: { victim: Victim; at: number }[]
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

/** How long a deployment may take to its end, whatever was killed. */
const limitMs = 90_000

export function trialOf(seed: number): Trial {
  const random = randomFrom(seed)
  const kind = random.pick(kinds)
  const kills = [kill(random)]
  if (random.chance(0.25)) kills.push(kill(random))
  const cancelAt = random.next()
  // Nobody is left to take over when all of them stay away.
  const comesBack = random.chance(0.5) || kills.some(({ victim }) => victim === 'every worker') || kills.length > 1
  return { seed, kind, kills, cancelAt, comesBack }
}

function kill(random: Random): Trial['kills'][number] {
  return { victim: random.pick(victims), at: random.next() * 1.05 }
}

/** Flies a trial and returns what is wrong afterwards, and how long it took. `usualMs`: how long such a one takes. */
export async function fly(panel: Panel, trial: Trial, usualMs: number): Promise<{ flown: Flown; problems: string[] }> {
  for (const worker of panel.workers) worker.start()
  const before = await look(panel.host, panel.root).catch(() => emptyServer)
  const { deploymentId, number, files, activates } = await request(panel, trial.kind, before)
  const startedAt = performance.now()
  const until = (share: number) => delay(Math.max(0, share * usualMs - (performance.now() - startedAt)))
  const acts = trial.kills.map(async ({ victim, at }) => {
    await until(at)
    await strike(panel, victim, deploymentId)
    if (trial.comesBack) for (const worker of panel.workers) worker.start()
  })
  if (trial.kind === 'cancel') acts.push(until(trial.cancelAt).then(() => cancel(panel, deploymentId)))
  const status = await finalStatus(panel, deploymentId, startedAt)
  const tookMs = performance.now() - startedAt
  await Promise.all(acts)
  await panel.ready()
  const flown = { deploymentId, number, status, tookMs, before, files, activates }
  return { flown, problems: await checkTrial(panel, trial, flown) }
}

const emptyServer: Seen = { current: '', tree: '', files: {}, releases: [], rootNames: [], ownNames: [], hidden: [] }

async function request(panel: Panel, kind: Kind, before: Seen) {
  const { ctx, environmentId, sample } = panel
  if (kind !== 'activate') {
    const { nextNumber } = await ctx.db.prisma.environment.findUniqueOrThrow({ where: { id: environmentId } })
    const { files } = sample.commit(nextNumber, kind === 'fail')
    const { id, number } = await requestDeployment(ctx, actor, { environmentId })
    return { deploymentId: id, number, files, activates: null }
  }
  const others = (await listReleases(ctx, actor, { environmentId })).filter(
    (release) => release.state === 'complete' && release.name !== before.current,
  )
  const wanted = others[0]
  if (!wanted) throw new Error('there is no other release to activate')
  const { id, number } = await activateRelease(ctx, actor, { environmentId, number: wanted.number })
  return { deploymentId: id, number, files: null, activates: wanted.name }
}

async function strike(panel: Panel, victim: Victim, deploymentId: string): Promise<void> {
  if (victim === 'postgres') return panel.killPostgres()
  if (victim === 'every worker') return void (await Promise.all(panel.workers.map((worker) => worker.kill())))
  const row = await panel.ctx.db.prisma.deployment.findUnique({ where: { id: deploymentId } }).catch(() => null)
  const holder = panel.workerOf(row?.claimedBy ?? null) ?? panel.workers[0]!
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

async function finalStatus(panel: Panel, id: string, startedAt: number): Promise<string> {
  for (;;) {
    // The database may be the one that was killed.
    const row = await panel.ctx.db.prisma.deployment.findUnique({ where: { id } }).catch(() => null)
    if (row && isFinished(row.status as 'queued')) return row.status
    if (performance.now() - startedAt > limitMs) return row?.status ?? 'unknown'
    await delay(50)
  }
}
