// Before a server is touched: the commit, the hooks, the variables, and from them the plan, which is stored.
import { PanelError } from '@/lib/errors.ts'
import { canonicalJson, planActivation, planDeployment } from '@/lib/deploy/plan.ts'
import type { PanelHook, PlanEnvironment, RepositoryHook } from '@/lib/deploy/plan.ts'
import { releaseName } from '@/lib/deploy/release-name.ts'
import { sha256 } from '@/lib/deploy/sha256.ts'
import type { Commit, Finding, LifecycleEvent, Mirror, Permissions, Plan, TreeChange } from '@/lib/deploy/types.ts'
import { envValues } from '@/lib/redact/env.ts'
import { secretsOfEnv } from '@/lib/redact/secrets.ts'
import { readHooks, readPaths } from '@/lib/spec/amezmo.ts'
import type { DeploymentSource } from '@/lib/store/deployments.ts'
import { recordPlan } from '@/lib/store/targets.ts'
import { decryptText, repositoryAddress, secretsOfAccess } from './addresses.ts'
import type { Flight } from './flight.ts'

/** What flying needs beside the plan; never stored. `env` null = the release gets no `.env` of ours. */
export type Cargo = {
  plan: Plan
  env: string | null
  exports: Record<string, string>
  secrets: string[]
  /** What planning found to ship; absent when the plan was taken up from the store. Whoever flies disposes of it. */
  change?: TreeChange
}

type Release = Flight['job']['environment']['releases'][number]

/** Plans the deployment, or takes up the plan that was stored before. @throws PanelError with what a person can mend. */
export async function prepare(flight: Flight): Promise<Cargo> {
  const { plan, kind } = flight.job
  if (plan) return load(flight, plan)
  if (kind === 'activate') return load(flight, await planExisting(flight))
  return loadNew(flight, await planNew(flight))
}

/** The mirror of the project's repository, not fetched. */
export function openMirror(flight: Flight): Promise<Mirror> {
  const { worker, job } = flight
  return worker.mirrors.open(repositoryAddress(job.environment.project, worker.secrets))
}

/**
 * What has to be shipped for `plan`; `dispose` it. Its base may be another than the plan's, when this worker's mirror
 * doesn't know that one.
 */
export async function changeFor(flight: Flight, plan: Plan): Promise<TreeChange | null> {
  for (const { action } of plan.segments[0]!.steps) {
    if (action.do !== 'tree') continue
    const mirror = await openMirror(flight)
    await resolved(flight, mirror, action.revision)
    return mirror.change(action.base, action.revision)
  }
  return null
}

/** A commit that another worker knew may be unknown to this one's mirror: then, and only then, it is fetched. */
async function resolved(flight: Flight, mirror: Mirror, revision: string): Promise<Commit> {
  try {
    return await mirror.resolve(revision)
  } catch (error) {
    if (!isNotFound(error)) throw error
    await fetch(flight, mirror)
    return mirror.resolve(revision)
  }
}

function fetch(flight: Flight, mirror: Mirror): Promise<void> {
  return mirror.fetch({ signal: AbortSignal.any([flight.gone, flight.cancel]) })
}

function isNotFound(error: unknown): boolean {
  return error instanceof PanelError && error.code === 'not_found'
}

/** The same plan for a server whose pristine tree isn't what we believed: everything is shipped. */
export async function planWhole(flight: Flight): Promise<Cargo> {
  return loadNew(flight, await planNew(flight, null))
}

type NewPlan = { plan: Plan; change: TreeChange }

async function loadNew(flight: Flight, { plan, change }: NewPlan): Promise<Cargo> {
  try {
    return { ...load(flight, plan), change }
  } catch (error) {
    await change.dispose()
    throw error
  }
}

async function planNew(flight: Flight, base = flight.target.treeRevision): Promise<NewPlan> {
  const { job, target } = flight
  const { environment } = job
  const mirror = await openMirror(flight)
  const source = job.source as DeploymentSource
  if (source.type !== 'git') throw new PanelError('invalid', 'This deployment has no commit to deploy.')
  if (!job.revision) await fetch(flight, mirror)
  const wanted = job.revision ?? flight.state.commit?.revision
  const commit = wanted ? await resolved(flight, mirror, wanted) : await mirror.resolve(source.commit ?? source.ref)
  if (!flight.state.commit)
    await flight.record([
      {
        type: 'resolved',
        data: { revision: commit.sha, subject: commit.subject, author: commit.author, ref: source.ref },
      },
    ])
  const live = liveRelease(flight)
  const fresh = await hooksAt(flight, mirror, commit.sha)
  const left = live ? await hooksAt(flight, mirror, live.revision) : { hooks: [], findings: [] }
  // What was planned once, by whomever, is planned again with the same variables.
  const planned = environment.releases.find((one) => one.number === job.number)
  const variables = planned ? planned.variableSet : (environment.variableSets[0] ?? null)
  const env = variables && decryptText(flight.worker.secrets, variables.text)
  const envSha256 = env === null ? null : sha256(new TextEncoder().encode(env))
  const change = await mirror.change(base, commit.sha)
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
      ref: source.ref,
      subject: commit.subject,
      author: commit.author,
      committedAt: new Date(commit.at),
      variableSetId: variables?.id ?? null,
      envSha256,
    }),
  )
  return { plan, change }
}

async function planExisting(flight: Flight): Promise<Plan> {
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
function liveRelease(flight: Flight): Release | null {
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

type Hooks = { hooks: RepositoryHook[]; findings: Finding[] }

/** Hooks of the tree that becomes live, and of the one that is left. */
function hooksOf(flight: Flight, mirror: Mirror, revision: string, live: Release | null): Promise<[Hooks, Hooks]> {
  return Promise.all([
    hooksAt(flight, mirror, revision),
    live ? hooksAt(flight, mirror, live.revision) : { hooks: [], findings: [] },
  ])
}

/**
 * Fetches when the mirror doesn't know the commit. A live release's may be gone from the repository, or that be out of
 * reach when people want to go back: then nothing of it is known, and its hooks don't run.
 */
async function hooksAt(flight: Flight, mirror: Mirror, revision: string): Promise<Hooks> {
  const { environment } = flight.job
  if (!environment.repositoryHooks) return { hooks: [], findings: [] }
  const key = JSON.stringify([environment.projectId, environment.slug, revision])
  const known = flight.worker.hooks.get(key)
  if (known) return known
  const files = () => mirror.files(revision, [...readPaths])
  try {
    const found = await files().catch(async (error: unknown) => {
      if (!isNotFound(error)) throw error
      await fetch(flight, mirror).catch((cause: unknown) => leftOut(flight, cause))
      return files()
    })
    const read = readHooks(found, environment.slug)
    flight.worker.hooks.set(key, read)
    return read
  } catch (error) {
    if (!isNotFound(error)) throw error
    const message = `The commit ${revision.slice(0, 7)} is not in the repository any more, or that could not be reached: its hooks are left out.`
    return { hooks: [], findings: [{ level: 'warning', code: goneCode, message }] }
  }
}

/** Going on without hooks is for a Git host that refuses or is away, not for a person or a claim that ends the work. */
function leftOut(flight: Flight, cause: unknown): void {
  flight.gone.throwIfAborted()
  flight.cancel.throwIfAborted()
  if (!(cause instanceof PanelError)) throw cause
}

const goneCode = 'commit_gone'
/** Of the release being left, only what keeps its hooks from running matters. */
const gone = ({ findings }: Hooks): Finding[] => findings.filter(({ code }) => code === goneCode)

/** The variables of the release, decrypted. One that can't be read stops the deployment; it is never left out. */
function load(flight: Flight, plan: Plan): Cargo {
  const { job, worker } = flight
  const { environment } = job
  const release = environment.releases.find((one) => one.name === plan.release)
  const set = plan.kind === 'deploy' && !release ? environment.variableSets[0] : release?.variableSet
  const env = set ? decryptText(worker.secrets, set.text) : null
  const others = [liveRelease(flight)?.variableSet, environment.variableSets[0]].flatMap((one) =>
    one ? [decryptText(worker.secrets, one.text)] : [],
  )
  const access = repositoryAddress(environment.project, worker.secrets).access
  const secrets = [...[...others, env ?? ''].flatMap((text) => secretsOfEnv(text)), ...secretsOfAccess(access)]
  return { plan, env, exports: { ...envValues(env ?? ''), ...plan.exports }, secrets: [...new Set(secrets)] }
}
