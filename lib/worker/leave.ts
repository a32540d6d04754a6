// An environment leaves a server: what may go there goes, then the records of it, and then the panel forgets the server.
import { PanelError } from '@/lib/errors.ts'
import { planHash } from '@/lib/deploy/agreement.ts'
import { draftLeave } from '@/lib/deploy/plan-removal.ts'
import { departProgram } from '@/lib/deploy/programs.ts'
import type { Plan } from '@/lib/deploy/types.ts'
import type { DeploymentSource } from '@/lib/store/deployments.ts'
import { readTargets } from '@/lib/store/jobs.ts'
import { recordPlan } from '@/lib/store/targets.ts'
import { assembled, common } from './drafts.ts'
import { Refusal, answerOf } from './exchange.ts'
import { failureOfServer } from './failure.ts'
import type { Flight } from './flight.ts'
import { liveRelease, targetOf } from './ground.ts'
import type { Verdict } from './judge.ts'

/** The target that a deployment leaves for good when it succeeds; null = it does something else. */
export function leftTarget({ job }: Flight): string | null {
  const { type } = job.source as DeploymentSource
  return type === 'leave' ? (job.targetIds[0] ?? null) : null
}

/** What was asked for may have become wrong. @throws PanelError invalid, release_missing. */
export async function planLeave(flight: Flight): Promise<Plan> {
  const { job } = flight
  const source = job.source as DeploymentSource
  if (source.type !== 'leave') throw new PanelError('invalid', 'This names no server to leave.')
  await demandOthers(flight)
  const release = liveRelease(flight) ?? job.environment.releases.at(-1)
  if (!release) throw new PanelError('release_missing', 'Nothing was ever deployed there.')
  const { name, revision, subject, author, ref } = release
  const run = { number: job.number, at: job.createdAt }
  const plan = await assembled(flight, async (one) =>
    draftLeave({ ...common(one, run, liveRelease(one), [], []), release: name, revision, keep: source.keep }),
  )
  await flight.record([{ type: 'resolved', data: { revision, subject, author, ref } }], (write) =>
    recordPlan(write, plan, planHash(plan), release.id),
  )
  return plan
}

/** The environment keeps a server, and what is live. */
async function demandOthers(flight: Flight): Promise<void> {
  const { worker, environment } = flight
  const target = targetOf(flight)
  const others = (await readTargets(worker.db, environment.id)).filter(({ id }) => id !== target.id)
  if (others.length === 0)
    throw new PanelError('invalid', `${target.server.name} is the only server of this environment.`)
  const live = environment.releases.find(({ id }) => id === environment.liveReleaseId)?.name
  if (target.liveRelease === live && live !== undefined && !others.some(({ liveRelease: name }) => name === live))
    throw new PanelError('invalid', `The live release is on ${target.server.name} alone.`)
}

/**
 * Once the step has ended well, its own records go, too, and with them the last of what is kept there. Whoever takes over after that
 * finds nothing any more, which is as good.
 */
export async function depart(flight: Flight, targetId: string, verdict: Verdict): Promise<Verdict> {
  const lane = flight.lane(targetId)
  try {
    const connection = await flight.worker.connector.connect(lane.address(), { signal: flight.gone })
    try {
      await answerOf(connection, departProgram(lane.context()))
    } finally {
      connection.end()
    }
    return verdict
  } catch (error) {
    flight.gone.throwIfAborted()
    if (error instanceof Refusal && error.code === 'missing') return verdict
    return { status: 'failed', failure: failureOfServer(error, lane.server), undo: null }
  }
}
