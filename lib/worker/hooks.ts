// What a repository's commits say about their own deployment: hooks, and the files of package managers.
import { PanelError } from '@/lib/errors.ts'
import type { RepositoryHook } from '@/lib/deploy/plan.ts'
import type { Finding, Mirror } from '@/lib/deploy/types.ts'
import { readHooks, readPaths } from '@/lib/spec/amezmo.ts'
import { looksForPackages, packageFiles } from '@/lib/spec/caches.ts'
import type { PackageFile } from '@/lib/spec/caches.ts'
import { parseOptions } from '@/lib/spec/options.ts'
import type { Ground } from './ground.ts'
import { fetch, isNotFound } from './source.ts'

/** `packages`: which of those files are there; none when no option asks for them. */
export type Hooks = { hooks: RepositoryHook[]; findings: Finding[]; packages: ReadonlySet<PackageFile> }
const nothing: Hooks = { hooks: [], findings: [], packages: new Set() }

/** What a release is, or will be, made of. */
type Made = { revision: string; subdirectory: string }

/** Hooks of the tree that becomes live, and of the one that is left. */
export function hooksOf(ground: Ground, mirror: Mirror, fresh: Made, live: Made | null): Promise<[Hooks, Hooks]> {
  return Promise.all([hooksAt(ground, mirror, fresh), live ? hooksAt(ground, mirror, live) : nothing])
}

/**
 * Fetches when the mirror doesn't know the commit. A live release's may be gone from the repository, or that be out of
 * reach when people want to go back: then nothing of it is known, and its hooks don't run.
 */
async function hooksAt(ground: Ground, mirror: Mirror, { revision, subdirectory }: Made): Promise<Hooks> {
  const { environment } = ground
  const options = parseOptions(environment.options)
  const within = (path: string): string => (subdirectory === '' ? path : `${subdirectory}/${path}`)
  const hooks = environment.repositoryHooks ? readPaths(subdirectory) : []
  const packages = looksForPackages(options) ? packageFiles.map((name) => ({ name, path: within(name) })) : []
  const paths = [...hooks, ...packages.map(({ path }) => path)]
  if (paths.length === 0) return nothing
  const key = JSON.stringify([environment.projectId, environment.slug, revision, paths, options.submodules])
  const known = ground.worker.hooks.get(key)
  if (known) return known
  const files = () => mirror.files(revision, paths)
  try {
    const found = await files().catch(async (error: unknown) => {
      if (!isNotFound(error)) throw error
      await fetch(ground, mirror).catch((cause: unknown) => leftOut(ground, cause))
      return files()
    })
    const there = new Set(found.map(({ path }) => path))
    const read: Hooks = {
      ...(environment.repositoryHooks ? readHooks(found, environment.slug, subdirectory) : nothing),
      packages: new Set(packages.flatMap(({ name, path }) => (there.has(path) ? [name] : []))),
    }
    ground.worker.hooks.set(key, read)
    return read
  } catch (error) {
    if (!isNotFound(error)) throw error
    const message = `The commit ${revision.slice(0, 7)} is not in the repository any more, or that could not be reached: its hooks are left out.`
    return { ...nothing, findings: [{ level: 'warning', code: goneCode, message }] }
  }
}

/** Going on without hooks is for a Git host that refuses or is away, not for a person or a claim that ends the work. */
function leftOut(ground: Ground, cause: unknown): void {
  ground.signal.throwIfAborted()
  if (!(cause instanceof PanelError)) throw cause
}

const goneCode = 'commit_gone'
/** Of the release being left, only what keeps its hooks from running matters. */
export const gone = ({ findings }: Pick<Hooks, 'findings'>): Finding[] =>
  findings.filter(({ code }) => code === goneCode)
