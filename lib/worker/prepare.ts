// Before a server is touched: the commit, the hooks, the variables, and from them the plan, which is stored.
import type { Plan, TreeChange } from '@/lib/deploy/types.ts'
import { envValues } from '@/lib/redact/env.ts'
import { secretsOfEnv } from '@/lib/redact/secrets.ts'
import { decryptText, repositoryAddress, secretsOfAccess } from './addresses.ts'
import type { Flight } from './flight.ts'
import { liveRelease } from './ground.ts'
import { planExisting, planNew } from './planning.ts'
import type { NewPlan } from './planning.ts'

/** What flying needs beside the plan; never stored. `env` null = the release gets no `.env` of ours. */
export type Cargo = {
  plan: Plan
  env: string | null
  exports: Record<string, string>
  secrets: string[]
  /** What planning found to ship; absent when the plan was taken up from the store. Whoever flies disposes of it. */
  change?: TreeChange
}

/** Plans the deployment, or takes up the plan that was stored before. @throws PanelError with what a person can mend. */
export async function prepare(flight: Flight): Promise<Cargo> {
  const { plan, kind } = flight.job
  if (plan) return load(flight, plan)
  if (kind === 'activate') return load(flight, await planExisting(flight))
  return loadNew(flight, await planNew(flight))
}

/** The same plan for a server whose pristine tree isn't what we believed: everything is shipped. */
export async function planWhole(flight: Flight): Promise<Cargo> {
  return loadNew(flight, await planNew(flight, null))
}

async function loadNew(flight: Flight, { plan, change }: NewPlan): Promise<Cargo> {
  try {
    return { ...load(flight, plan), change }
  } catch (error) {
    await change.dispose()
    throw error
  }
}

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
