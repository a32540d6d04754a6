// Mirrors of repositories on the worker's disk: one bare repository per repository id.
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Mirrors, RepositoryAddress } from '../deploy/types.ts'
import { PanelError } from '../errors.ts'
import { parseAddress } from './address.ts'
import { credentialsFor } from './credentials.ts'
import type { ParsedAddress } from './address.ts'
import { elsewhereOf } from './elsewhere.ts'
import type { Surroundings } from './elsewhere.ts'
import { usualLimits } from './lfs-objects.ts'
import type { LfsLimits } from './lfs-objects.ts'
import { withLock } from './lock.ts'
import { exists, gitConfig, isEmpty, makeBare, mirrorName, removeStaleLocks } from './mirror-folder.ts'
import { makeMirror } from './mirror.ts'
import type { MirrorParts } from './mirror.ts'
import { openObjects } from './objects.ts'
import { Passages } from './passage.ts'
import { endOrphans } from './orphans.ts'
import { pinned } from './reach.ts'
import type { Reach } from './reach.ts'
import { parseRefs } from './refs.ts'
import { gitEnvironment, runGit } from './run.ts'
import { openSpool, removeAbandoned } from './spool.ts'
import { Trees } from './tree.ts'
import { wholeOf } from './whole.ts'
import type { Objects } from './objects.ts'
import type { GitCall } from './run.ts'

export type MirrorsOptions = {
  /** Where mirrors, known_hosts and spooled payloads live; made when it isn't there (0700). */
  folder: string
  /** Folders of this machine whose repositories may be read by path. */
  localPrefixes: string[]
  /** Hosts of private networks that repositories may name themselves, for submodules and Git LFS. */
  privateHosts?: string[]
  lfsLimits?: LfsLimits
  /** Longest silence of a Git host, in ms. */
  silenceMs?: number
}

/** So many mirrors' trees are remembered; a large one takes some MB. */
const readersAtMost = 32

const usualSilenceMs = 60_000

/** Contents of Git LFS go in there: they are packed already, and may be larger than memory. */
const wholeConfig = '[core]\n\tbigFileThreshold = 1m\n\tcompression = 1\n'

/** Opens the folder of mirrors. Everything it gives implements `Mirrors` of lib/deploy/types.ts. */
export async function openMirrors(options: MirrorsOptions): Promise<Mirrors> {
  const { folder, localPrefixes, privateHosts = [], lfsLimits = usualLimits, silenceMs = usualSilenceMs } = options
  const root = resolve(folder)
  await mkdir(root, { recursive: true, mode: 0o700 })
  await removeAbandoned(join(root, 'spool'))
  const spool = await openSpool(join(root, 'spool'))
  const config = join(root, 'gitconfig')
  await writeFile(`${config}.${process.pid}`, gitConfig)
  await rename(`${config}.${process.pid}`, config)
  const knownHosts = join(root, 'known_hosts')
  const tails = new Map<string, Promise<unknown>>()
  const passages = new Passages()

  /** One at a time per mirror within this process; the lock file is for the other processes. */
  const queued = <T>(id: string, work: () => Promise<T>): Promise<T> => {
    const run = (tails.get(id) ?? Promise.resolve()).then(work)
    const tail = run.catch(() => undefined)
    tails.set(id, tail)
    void tail.then(() => tails.get(id) === tail && tails.delete(id))
    return run
  }

  const call = (path: string, extra: Partial<GitCall> & { shownAs: string }): GitCall => ({
    folder: root,
    gitDir: path,
    ...extra,
    env: { GIT_CONFIG_GLOBAL: config, ...extra.env },
  })

  const readers = new Map<string, { objects: Objects; trees: Trees }>()
  /** What is known of a mirror's objects outlives the asking for it. */
  const readerOf = (path: string): { objects: Objects; trees: Trees } => {
    const known = readers.get(path)
    readers.delete(path)
    // Whoever was asked for the longest time ago makes room.
    for (const oldest of [...readers.keys()].slice(0, Math.max(0, readers.size + 1 - readersAtMost)))
      readers.delete(oldest)
    if (known) {
      readers.set(path, known)
      return known
    }
    const here = call(path, { shownAs: path })
    const objects = openObjects(root, gitEnvironment(here))
    const reader = { objects, trees: new Trees({ objects, git: (args) => runGit(args, here) }) }
    readers.set(path, reader)
    return reader
  }

  /** Runs a git command that speaks to the remote, with its credentials for just as long. */
  const remote = async (
    address: RepositoryAddress,
    gitDir: string | null,
    args: (parsed: ParsedAddress) => string[],
    { signal, reach }: { signal?: AbortSignal | undefined; reach?: Reach | undefined } = {},
  ): Promise<Buffer> => {
    const parsed = await parseAddress(address.url, localPrefixes)
    const pins = reach && (await pinned(parsed, reach))
    const credentials = await credentialsFor(parsed, address.access, knownHosts)
    const run = (to: ParsedAddress, env: Record<string, string>): Promise<Buffer> => {
      const options = { shownAs: parsed.url, env, silenceMs, ...(signal ? { signal } : {}) }
      const { gitDir: _none, ...outside } = call('', options)
      return runGit(args(to), gitDir === null ? outside : call(gitDir, options))
    }
    try {
      if (pins) return await run(parsed, { ...credentials.env, ...pins })
      const found = await throughPassage(parsed, credentials.authorization, gitDir, run)
      signal?.throwIfAborted()
      return found ?? (await run(parsed, credentials.env))
    } finally {
      await credentials.release()
    }
  }

  /** Null when git has to go itself. A first fetch brings much and asks little: nothing is gained for it. */
  const throughPassage = async (
    parsed: ParsedAddress,
    authorization: string | null,
    gitDir: string | null,
    run: (to: ParsedAddress, env: Record<string, string>) => Promise<Buffer>,
  ): Promise<Buffer | null> => {
    if (parsed.kind !== 'https' || (gitDir !== null && (await isEmpty(gitDir)))) return null
    const passage = await passages.open(parsed.origin, authorization)
    if (!passage) return null
    try {
      return await run({ ...parsed, url: passage.origin + parsed.url.slice(parsed.origin.length) }, passage.env)
    } catch (error) {
      // What the direct way would only run into again.
      if (error instanceof PanelError && ['timed_out', 'unavailable'].includes(error.code)) throw error
      return null
    } finally {
      passage.release()
    }
  }

  /** A repository of ours: `made` when it isn't there yet. */
  const init = async (id: string, path: string, shownAs: string, settings = ''): Promise<void> => {
    if (await exists(path)) return
    // Somebody removed it: what was there isn't there any more.
    readers.delete(path)
    const make = (fresh: string) =>
      runGit(['init', '--quiet', '--bare', '--initial-branch=main', '--', fresh], call(fresh, { shownAs }))
    await queued(id, () => withLock(`${path}.lock`, () => makeBare(path, make, settings)))
  }

  const partsOf = async (address: RepositoryAddress, reach?: Reach): Promise<MirrorParts> => {
    const path = join(root, mirrorName(address.id))
    await init(address.id, path, address.url)
    return {
      path,
      spool,
      ...readerOf(path),
      git: (args, options) => runGit(args, call(path, { shownAs: address.url, ...options })),
      fetch: (signal, commit) =>
        queued(address.id, () =>
          withLock(
            `${path}.lock`,
            async (isTidy) => {
              if (!isTidy) {
                await endOrphans(path)
                await removeStaleLocks(path)
              }
              await remote(address, path, (to) => fetchArguments(to, commit), { signal, reach })
            },
            signal,
          ),
        ),
    }
  }

  const around: Surroundings = {
    localPrefixes,
    privateHosts,
    limits: lfsLimits,
    silenceMs,
    knownHosts,
    openParts: partsOf,
    async beside({ id, url: shownAs }) {
      const path = join(root, mirrorName(id).replace(/\.git$/, '.whole'))
      await init(id, path, shownAs, wholeConfig)
      return {
        path,
        spool,
        ...readerOf(path),
        git: (args, more) => runGit(args, call(path, { shownAs, ...more })),
        fetch: () => Promise.reject(new Error('nothing is fetched there')),
      }
    },
    forget: (path) => void readers.delete(path),
    alone: (path, work, signal) =>
      queued(path, () =>
        withLock(
          `${path}.lock`,
          async (isTidy) => {
            if (!isTidy) await removeStaleLocks(path)
            return work()
          },
          signal,
        ),
      ),
  }

  return {
    async open(address, wanted = { submodules: false, lfs: false, within: '' }) {
      const parts = await partsOf(address)
      return makeMirror(parts, (sha, of, signal) =>
        wholeOf(
          { parts, address },
          sha,
          of === 'all' ? wanted : { ...wanted, lfs: false, within: '' },
          elsewhereOf(parts, address, around, signal),
        ),
      )
    },
    async lsRemote(address, options) {
      const output = await remote(
        address,
        null,
        ({ url }) => ['ls-remote', '--heads', '--tags', '--end-of-options', url],
        options,
      )
      return parseRefs(output.toString(), '\t')
    },
  }
}

/** All branches and tags, or one commit that none of them may lead to. */
function fetchArguments({ url }: ParsedAddress, commit?: string): string[] {
  const options = [
    '--progress',
    '--force',
    '--prune',
    '--no-tags',
    '--no-write-fetch-head',
    '--no-auto-maintenance',
    '--no-recurse-submodules',
  ]
  if (commit !== undefined)
    return ['fetch', ...options, '--end-of-options', url, `+${commit}:refs/fairlead/commits/${commit}`]
  // Where there is no branch `x`, git takes a tag or branch called `refs/heads/x` for it.
  const refs = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*', '^refs/heads/refs/*', '^refs/tags/refs/*']
  return ['fetch', ...options, '--end-of-options', url, ...refs]
}
