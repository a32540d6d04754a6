// Before a server is touched: the commit, the hooks, the variables, and from them the plan, which is stored.
import type { Plan, TreeChange } from '@/lib/deploy/types.ts'
import { envValues } from '@/lib/redact/env.ts'
import type { DeploymentSource } from '@/lib/store/deployments.ts'
import { decryptSet, repositoryAddress, secretsOfAccess, secretsOfSet } from './addresses.ts'
import { planLive, setsOf } from './configuration.ts'
import { contentsOf, secretsOfFiles } from './files.ts'
import type { Flight } from './flight.ts'
import { liveRelease } from './ground.ts'
import { disposeAll, planExisting, planNew } from './planning.ts'
import { leftTarget, planLeave } from './leave.ts'
import { planGone } from './removal.ts'
import type { NewPlan } from './planning.ts'
import { askUnknown } from './unknown.ts'

/** What flying needs beside the plan; never stored. `env` null = the release gets no `.env` of ours. */
export type Cargo = {
  plan: Plan
  env: string | null
  exports: Record<string, string>
  /** What hooks get while this is undone, when that is something else: the variables before. */
  undoExports?: Record<string, string>
  /** What is in the files of the panel that the plan writes. */
  files: Uint8Array[]
  secrets: string[]
  /** What planning found to ship; absent when the plan was taken up from the store. Whoever flies disposes of it. */
  changes?: TreeChange[]
}

/** Plans the deployment, or takes up the plan that was stored before. @throws PanelError with what a person can mend. */
export async function prepare(flight: Flight): Promise<Cargo> {
  const { plan, kind } = flight.job
  if (!plan) await askUnknown(flight)
  if (kind === 'configure') return loadLive(flight, plan ?? (await planLive(flight)))
  if (plan) return load(flight, plan)
  if (kind === 'activate') return load(flight, await planExisting(flight))
  if (kind === 'remove') return load(flight, await (leftTarget(flight) === null ? planGone(flight) : planLeave(flight)))
  return loadNew(flight, await planNew(flight))
}

/** The same plan for the one server whose pristine tree isn't what we believed: everything is shipped. */
export async function planWhole(flight: Flight): Promise<Cargo> {
  return loadNew(flight, await planNew(flight, true))
}

async function loadNew(flight: Flight, { plan, changes }: NewPlan): Promise<Cargo> {
  try {
    return { ...(await load(flight, plan)), changes }
  } catch (error) {
    await disposeAll(changes)
    throw error
  }
}

/** The variables and files of the release, decrypted. One that can't be read stops the deployment; it is never left out. */
async function load(flight: Flight, plan: Plan): Promise<Cargo> {
  const { job, worker } = flight
  const { environment } = job
  const release = environment.releases.find((one) => one.name === plan.release)
  const set = (plan.kind === 'deploy' && !release ? environment.variableSets[0] : release?.variableSet) ?? null
  const env = set && decryptSet(worker.secrets, set)
  const others = [liveRelease(flight)?.variableSet ?? null, environment.variableSets[0] ?? null]
  const files = await contentsOf(flight, plan)
  const secrets = [...secretsOf(flight, [...others, set]), ...(await secretsOfFiles(flight, plan))]
  return { plan, env, files, exports: exportsOf(plan, env), secrets }
}

/** Files for the live release fly with the variables that it has. */
function loadLive(flight: Flight, plan: Plan): Promise<Cargo> {
  const { type } = flight.job.source as DeploymentSource
  return type === 'files' ? load(flight, plan) : loadSet(flight, plan)
}

/** The set that is applied, and the one that was there: both decrypted, or nothing begins. */
async function loadSet(flight: Flight, plan: Plan): Promise<Cargo> {
  const { set, before } = await setsOf(flight, plan)
  const { secrets: key } = flight.worker
  const env = decryptSet(key, set)
  const undoExports = exportsOf(plan, before && decryptSet(key, before))
  const secrets = [...secretsOf(flight, [set, before]), ...(await secretsOfFiles(flight))]
  return { plan, env, files: [], exports: exportsOf(plan, env), undoExports, secrets }
}

function exportsOf(plan: Plan, env: string | null): Record<string, string> {
  return { ...envValues(env ?? ''), ...plan.exports }
}

/** Whatever must not appear in a log. */
function secretsOf({ job, worker }: Flight, sets: (Parameters<typeof secretsOfSet>[1] | null)[]): string[] {
  const { access } = repositoryAddress(job.environment.project, worker.secrets)
  const values = sets.flatMap((set) => (set ? secretsOfSet(worker.secrets, set) : []))
  return [...new Set([...values, ...secretsOfAccess(access)])]
}
