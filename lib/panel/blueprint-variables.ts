// The variables of an environment as code: values that anybody may read who may read the file, and the names of secrets.
import type { Actor } from '@/lib/access.ts'
import type { EnvironmentBlueprint } from '@/lib/api/blueprint.ts'
import type { Context } from './context.ts'
import { changeVariables, readVariables } from './variables.ts'

type Variables = NonNullable<EnvironmentBlueprint['variables']>

export async function variablesAsCode(ctx: Context, actor: Actor, environmentId: string): Promise<Variables> {
  const { variables = [] } = (await readVariables(ctx, actor, { environmentId })) ?? {}
  return Object.fromEntries(
    variables.map(({ name, value }) => [name, value === null ? { secret: true as const } : value]),
  )
}

/** One new set, if anything differs. Returns the names of secrets that have no value yet. PanelError as changeVariables. */
export async function applyVariables(
  ctx: Context,
  actor: Actor,
  environmentId: string,
  wanted: Variables,
): Promise<string[]> {
  const before = await variablesAsCode(ctx, actor, environmentId)
  const set: Record<string, string> = {}
  const secrets: Record<string, boolean> = {}
  const missing: string[] = []
  for (const [name, value] of Object.entries(wanted)) {
    const now = Object.hasOwn(before, name) ? before[name] : undefined
    if (typeof value === 'string') {
      if (now === value) continue
      set[name] = value
      secrets[name] = false
    } else if (now === undefined) missing.push(name)
    else if (typeof now === 'string') secrets[name] = true
  }
  const unset = Object.keys(before).filter((name) => !Object.hasOwn(wanted, name))
  if (unset.length + Object.keys(set).length + Object.keys(secrets).length > 0)
    await changeVariables(ctx, actor, { environmentId, set, unset, secrets })
  return missing
}
