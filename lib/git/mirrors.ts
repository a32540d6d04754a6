// Mirrors of repositories on the worker's disk: one bare repository per repository id.
import { createHash } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Mirrors, RepositoryAddress } from '../deploy/types.ts'
import { PanelError } from '../errors.ts'
import { parseAddress } from './address.ts'
import { credentialsFor } from './credentials.ts'
import type { ParsedAddress } from './address.ts'
import { withLock } from './lock.ts'
import { makeMirror } from './mirror.ts'
import { openObjects } from './objects.ts'
import { Passages } from './passage.ts'
import { endOrphans } from './orphans.ts'
import { parseRefs } from './refs.ts'
import { gitEnvironment, runGit } from './run.ts'
import { openSpool, removeAbandoned } from './spool.ts'
import { Trees } from './tree.ts'
import type { Objects } from './objects.ts'
import type { GitCall } from './run.ts'

export type MirrorsOptions = {
  /** Where mirrors, known_hosts and spooled payloads live; made when it isn't there (0700). */
  folder: string
  /** Folders of this machine whose repositories may be read by path. */
  localPrefixes: string[]
}

/** Settings of every git process; the machine's and the user's own are not read. */
const gitConfig = `[core]
	hooksPath = /dev/null
	fsmonitor = false
	attributesFile = /dev/null
	excludesFile = /dev/null
	quotePath = false
	commitGraph = true
[gc]
	auto = 0
[maintenance]
	auto = false
[credential]
	helper =
[fetch]
	recurseSubmodules = false
	writeCommitGraph = false
[submodule]
	recurse = false
[tar]
	umask = 0022
[i18n]
	logOutputEncoding = UTF-8
[safe]
	directory = *
[advice]
	detachedHead = false
`

/** Attributes that win over the repository's own: a deployed tree is the commit's, not that of a source archive. */
const attributes = '* -export-ignore -export-subst\n'

/** So many mirrors' trees are remembered; a large one takes some MB. */
const readersAtMost = 32

/** Longest silence of a Git host, in ms. */
const silenceMs = 60_000

/** Opens the folder of mirrors. Everything it gives implements `Mirrors` of lib/deploy/types.ts. */
export async function openMirrors({ folder, localPrefixes }: MirrorsOptions): Promise<Mirrors> {
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
    signal?: AbortSignal,
  ): Promise<Buffer> => {
    const parsed = await parseAddress(address.url, localPrefixes)
    const credentials = await credentialsFor(parsed, address.access, knownHosts)
    const run = (to: ParsedAddress, env: Record<string, string>): Promise<Buffer> => {
      const options = { shownAs: parsed.url, env, silenceMs, ...(signal ? { signal } : {}) }
      const { gitDir: _none, ...outside } = call('', options)
      return runGit(args(to), gitDir === null ? outside : call(gitDir, options))
    }
    try {
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

  return {
    async open(address) {
      const path = join(root, mirrorName(address.id))
      const prepare = async () => {
        if (await exists(path)) return
        const fresh = `${path}.new`
        await rm(fresh, { recursive: true, force: true })
        await runGit(
          ['init', '--quiet', '--bare', '--initial-branch=main', '--', fresh],
          call(fresh, { shownAs: address.url }),
        )
        await mkdir(join(fresh, 'info'), { recursive: true })
        await writeFile(join(fresh, 'info', 'attributes'), attributes)
        await rename(fresh, path)
      }
      if (!(await exists(path))) {
        // Somebody removed it: what was there isn't there any more.
        readers.delete(path)
        await queued(address.id, () => withLock(`${path}.lock`, prepare))
      }
      return makeMirror({
        path,
        spool,
        ...readerOf(path),
        git: (args, options) => runGit(args, call(path, { shownAs: address.url, ...options })),
        fetch: (signal) =>
          queued(address.id, () =>
            withLock(
              `${path}.lock`,
              async (isTidy) => {
                if (!isTidy) {
                  await endOrphans(path)
                  await removeStaleLocks(path)
                }
                await remote(address, path, fetchArguments, signal)
              },
              signal,
            ),
          ),
      })
    },
    async lsRemote(address, options) {
      const output = await remote(
        address,
        null,
        ({ url }) => ['ls-remote', '--heads', '--tags', '--end-of-options', url],
        options?.signal,
      )
      return parseRefs(output.toString(), '\t')
    },
  }
}

function fetchArguments({ url }: ParsedAddress): string[] {
  const options = [
    '--progress',
    '--force',
    '--prune',
    '--no-tags',
    '--no-write-fetch-head',
    '--no-auto-maintenance',
    '--no-recurse-submodules',
  ]
  // Where there is no branch `x`, git takes a tag or branch called `refs/heads/x` for it.
  const refs = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*', '^refs/heads/refs/*', '^refs/tags/refs/*']
  return ['fetch', ...options, '--end-of-options', url, ...refs]
}

/** The id as a directory name: ids are UUIDs; anything else is hashed rather than trusted. */
function mirrorName(id: string): string {
  if (id === '') throw new PanelError('invalid', 'A repository needs an id.')
  return `${/^[A-Za-z0-9-]{1,64}$/.test(id) ? id : createHash('sha256').update(id).digest('hex')}.git`
}

/** Lock files that a killed fetch left: we hold the mirror and orphans are gone, so nobody writes to it. */
async function removeStaleLocks(path: string): Promise<void> {
  const names = await readdir(path, { recursive: true })
  for (const name of names) if (name.endsWith('.lock')) await rm(join(path, name), { force: true })
}

/** No pack and no object: nothing was fetched yet. */
async function isEmpty(mirror: string): Promise<boolean> {
  const [objects, packs] = await Promise.all([readdir(join(mirror, 'objects')), readdir(join(mirror, 'objects/pack'))])
  return packs.length === 0 && objects.length <= 2
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null
}
