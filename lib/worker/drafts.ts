// From what is wanted and what is known to a plan that nobody has stored yet. Flights and previews come through here, so that what
// was shown is what flies.
import { PanelError } from '@/lib/errors.ts'
import { draftActivation, draftDeployment } from '@/lib/deploy/plan.ts'
import type { PanelHook, PlanEnvironment, RepositoryHook } from '@/lib/deploy/plan.ts'
import { assembleFleet, isFleet } from '@/lib/deploy/plan-fleet.ts'
import { assemblePlan } from '@/lib/deploy/plan-steps.ts'
import type { PlanDrafts } from '@/lib/deploy/plan-steps.ts'
import { releaseName } from '@/lib/deploy/release-name.ts'
import { emptyFindings, pointerFindings } from '@/lib/spec/contents.ts'
import { parseOptions } from '@/lib/spec/options.ts'
import { sha256 } from '@/lib/deploy/sha256.ts'
import type {
  Commit,
  Finding,
  LifecycleEvent,
  Mirror,
  Permissions,
  Plan,
  OutsideTarget,
  PlannedTarget,
  TreeChange,
} from '@/lib/deploy/types.ts'
import { decryptSet } from './addresses.ts'
import { broughtAlong } from './bring.ts'
import { filesOf } from './files.ts'
import { groundOf, liveRelease, stateOn, targetOf } from './ground.ts'
import type { Ground, Release, Target } from './ground.ts'
import { gone, hooksOf } from './hooks.ts'

/** The number of the run within its environment, and when it was asked for. */
export type Run = { number: number; at: Date }
export type Variables = Ground['environment']['variableSets'][number]
/**
 * `changes` are what has to be shipped, one for each tree that servers have: dispose of them. `envSha256` and `variables` null =
 * the release gets no `.env` of ours.
 */
export type NewDraft = {
  plan: Plan
  commit: Commit
  changes: TreeChange[]
  variables: Variables | null
  envSha256: string | null
}
type New = { mirror: Mirror; commit: Commit; whole?: boolean; repair?: boolean }
export type ExistingDraft = { plan: Plan; release: Release }

/**
 * A plan of kind `deploy` for `commit`, which the mirror knows. `whole`: on top of nothing, whatever servers have. `repair`: whatever is
 * live there is taken over, and as nobody knows what is left of it, its own hooks don't run.
 */
export async function draftNew(
  ground: Ground,
  run: Run,
  { mirror, commit, whole = false, repair = false }: New,
): Promise<NewDraft> {
  const { environment, signal } = ground
  const planned = plannedBy(ground, run)
  const variables = planned ? planned.variableSet : (environment.variableSets[0] ?? null)
  const env = variables && decryptSet(ground.worker.secrets, variables)
  const envSha256 = env === null ? null : sha256(new TextEncoder().encode(env))
  const changes = new Map<string | null, Promise<TreeChange>>()
  const changeFrom = (base: string | null): Promise<TreeChange> => {
    const change = changes.get(base) ?? mirror.change(base, commit.sha, { signal })
    changes.set(base, change)
    return change
  }
  try {
    const plan = await assembled(ground, (one) => {
      const base = whole ? null : targetOf(one).treeRevision
      return newDrafts(one, run, { mirror, commit, repair, envSha256, changing: changeFrom(base) })
    })
    return { plan, commit, changes: await Promise.all(changes.values()), variables, envSha256 }
  } catch (error) {
    for (const change of changes.values()) await change.then((made) => made.dispose()).catch(() => {})
    throw error
  }
}

/** What was planned once, by whomever, is planned again with the same variables and files. */
function plannedBy({ environment }: Ground, run: Run): Release | undefined {
  return environment.releases.find((one) => one.number === run.number)
}

type Known = New & { envSha256: string | null; changing: Promise<TreeChange> }

/** What one target is to do. */
async function newDrafts(
  ground: Ground,
  run: Run,
  { mirror, commit, repair = false, envSha256, changing }: Known,
): Promise<PlanDrafts> {
  const { environment } = ground
  const live = liveRelease(ground)
  const target = targetOf(ground)
  const options = parseOptions(environment.options)
  const { subdirectory } = options
  const [[fresh, left], files, change] = await Promise.all([
    hooksOf(ground, mirror, { revision: commit.sha, subdirectory }, repair ? null : live),
    filesOf(ground, plannedBy(ground, run)),
    changing,
  ])
  const { revision, contents, base, files: count, directories, links, totalBytes } = change
  return draftDeployment({
    ...common(ground, run, live, left.hooks, [
      ...fresh.findings,
      ...emptyFindings(change.empty, options),
      ...pointerFindings(change.pointers, options),
      ...gone(left),
    ]),
    release: releaseName({
      naming: environment.releaseNaming as 'sequence' | 'time',
      number: run.number,
      revision: commit.sha,
      at: run.at,
      // Our clock's milliseconds are not enough to tell two requests apart.
      microseconds: run.number % 1_000,
    }),
    revision: commit.sha,
    newHooks: fresh.hooks,
    packages: fresh.packages,
    envSha256,
    ...files,
    adopt: target.adopt || repair,
    tree: { revision, contents, base, files: count, directories, links, totalBytes },
    releases: environment.releases.map((release) => ({
      name: release.name,
      number: release.number,
      state: stateOn(release, target),
      succeeded: release.deployments.length > 0,
    })),
  })
}

/**
 * A plan of kind `activate` for release `number`; a target that lacks it gets it from another. `repair`: whatever is not as it was
 * deployed there is put right. @throws PanelError release_missing
 */
export async function draftExisting(
  ground: Ground,
  run: Run,
  { mirror, number, repair = false }: { mirror: Mirror; number: number; repair?: boolean },
): Promise<ExistingDraft> {
  const release = ground.environment.releases.find((one) => one.number === number)
  if (!release || release.state === 'removed')
    throw new PanelError('release_missing', 'This release is no longer there. Deploy its commit again.')
  const plan = await assembled(ground, async (one) => {
    const live = liveRelease(one)
    const [[fresh, left], { placed }] = await Promise.all([hooksOf(one, mirror, release, live), filesOf(one, release)])
    const drafts = draftActivation({
      ...common(one, run, live, left.hooks, [...gone(fresh), ...gone(left)]),
      release: release.name,
      revision: release.revision,
      newHooks: fresh.hooks,
      envSha256: release.envSha256,
      placed,
    })
    return broughtAlong(one, drafts, release, repair)
  })
  return { plan, release }
}

/** What each of the targets is to do, as one plan. */
export async function assembled(ground: Ground, draftOf: (one: Ground) => Promise<PlanDrafts>): Promise<Plan> {
  const { targets, others, options } = ground.environment
  const { strategy } = parseOptions(options)
  targetOf(ground)
  const lanes = await Promise.all(
    targets.map(async (target, at) => ({
      ...(await draftOf(groundOf(ground, target))),
      target: plannedTarget(ground, target, at + 1),
    })),
  )
  const outside = others.map((target): OutsideTarget => {
    const { targetId, server, health, revision } = plannedTarget(ground, target, 0)
    return { targetId, server, health, revision }
  })
  const { target: _only, ...drafts } = lanes[0]!
  return isFleet(lanes, strategy, outside) ? assembleFleet(lanes, strategy, outside) : assemblePlan(drafts)
}

function plannedTarget({ environment }: Ground, target: Target, place: number): PlannedTarget {
  const current = environment.releases.find(({ id }) => id === environment.liveReleaseId)?.name
  const isKnown = target.unknownSince === null
  const isCurrent = target.liveRelease !== null && target.liveRelease === current
  return {
    targetId: target.id,
    place,
    server: target.server.name,
    live: target.liveRelease,
    health: isKnown && target.liveRelease !== null && target.failedAt === null ? 'healthy' : 'unhealthy',
    revision: !isKnown ? 'unknown' : isCurrent ? 'current' : 'old',
  }
}

/** What every plan is told. */
export function common(
  ground: Ground,
  run: Run,
  live: Release | null,
  liveHooks: RepositoryHook[],
  findings: Finding[],
) {
  const { environment } = ground
  const target = targetOf(ground)
  const planned: PlanEnvironment = {
    id: environment.id,
    name: environment.name,
    slug: environment.slug,
    project: environment.project.name,
    root: target.root,
    permissions: environment.permissions as Permissions,
    keep: environment.keep,
    appType: environment.appType,
    appDomain: environment.appDomain,
    repoName: repositoryName(environment.project.repositoryUrl),
    branch: environment.branch,
    options: parseOptions(environment.options),
  }
  const panelHooks = environment.hooks.flatMap((hook): PanelHook[] => {
    if (hook.text === null || hook.sha256 === null) return []
    return [
      {
        event: hook.event as LifecycleEvent,
        text: hook.text,
        sha256: hook.sha256,
        user: hook.user,
        timeoutMs: hook.timeoutMs,
        failure: hook.failure as PanelHook['failure'],
        place: hook.place as PanelHook['place'],
      },
    ]
  })
  // What somebody else made live has no commit that we know, and so no hooks.
  const left = target.liveRelease === null ? null : { name: target.liveRelease, revision: live?.revision ?? '' }
  return {
    environment: planned,
    targetId: target.id,
    server: { id: target.server.id, name: target.server.name, labels: target.server.labels },
    deployment: run.number,
    live: left,
    liveHooks,
    panelHooks,
    findings,
  }
}

/** `owner/name` of a repository's URL or path. */
function repositoryName(url: string): string {
  const parts = url
    .replace(/\.git\/?$/, '')
    .split(/[/:]+/)
    .filter(Boolean)
  return parts.slice(-2).join('/')
}
