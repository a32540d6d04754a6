// The plan of a flight: made from what is known now, held against what a person agreed to, stored before any server is touched.
import { PanelError } from '@/lib/errors.ts'
import { planHash } from '@/lib/deploy/agreement.ts'
import type { Commit, Plan, TreeChange } from '@/lib/deploy/types.ts'
import type { DeploymentSource } from '@/lib/store/deployments.ts'
import { recordPlan } from '@/lib/store/targets.ts'
import { demandAgreed } from './agreement.ts'
import { draftExisting, draftNew } from './drafts.ts'
import type { NewDraft, Run } from './drafts.ts'
import type { Flight } from './flight.ts'
import { refuseOvertaken } from './overtaken.ts'
import { fetch, openMirror, resolved } from './source.ts'

export type NewPlan = { plan: Plan; changes: TreeChange[] }

/** A plan of kind `deploy`, and what it ships; `dispose` that. `whole`: on top of nothing, whatever servers have. */
export async function planNew(flight: Flight, whole = false): Promise<NewPlan> {
  const { job } = flight
  const mirror = await openMirror(flight)
  const source = job.source as DeploymentSource
  if (source.type !== 'git') throw new PanelError('invalid', 'This deployment has no commit to deploy.')
  if (!job.revision) await fetch(flight, mirror)
  const wanted = job.revision ?? flight.state.commit?.revision
  const commit = wanted ? await resolved(flight, mirror, wanted) : await mirror.resolve(source.commit ?? source.ref)
  if (source.unless && !whole) await refuseOvertaken(flight, mirror, commit.sha, source.unless)
  const drafting = draftNew(flight, runOf(flight), { mirror, commit, whole, repair: source.repair ?? false })
  try {
    const [draft] = await Promise.all([drafting, tellCommit(flight, commit, source.ref)])
    await demandAgreed(flight.worker, job, draft.plan)
    await storeNew(flight, source.ref, draft)
    return draft
  } catch (error) {
    await drafting.then(({ changes }) => disposeAll(changes)).catch(() => {})
    throw error
  }
}

export async function disposeAll(changes: readonly TreeChange[]): Promise<void> {
  for (const change of changes) await change.dispose()
}

function runOf({ job }: Flight): Run {
  return { number: job.number, at: job.createdAt }
}

async function tellCommit(flight: Flight, { sha, subject, author }: Commit, ref: string): Promise<void> {
  if (!flight.state.commit) await flight.record([{ type: 'resolved', data: { revision: sha, subject, author, ref } }])
}

async function storeNew(flight: Flight, ref: string, draft: NewDraft): Promise<void> {
  const { plan, commit, variables, envSha256 } = draft
  await flight.record([], (write) =>
    recordPlan(write, plan, planHash(plan), {
      number: flight.job.number,
      name: plan.release,
      revision: commit.sha,
      ref,
      subject: commit.subject,
      author: commit.author,
      committedAt: new Date(commit.at),
      variableSetId: variables?.id ?? null,
      envSha256,
    }),
  )
}

/** A plan of kind `activate`. */
export async function planExisting(flight: Flight): Promise<Plan> {
  const source = flight.job.source as DeploymentSource
  if (source.type !== 'release') throw new PanelError('invalid', 'This activation names no release.')
  const mirror = await openMirror(flight)
  const { plan, release } = await draftExisting(flight, runOf(flight), {
    mirror,
    number: source.number,
    repair: source.repair ?? false,
  })
  await demandAgreed(flight.worker, flight.job, plan)
  const { revision, subject, author, ref } = release
  await flight.record([{ type: 'resolved', data: { revision, subject, author, ref } }], (write) =>
    recordPlan(write, plan, planHash(plan), release.id),
  )
  return plan
}
