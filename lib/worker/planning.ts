// From what is wanted and what is known to a plan, which is stored before any server is touched.
import { PanelError } from '@/lib/errors.ts'
import { canonicalJson, planActivation, planDeployment } from '@/lib/deploy/plan.ts'
import type { PanelHook, PlanEnvironment, RepositoryHook } from '@/lib/deploy/plan.ts'
import { releaseName } from '@/lib/deploy/release-name.ts'
import { sha256 } from '@/lib/deploy/sha256.ts'
import type { Commit, Finding, LifecycleEvent, Permissions, Plan, TreeChange } from '@/lib/deploy/types.ts'
import type { DeploymentSource } from '@/lib/store/deployments.ts'
import { recordPlan } from '@/lib/store/targets.ts'
import { decryptText } from './addresses.ts'
import type { Flight } from './flight.ts'
import { gone, hooksOf } from './hooks.ts'
import type { Hooks } from './hooks.ts'
import { fetch, openMirror, resolved } from './source.ts'

type Release = Flight['job']['environment']['releases'][number]
export type NewPlan = { plan: Plan; change: TreeChange }

/** A plan of kind `deploy` that ships on top of `base`, and what it ships; `dispose` that. */
export async function planNew(flight: Flight, base = flight.target.treeRevision): Promise<NewPlan> {
  const { job } = flight
  const mirror = await openMirror(flight)
  const source = job.source as DeploymentSource
  if (source.type !== 'git') throw new PanelError('invalid', 'This deployment has no commit to deploy.')
  if (!job.revision) await fetch(flight, mirror)
  const wanted = job.revision ?? flight.state.commit?.revision
  const commit = wanted ? await resolved(flight, mirror, wanted) : await mirror.resolve(source.commit ?? source.ref)
  const live = liveRelease(flight)
  // All of it asks git, and none of it the rest.
  const changing = mirror.change(base, commit.sha)
  try {
    const [[fresh, left], change] = await Promise.all([
      hooksOf(flight, mirror, commit.sha, live),
      changing,
      tellCommit(flight, commit, source.ref),
    ])
    return { plan: await storePlan(flight, commit, source.ref, live, fresh, left, change), change }
  } catch (error) {
    await changing.then((change) => change.dispose()).catch(() => {})
    throw error
  }
}

async function tellCommit(flight: Flight, { sha, subject, author }: Commit, ref: string): Promise<void> {
  if (!flight.state.commit) await flight.record([{ type: 'resolved', data: { revision: sha, subject, author, ref } }])
}

async function storePlan(
  flight: Flight,
  commit: Commit,
  ref: string,
  live: Release | null,
  fresh: Hooks,
  left: Hooks,
  change: TreeChange,
): Promise<Plan> {
  const { job, target } = flight
  const { environment } = job
  // What was planned once, by whomever, is planned again with the same variables.
  const planned = environment.releases.find((one) => one.number === job.number)
  const variables = planned ? planned.variableSet : (environment.variableSets[0] ?? null)
  const env = variables && decryptText(flight.worker.secrets, variables.text)
  const envSha256 = env === null ? null : sha256(new TextEncoder().encode(env))
  const plan = planDeployment({
    ...common(flight, live, left.hooks, [...fresh.findings, ...gone(left)]),
    release: releaseName({
      naming: environment.releaseNaming as 'sequence' | 'time',
      number: job.number,
      revision: commit.sha,
      at: job.createdAt,
      // Our clock's milliseconds are not enough to tell two requests apart.
      microseconds: job.number % 1_000,
    }),
    revision: commit.sha,
    newHooks: fresh.hooks,
    envSha256,
    adopt: target.adopt,
    tree: {
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
  await flight.record([], (write) =>
    recordPlan(write, plan, sha256(new TextEncoder().encode(canonicalJson(plan))), {
      number: job.number,
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
  return plan
}

/** A plan of kind `activate`. */
export async function planExisting(flight: Flight): Promise<Plan> {
  const source = flight.job.source as DeploymentSource
  const wanted =
    source.type === 'release' ? flight.job.environment.releases.find((one) => one.number === source.number) : undefined
  if (!wanted || wanted.state === 'removed') throw new PanelError('release_missing', 'This release is no longer there.')
  const live = liveRelease(flight)
  const mirror = await openMirror(flight)
  const [fresh, left] = await hooksOf(flight, mirror, wanted.revision, live)
  const plan = planActivation({
    ...common(flight, live, left.hooks, [...gone(fresh), ...gone(left)]),
    release: wanted.name,
    revision: wanted.revision,
    newHooks: fresh.hooks,
    envSha256: wanted.envSha256,
  })
  const { revision, subject, author, ref } = wanted
  await flight.record([{ type: 'resolved', data: { revision, subject, author, ref } }], (write) =>
    recordPlan(write, plan, sha256(new TextEncoder().encode(canonicalJson(plan))), wanted.id),
  )
  return plan
}

/** The release that the server was last seen to have live; null for none, or for one that isn't ours. */
export function liveRelease(flight: Flight): Release | null {
  return flight.job.environment.releases.find((release) => release.name === flight.target.liveRelease) ?? null
}

function common(flight: Flight, live: Release | null, liveHooks: RepositoryHook[], findings: Finding[]) {
  const { job, target } = flight
  const { environment } = job
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
      },
    ]
  })
  // What somebody else made live has no commit that we know, and so no hooks.
  const left = target.liveRelease === null ? null : { name: target.liveRelease, revision: live?.revision ?? '' }
  return {
    environment: planned,
    targetId: target.id,
    deployment: job.number,
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
