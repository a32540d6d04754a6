// Reading the hook files of a repository: which file runs at which event, and what looks wrong about them. Source: seeds §1.3, §1.5.
import { lifecycleEvents } from '../deploy/types.ts'
import type { Finding, LifecycleEvent } from '../deploy/types.ts'
import type { RepositoryHook } from '../deploy/plan-input.ts'
import { scriptFindings } from './script-findings.ts'
import { editDistance } from '../format/edit-distance.ts'

/** Folders that hold hooks, strongest first. */
const hookFolders = ['.fairlead', '.amezmo'] as const

/** Everything of a tree that `readHooks` wants to see: `Mirror.files(sha, readPaths(…))`. */
export function readPaths(subdirectory: string): string[] {
  return hookFolders.map((folder) => inside(subdirectory, folder))
}

function inside(subdirectory: string, path: string): string {
  return subdirectory === '' ? path : `${subdirectory}/${path}`
}

/** A regular file of the tree; `path` from its root. */
type HookFile = { path: string; bytes: Uint8Array; sha256: string }

/** Names that older documents gave to an event. */
const oldNames: Record<string, LifecycleEvent> = { 'after.upload': 'after.extract' }
const names = new Map<string, LifecycleEvent>([
  ...lifecycleEvents.map((event) => [event, event] as const),
  ...Object.entries(oldNames),
])

/**
 * The hook of each event for `environment` (its slug), in the order of the life cycle. Precedence: `.fairlead/<environment>/X`,
 * `.fairlead/X`, `.amezmo/<environment>/X`, `.amezmo/X`; in one folder a new name goes before an old one. Findings are all
 * problems at once, by path; files of other environments are looked at for their
 * names only. Only `subdirectory` is deployed ('' = all): hooks are read there, and their paths are of the release.
 */
export function readHooks(
  all: HookFile[],
  environment: string,
  subdirectory = '',
): { hooks: RepositoryHook[]; findings: Finding[] } {
  const prefix = inside(subdirectory, '')
  const files = all.flatMap((file) =>
    file.path.startsWith(prefix) ? [{ ...file, path: file.path.slice(prefix.length) }] : [],
  )
  const byPath = new Map(files.map((file) => [file.path, file]))
  const findings: Finding[] = []
  const hooks: RepositoryHook[] = []
  for (const event of lifecycleEvents) {
    const spellings = [event, ...Object.keys(oldNames).filter((old) => oldNames[old] === event)]
    const found = hookFolders
      .flatMap((folder) => [`${folder}/${environment}`, folder])
      .flatMap((folder) => spellings.map((name) => byPath.get(`${folder}/${name}`)))
      .find((file) => file !== undefined)
    if (!found) continue
    hooks.push({ event, path: found.path, sha256: found.sha256 })
    findings.push(...scriptFindings(found.path, found.bytes))
  }
  for (const { path } of files) {
    const finding = nameFinding(path)
    if (finding) findings.push(finding)
  }
  return { hooks, findings: findings.sort((a, b) => compare(a.path ?? '', b.path ?? '')) }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** What is wrong with a file's name or place, if it looks meant as a hook. Ordinary files (README.md, libraries) are left alone. */
function nameFinding(path: string): Finding | null {
  const parts = path.split('/')
  const folder = parts[0] ?? ''
  const rest = parts.slice(1)
  if (!(hookFolders as readonly string[]).includes(folder) || isHookPlace(rest)) return null
  const meant = eventMeant(rest)
  if (!meant) return null
  // A folder that isn't part of an event's own name is an environment's.
  const inEnvironment = rest.length > 1 && !eventFolders.includes(rest[0] ?? '') ? `${rest[0]}/` : ''
  const place = `${folder}/${inEnvironment}${meant}`
  return {
    level: 'warning',
    code: 'hook_misnamed',
    path,
    message: `${path} is not the name of a hook and will not run.`,
    hint: `Did you mean ${place}?`,
  }
}

/** Folders of events: `.amezmo/config/before.pull` is a hook in the wrong folder, not one of an environment `config`. */
const eventFolders = ['rollback', 'config']

function isHookPlace(rest: string[]): boolean {
  const ofEnvironment = rest.length > 1 && !eventFolders.includes(rest[0] ?? '')
  return names.has(rest.join('/')) || (ofEnvironment && names.has(rest.slice(1).join('/')))
}

/** The event that a wrong path most likely means: the same letters in other dress, or within two typing errors of it. */
function eventMeant(rest: string[]): LifecycleEvent | null {
  const candidates = [rest.join('/'), rest.slice(1).join('/'), rest.at(-1) ?? ''].filter((one) => one !== '').map(plain)
  let best: { event: LifecycleEvent; distance: number } | null = null
  for (const [name, event] of names) {
    for (const candidate of candidates) {
      const distance = editDistance(candidate, plain(name))
      if (distance <= 2 && (!best || distance < best.distance)) best = { event, distance }
    }
  }
  return best?.event ?? null
}

/** Lower case, without separators and without the endings that people add to shell scripts. */
function plain(name: string): string {
  return name
    .toLowerCase()
    .replace(/\.(sh|bash|txt)$/, '')
    .replace(/[^a-z]/g, '')
}
