import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TargetContext } from '@/lib/deploy/programs.ts'
import type { Connection, PlannedHook, Segment, ServerAddress } from '@/lib/deploy/types.ts'
import { generateKeyPair } from '@/lib/ssh/keys.ts'
import { startSandbox } from '@/scripts/sandbox.ts'
import type { Frame } from '@/lib/deploy/frames.ts'
import { canMakeMachines, startHost } from '../hosts/hosts.ts'
import { fly, sha256, step } from './flight.ts'
import type { Flight } from './flight.ts'

/** A server to deploy to, and a connection to it. */
export type Ground = { address: ServerAddress; root(): Promise<string>; stop(): Promise<void> }
export type Site = { ground: Ground; connection: Connection }

/** The sandbox server of the demo as such a ground. */
export async function sandboxGround(): Promise<Ground> {
  const folder = await mkdtemp(join(tmpdir(), 'ground-'))
  const sandbox = await startSandbox({ folder })
  const { privateKey, publicKey } = generateKeyPair()
  await sandbox.authorize(publicKey)
  let roots = 0
  return {
    address: { id: 's', host: '127.0.0.1', port: sandbox.port, user: 's', privateKey, hostKey: sandbox.hostKey },
    root: async () => {
      const root = join(sandbox.home, String((roots += 1)))
      await mkdir(root)
      return root
    },
    stop: async () => {
      await sandbox.stop()
      await rm(folder, { recursive: true })
    },
  }
}

/** Every kind of server that can be had here, by name. */
export const grounds: [string, () => Promise<Ground>][] = [['the sandbox', sandboxGround]]
if (canMakeMachines()) {
  grounds.push(['a GNU userland', () => startHost()], ['a busybox userland', () => startHost({ userland: 'busybox' })])
}

export const owner = 'panel/environment'

export function context(root: string, deployment: number, more: Partial<TargetContext> = {}): TargetContext {
  return { root, owner, epoch: String(deployment), deployment, ...more }
}

/** A revision that no other number has. */
export const revisionOf = (number: number): string => number.toString(16).padStart(40, 'a')
export const releaseOf = (number: number): string => `release_${number}`

type Tree = { payload: { name: string; bytes: Uint8Array }; files: number; directories: number; links: number }

/** These files as the tar that is shipped: names as they stand, directories implied. */
export async function treeOf(files: Record<string, string | Uint8Array>): Promise<Tree> {
  const folder = await mkdtemp(join(tmpdir(), 'tree-'))
  const directories = new Set<string>()
  for (const [path, bytes] of Object.entries(files)) {
    for (let at = dirname(path); at !== '.'; at = dirname(at)) directories.add(at)
    await mkdir(join(folder, dirname(path)), { recursive: true })
    await writeFile(join(folder, path), bytes)
  }
  const bytes = execFileSync('tar', ['-cf', '-', '-C', folder, '--null', '--verbatim-files-from', '-T', '-'], {
    input: Object.keys(files).join('\0'),
    maxBuffer: 256 * 1024 * 1024,
  })
  await rm(folder, { recursive: true })
  const payload = { name: 'tree.tar', bytes }
  return { payload, files: Object.keys(files).length, directories: directories.size, links: 0 }
}

/** A hook written in the panel, for `after.deploy`. */
export function hookOf(text: string, more: Partial<PlannedHook> = {}): PlannedHook {
  const hook = { event: 'after.deploy', origin: 'panel', from: 'panel', path: 'hook', text } as const
  return { ...hook, sha256: sha256(text), timeoutMs: 60_000, failure: 'stops', ...more }
}

export type Deployment = {
  number: number
  live?: number
  files?: Record<string, string | Uint8Array>
  /** The number whose tree is the base; null = everything is sent. */
  base?: number | null
  tree?: Tree
  hooks?: PlannedHook[]
  exports?: Record<string, string>
  env?: string | null
  context?: Partial<TargetContext>
}

/** check 1, tree 2, release 3, variables 4, hooks from 5, then complete and switch. */
export async function deploySegment(deployment: Deployment): Promise<{ segment: Segment; tree: Tree }> {
  const { number, live, hooks = [], env = null } = deployment
  const tree = deployment.tree ?? (await treeOf(deployment.files ?? { version: `${number}\n` }))
  const { files, directories, links } = tree
  const [release, revision] = [releaseOf(number), revisionOf(number)]
  const expectCurrent = live === undefined ? null : releaseOf(live)
  const base = deployment.base == null ? null : revisionOf(deployment.base)
  const envSha256 = env === null ? null : sha256(env)
  const after = 5 + hooks.length
  const steps = [
    step(1, { do: 'check', needBytes: 0, needInodes: 0, expectCurrent, adopt: false }),
    step(2, { do: 'tree', revision, base, files, directories, links }),
    step(3, { do: 'release', release, revision }),
    step(4, { do: 'variables', release, sha256: envSha256 }),
    ...hooks.map((hook, i) =>
      step(
        5 + i,
        { do: 'hook', hook },
        { timeoutMs: hook.timeoutMs, failure: hook.failure === 'stops' ? 'stops' : 'ignored' },
      ),
    ),
    step(after, { do: 'complete', release, revision, envSha256 }),
    step(after + 1, { do: 'switch', release, expectCurrent }),
  ]
  return { segment: { name: 'main', targetId: 'target', steps }, tree }
}

/** Flies a whole deployment of `files`. */
export async function deploy(
  { connection }: { connection: Connection },
  root: string,
  deployment: Deployment,
  seen?: (frame: Frame) => void | Promise<void>,
): Promise<Flight> {
  const { segment, tree } = await deploySegment(deployment)
  const { exports = {}, env = null } = deployment
  const ctx = context(root, deployment.number, deployment.context)
  return fly(connection, ctx, segment, { exports, env, payloads: [tree.payload] }, seen)
}
