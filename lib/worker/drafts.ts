// From what is wanted and what is known to a plan that nobody has stored yet. Flights and previews come through here, so that what
// was shown is what flies.
import { PanelError } from '@/lib/errors.ts'
import { planActivation, planDeployment } from '@/lib/deploy/plan.ts'
import type { PanelHook, PlanEnvironment, RepositoryHook } from '@/lib/deploy/plan.ts'
import { releaseName } from '@/lib/deploy/release-name.ts'
import { emptyFindings, pointerFindings } from '@/lib/spec/contents.ts'
import { parseOptions } from '@/lib/spec/options.ts'
import { sha256 } from '@/lib/deploy/sha256.ts'
import type { Commit, Finding, LifecycleEvent, Mirror, Permissions, Plan, TreeChange } from '@/lib/deploy/types.ts'
import { decryptSet } from './addresses.ts'
import { filesOf } from './files.ts'
import type { FilesOfRelease } from './files.ts'
import { liveRelease, targetOf } from './ground.ts'
import type { Ground, Release } from './ground.ts'
import { gone, hooksOf } from './hooks.ts'
import type { Hooks } from './hooks.ts'

/** The number of the run within its environment, and when it was asked for. */
export type Run = { number: number; at: Date }
export type Variables = Ground['environment']['variableSets'][number]
/** `change` is what has to be shipped: dispose of it. `envSha256` and `variables` null = the release gets no `.env` of ours. */
export type NewDraft = {
  plan: Plan
  commit: Commit
  change: TreeChange
  variables: Variables | null
  envSha256: string | null
}
export type ExistingDraft = { plan: Plan; release: Release }

/** A plan of kind `deploy` for `commit`, which the mirror knows, on top of the server's tree `base`. */
export async function draftNew(
  ground: Ground,
  run: Run,
  { mirror, commit, base }: { mirror: Mirror; commit: Commit; base: string | null },
): Promise<NewDraft> {
  const live = liveRelease(ground)
  const { subdirectory } = parseOptions(ground.environment.options)
  // Both ask git, and neither the other.
  const changing = mirror.change(base, commit.sha, { signal: ground.signal })
  try {
    const [[fresh, left], files, change] = await Promise.all([
      hooksOf(ground, mirror, { revision: commit.sha, subdirectory }, live),
      filesOf(ground, plannedBy(ground, run)),
      changing,
    ])
    return newDraft(ground, run, { commit, live, fresh, left, files, change })
  } catch (error) {
    await changing.then((change) => change.dispose()).catch(() => {})
    throw error
  }
}

/** What was planned once, by whomever, is planned again with the same variables and files. */
function plannedBy({ environment }: Ground, run: Run): Release | undefined {
  return environment.releases.find((one) => one.number === run.number)
}

type Known = {
  commit: Commit
  live: Release | null
  fresh: Hooks
  left: Hooks
  files: FilesOfRelease
  change: TreeChange
}

function newDraft(ground: Ground, run: Run, { commit, live, fresh, left, files, change }: Known): NewDraft {
  const { environment } = ground
  const options = parseOptions(environment.options)
  const planned = plannedBy(ground, run)
  const variables = planned ? planned.variableSet : (environment.variableSets[0] ?? null)
  const env = variables && decryptSet(ground.worker.secrets, variables)
  const envSha256 = env === null ? null : sha256(new TextEncoder().encode(env))
  const plan = planDeployment({
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
    adopt: targetOf(ground).adopt,
    tree: {
      revision: change.revision,
      contents: change.contents,
      base: change.base,
      files: change.files,
      directories: change.directories,
      links: change.links,
      totalBytes: change.totalBytes,
    },
    releases: environment.releases.map((release) => ({
      name: release.name,
      number: release.number,
      state: release.state as 'incomplete' | 'complete' | 'removed',
      succeeded: release.deployments.length > 0,
    })),
  })
  return { plan, commit, change, variables, envSha256 }
}

/** A plan of kind `activate` for release `number`. @throws PanelError release_missing */
export async function draftExisting(
  ground: Ground,
  run: Run,
  { mirror, number }: { mirror: Mirror; number: number },
): Promise<ExistingDraft> {
  const release = ground.environment.releases.find((one) => one.number === number)
  if (!release || release.state === 'removed')
    throw new PanelError('release_missing', 'This release is no longer there.')
  const live = liveRelease(ground)
  const [[fresh, left], { placed }] = await Promise.all([
    hooksOf(ground, mirror, release, live),
    filesOf(ground, release),
  ])
  const plan = planActivation({
    ...common(ground, run, live, left.hooks, [...gone(fresh), ...gone(left)]),
    release: release.name,
    revision: release.revision,
    newHooks: fresh.hooks,
    envSha256: release.envSha256,
    placed,
  })
  return { plan, release }
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
