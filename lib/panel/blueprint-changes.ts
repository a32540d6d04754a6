// Two states of a project as code, and what is different in them.
import type { Blueprint, BlueprintChange } from '@/lib/api/blueprint.ts'

/** In the order of `after`, then what is gone. `before` null: there was no project. */
export function changesBetween(before: Blueprint | null, after: Blueprint): BlueprintChange[] {
  const [then, now] = [flat(before), flat(after)]
  const changes: BlueprintChange[] = []
  for (const [path, value] of now) {
    const old = then.get(path)
    if (old === undefined) changes.push({ path, kind: 'added', after: value })
    else if (JSON.stringify(old) !== JSON.stringify(value))
      changes.push({ path, kind: 'changed', before: old, after: value })
  }
  for (const [path, value] of then) if (!now.has(path)) changes.push({ path, kind: 'removed', before: value })
  return changes
}

/** Settings, hooks, variables and files by their path: deep enough to say which one, not which character of it. */
function flat(blueprint: Blueprint | null): Map<string, unknown> {
  const found = new Map<string, unknown>()
  if (!blueprint) return found
  for (const [name, value] of Object.entries(blueprint.project)) put(found, `project.${name}`, value)
  for (const [slug, environment] of Object.entries(blueprint.environments)) {
    const path = `environments.${slug}`
    const { hooks = {}, variables = {}, options = {}, triggers = {}, files = {}, ...settings } = environment
    const groups = { '': settings, '.options': options, '.triggers': triggers, '.variables': variables }
    for (const [group, values] of Object.entries(groups))
      for (const [name, value] of Object.entries(values)) put(found, `${path}${group}.${name}`, value)
    for (const [event, hook] of Object.entries(hooks))
      for (const [name, value] of Object.entries(hook)) put(found, `${path}.hooks.${event}.${name}`, value)
    for (const [target, byPath] of Object.entries(files))
      for (const [name, file] of Object.entries(byPath ?? {})) put(found, `${path}.files.${target}.${name}`, file)
  }
  for (const name of ['freezes', 'channels'] as const) put(found, name, blueprint[name])
  return found
}

function put(found: Map<string, unknown>, path: string, value: unknown): void {
  if (value !== undefined) found.set(path, value)
}
