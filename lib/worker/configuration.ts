// Of deployments of kind `configure`: their plan, and the variables that they fly with.
import { PanelError } from '@/lib/errors.ts'
import { planHash } from '@/lib/deploy/agreement.ts'
import { planConfiguration } from '@/lib/deploy/plan-configure.ts'
import type { Mirror, Plan } from '@/lib/deploy/types.ts'
import type { DeploymentSource } from '@/lib/store/deployments.ts'
import { recordPlan } from '@/lib/store/targets.ts'
import { findVariables } from '@/lib/store/variables.ts'
import type { VariableSet } from '@/lib/store/variables.ts'
import { demandAgreed } from './agreement.ts'
import { common } from './drafts.ts'
import type { Run } from './drafts.ts'
import type { Flight } from './flight.ts'
import { liveRelease } from './ground.ts'
import type { Ground, Release } from './ground.ts'
import { gone, hooksOf } from './hooks.ts'
import { openMirror } from './source.ts'

/** A plan of kind `configure` for the release that is live now. @throws PanelError release_missing, not_found. */
export async function draftSet(
  ground: Ground,
  run: Run,
  { mirror, number }: { mirror: Mirror; number: number },
): Promise<{ plan: Plan; live: Release; set: VariableSet }> {
  const live = liveRelease(ground)
  if (!live) throw new PanelError('release_missing', 'No release of this panel is live there: deploy first.')
  const set = await readSet(ground, number)
  const [left] = await hooksOf(ground, mirror, live, null)
  const { name, revision } = live
  const plan = planConfiguration({
    ...common(ground, run, live, left.hooks, gone(left)),
    live: { name, revision },
    set: { number, sha256: set.sha256 },
    before: live.variableSet?.number ?? null,
  })
  return { plan, live, set }
}

/** Plans for the release that is live now, and stores that. @throws PanelError release_missing, not_found, plan_changed. */
export async function planSet(flight: Flight): Promise<Plan> {
  const { job } = flight
  const source = job.source as DeploymentSource
  if (source.type !== 'variables') throw new PanelError('invalid', 'This names no set of variables.')
  const run = { number: job.number, at: job.createdAt }
  const { plan, live } = await draftSet(flight, run, { mirror: await openMirror(flight), number: source.number })
  await demandAgreed(flight.worker, job, plan)
  const { revision, subject, author, ref } = live
  await flight.record([{ type: 'resolved', data: { revision, subject, author, ref } }], (write) =>
    recordPlan(write, plan, planHash(plan), live.id),
  )
  return plan
}

type Row = Awaited<ReturnType<typeof readSet>>

/** The set that a plan of this kind applies, and the one that it replaces; null = none of ours. @throws PanelError not_found. */
export async function setsOf(flight: Flight, plan: Plan): Promise<{ set: Row; before: Row | null }> {
  const actions = plan.stages
    .flatMap(({ batches }) => batches.flatMap(({ lanes }) => lanes))
    .flatMap(({ steps }) => steps)
  const numbers = new Map<string, number | null>()
  for (const { action } of actions)
    if (action.do === 'configure' || action.do === 'restore') numbers.set(action.do, action.number)
  const before = numbers.get('restore') ?? null
  return {
    set: await readSet(flight, numbers.get('configure') ?? 0),
    before: before === null ? null : await readSet(flight, before),
  }
}

async function readSet({ worker, environment }: Ground, number: number) {
  const set = await findVariables(worker.db.prisma, environment.id, number)
  if (!set) throw new PanelError('not_found', `There is no set ${number} of variables any more.`)
  return set
}
