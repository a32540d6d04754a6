// The hooks that a repository brings along, read from its commits.
import { PanelError } from '@/lib/errors.ts'
import type { RepositoryHook } from '@/lib/deploy/plan.ts'
import type { Finding, Mirror } from '@/lib/deploy/types.ts'
import { readHooks, readPaths } from '@/lib/spec/amezmo.ts'
import type { Ground } from './ground.ts'
import { fetch, isNotFound } from './source.ts'

export type Hooks = { hooks: RepositoryHook[]; findings: Finding[] }

/** Hooks of the tree that becomes live, and of the one that is left. */
export function hooksOf(
  ground: Ground,
  mirror: Mirror,
  revision: string,
  live: { revision: string } | null,
): Promise<[Hooks, Hooks]> {
  return Promise.all([
    hooksAt(ground, mirror, revision),
    live ? hooksAt(ground, mirror, live.revision) : { hooks: [], findings: [] },
  ])
}

/**
 * Fetches when the mirror doesn't know the commit. A live release's may be gone from the repository, or that be out of
 * reach when people want to go back: then nothing of it is known, and its hooks don't run.
 */
async function hooksAt(ground: Ground, mirror: Mirror, revision: string): Promise<Hooks> {
  const { environment } = ground
  if (!environment.repositoryHooks) return { hooks: [], findings: [] }
  const key = JSON.stringify([environment.projectId, environment.slug, revision])
  const known = ground.worker.hooks.get(key)
  if (known) return known
  const files = () => mirror.files(revision, [...readPaths])
  try {
    const found = await files().catch(async (error: unknown) => {
      if (!isNotFound(error)) throw error
      await fetch(ground, mirror).catch((cause: unknown) => leftOut(ground, cause))
      return files()
    })
    const read = readHooks(found, environment.slug)
    ground.worker.hooks.set(key, read)
    return read
  } catch (error) {
    if (!isNotFound(error)) throw error
    const message = `The commit ${revision.slice(0, 7)} is not in the repository any more, or that could not be reached: its hooks are left out.`
    return { hooks: [], findings: [{ level: 'warning', code: goneCode, message }] }
  }
}

/** Going on without hooks is for a Git host that refuses or is away, not for a person or a claim that ends the work. */
function leftOut(ground: Ground, cause: unknown): void {
  ground.signal.throwIfAborted()
  if (!(cause instanceof PanelError)) throw cause
}

const goneCode = 'commit_gone'
/** Of the release being left, only what keeps its hooks from running matters. */
export const gone = ({ findings }: Hooks): Finding[] => findings.filter(({ code }) => code === goneCode)
