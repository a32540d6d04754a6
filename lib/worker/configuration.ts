// Of deployments of kind `configure`: their plan, for variables or for files, and the variables that they fly with.
import { PanelError } from '@/lib/errors.ts'
import { planHash } from '@/lib/deploy/agreement.ts'
import { draftConfiguration } from '@/lib/deploy/plan-configure.ts'
import { draftPlacement } from '@/lib/deploy/plan-place.ts'
import type { Mirror, Plan } from '@/lib/deploy/types.ts'
import type { DeploymentSource } from '@/lib/store/deployments.ts'
import { recordPlan } from '@/lib/store/targets.ts'
import { findVariables } from '@/lib/store/variables.ts'
import type { VariableSet } from '@/lib/store/variables.ts'
import { demandAgreed } from './agreement.ts'
import { assembled, common } from './drafts.ts'
import type { ExistingDraft, Run } from './drafts.ts'
import { placementOf } from './files.ts'
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
): Promise<ExistingDraft & { set: VariableSet }> {
  const release = demandLive(ground)
  const set = await readSet(ground, number)
  const plan = await assembled(ground, async (one) =>
    draftConfiguration({
      ...(await around(one, run, mirror, release)),
      set: { number, sha256: set.sha256 },
      before: release.variableSet?.number ?? null,
    }),
  )
  return { plan, release, set }
}

/** The same for the newest files. @throws PanelError release_missing, conflict (the live release has them). */
export async function draftFiles(ground: Ground, run: Run, { mirror }: { mirror: Mirror }): Promise<ExistingDraft> {
  const release = demandLive(ground)
  const placement = await placementOf(ground, release)
  if (placement.files.length === 0) throw new PanelError('conflict', 'The live release has the newest files already.')
  const plan = await assembled(ground, async (one) =>
    draftPlacement({ ...(await around(one, run, mirror, release)), ...placement }),
  )
  return { plan, release }
}

async function around(ground: Ground, run: Run, mirror: Mirror, live: Release) {
  const [left] = await hooksOf(ground, mirror, live, null)
  const { name, revision } = live
  return { ...common(ground, run, live, left.hooks, gone(left)), live: { name, revision } }
}

/** The one release that all of them have live: variables and files are changed in it. */
function demandLive(ground: Ground): Release {
  const live = liveRelease(ground)
  if (!live) throw new PanelError('release_missing', 'No release of this panel is live there: deploy first.')
  const others = ground.environment.targets.filter(({ liveRelease: name }) => name !== live.name)
  if (others.length > 0) {
    const names = others.map(({ server }) => server.name).join(', ')
    throw new PanelError('conflict', `Release ${live.number} is not live on ${names}: activate it there first.`)
  }
  return live
}

/** Plans for the release that is live now, and stores that. @throws PanelError as the drafts do, plan_changed. */
export async function planLive(flight: Flight): Promise<Plan> {
  const { job } = flight
  const source = job.source as DeploymentSource
  const run = { number: job.number, at: job.createdAt }
  const mirror = await openMirror(flight)
  const draft = source.type === 'files' ? draftFiles(flight, run, { mirror }) : draftVariables(flight, run, mirror)
  const { plan, release } = await draft
  await demandAgreed(flight.worker, job, plan)
  const { revision, subject, author, ref } = release
  await flight.record([{ type: 'resolved', data: { revision, subject, author, ref } }], (write) =>
    recordPlan(write, plan, planHash(plan), release.id),
  )
  return plan
}

function draftVariables(flight: Flight, run: Run, mirror: Mirror): Promise<ExistingDraft> {
  const source = flight.job.source as DeploymentSource
  if (source.type !== 'variables') throw new PanelError('invalid', 'This names no set of variables.')
  return draftSet(flight, run, { mirror, number: source.number })
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
