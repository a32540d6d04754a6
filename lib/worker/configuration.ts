// Of deployments of kind `configure`: their plan, and the variables that they fly with.
import { PanelError } from '@/lib/errors.ts'
import { planHash } from '@/lib/deploy/agreement.ts'
import { planConfiguration } from '@/lib/deploy/plan-configure.ts'
import type { Plan } from '@/lib/deploy/types.ts'
import type { DeploymentSource } from '@/lib/store/deployments.ts'
import { recordPlan } from '@/lib/store/targets.ts'
import { findVariables } from '@/lib/store/variables.ts'
import { decryptSet } from './addresses.ts'
import { common } from './drafts.ts'
import type { Flight } from './flight.ts'
import { liveRelease } from './ground.ts'
import { gone, hooksOf } from './hooks.ts'
import { openMirror } from './source.ts'

/** Plans for the release that is live now, and stores that. @throws PanelError release_missing, not_found. */
export async function planSet(flight: Flight): Promise<Plan> {
  const { job } = flight
  const source = job.source as DeploymentSource
  const live = liveRelease(flight)
  if (source.type !== 'variables') throw new PanelError('invalid', 'This names no set of variables.')
  if (!live) throw new PanelError('release_missing', 'No release of this panel is live there: deploy first.')
  const { sha256 } = await readSet(flight, source.number)
  const [left] = await hooksOf(flight, await openMirror(flight), live, null)
  const { name, revision, subject, author, ref } = live
  const plan = planConfiguration({
    ...common(flight, { number: job.number, at: job.createdAt }, live, left.hooks, gone(left)),
    live: { name, revision },
    set: { number: source.number, sha256 },
    before: live.variableSet?.number ?? null,
  })
  await flight.record([{ type: 'resolved', data: { revision, subject, author, ref } }], (write) =>
    recordPlan(write, plan, planHash(plan), live.id),
  )
  return plan
}

/** The text that a plan of this kind applies, and the one that it replaces; null = none of ours. @throws PanelError */
export async function setsOf(flight: Flight, plan: Plan): Promise<{ env: string; before: string | null }> {
  const actions = plan.stages
    .flatMap(({ batches }) => batches.flatMap(({ lanes }) => lanes))
    .flatMap(({ steps }) => steps)
  const numbers = new Map<string, number | null>()
  for (const { action } of actions)
    if (action.do === 'configure' || action.do === 'restore') numbers.set(action.do, action.number)
  const text = async (number: number): Promise<string> =>
    decryptSet(flight.worker.secrets, await readSet(flight, number))
  const before = numbers.get('restore') ?? null
  return { env: await text(numbers.get('configure') ?? 0), before: before === null ? null : await text(before) }
}

async function readSet(flight: Flight, number: number) {
  const set = await findVariables(flight.worker.db.prisma, flight.held.environmentId, number)
  if (!set) throw new PanelError('not_found', `There is no set ${number} of variables any more.`)
  return set
}
