// How two variable sets differ, by name only: values never leave this function.
import { readEnvText } from './env-text.ts'

export type NameChanges = { added: string[]; removed: string[]; changed: string[] }

/** null = there is no set. Names in alphabetical order. */
export function envDifference(before: string | null, after: string | null): NameChanges {
  const [old, fresh] = [before, after].map((text) => new Map(Object.entries(readEnvText(text ?? '').values))) as [
    Map<string, string>,
    Map<string, string>,
  ]
  const names = (from: Map<string, string>, keep: (name: string) => boolean) => [...from.keys()].filter(keep).sort()
  return {
    added: names(fresh, (name) => !old.has(name)),
    removed: names(old, (name) => !fresh.has(name)),
    changed: names(fresh, (name) => old.has(name) && old.get(name) !== fresh.get(name)),
  }
}
