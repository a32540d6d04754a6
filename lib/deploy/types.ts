// The nouns of a deployment as plain data, and the types that the I/O layers (lib/ssh, lib/git) implement.
// Nothing here does anything: the planner makes these values, scripts render them, the worker flies them.
import type { HttpCheck } from '../spec/readiness.ts'

/**
 * The lifecycle events, named as their hook files are: the eleven of Amezmo's hook table (seeds §1.3), and two of our own around a
 * switch for what sends visitors to the server.
 */
export const lifecycleEvents = [
  'before.pull',
  'after.pull',
  'after.extract',
  'before.deploy',
  'traffic.out',
  'after.deploy',
  'traffic.in',
  'deploy.success',
  'deploy.failure',
  'rollback/before',
  'rollback/after',
  'config/before-change',
  'config/after-change',
] as const
export type LifecycleEvent = (typeof lifecycleEvents)[number]

/** A hook as the plan records it. `sha256` is of the bytes that are expected to run; another hash is a finding. */
export type PlannedHook = {
  /** Of a step of ours: the event beside which it runs; `live` or new tree as that event's hooks. */
  event: LifecycleEvent
  /** `fairlead` = a ready-made step of lib/spec, written as panel hooks are; `title` is its name for people. */
  origin: 'repository' | 'panel' | 'fairlead'
  title?: string
  /** Which tree the file is taken from. `live` = the release being left. Panel hooks are written to `.fairlead/hooks/<deployment>/`. */
  from: 'new' | 'live' | 'panel'
  /** Release directory name and commit that the file is read from (repository hooks only). */
  release?: string
  revision?: string
  /** Path inside that release (`.amezmo/after.pull`), or the file name under `.fairlead/hooks/<deployment>/`. */
  path: string
  sha256: string
  /** The script text of a panel hook or a step of ours; absent for repository hooks, whose file in the tree is run. */
  text?: string
  /** Run-as user; absent = the login user. */
  user?: string
  timeoutMs: number
  /** `stops` = a failure fails the deployment; `ignored` = it is shown as failed and the deployment goes on. */
  failure: 'stops' | 'ignored'
  /** On one of several servers only. */
  once?: true
  /** What its failure is called when not `command_failed`: then its output says why, after `Not ready: `. */
  code?: 'not_ready'
}

/** Which of several servers a panel hook runs on; `once` = the first server of those that a run is for. */
export type HookPlace =
  { on: 'all' } | { on: 'once' } | { on: 'servers'; serverIds: string[] } | { on: 'labels'; labels: string[] }

export type Permissions = {
  owner: string
  group: string
  /** keep-exec: dirs 2775, files 0664 keeping executable bits; strict: literally 0664; off: nothing is changed. */
  mode: 'keep-exec' | 'strict' | 'off'
}

/** A file of the panel, as plans name it: which revision, and never what is in it. `owner` and `group` absent = as the release has them. */
export type PlannedFile = {
  revision: string
  path: string
  sha256: string
  owner?: string
  group?: string
  /** Four octal digits. */
  mode: string
}

export const fileTargets = ['release', 'shared', 'server'] as const
/** In a release (its path is inside it), in the root beside releases, or anywhere on the server (its path is absolute). */
export type FileTarget = (typeof fileTargets)[number]

/** A file that comes to stand where something else may stand now; `made` null = it is taken away, if it is still what we left. */
export type PlacedFile = {
  target: FileTarget
  path: string
  made: Omit<PlannedFile, 'path'> | null
  /** SHA-256 of what we left there, as far as is known: anything else there is somebody's own, and is kept. */
  known: string | null
}

/** What stays on a server that an environment leaves: what is live and what releases share, or only what they share. */
export type LeaveKeep = 'live' | 'shared'

/** What a step does on the server. `hook` runs once; everything else is ours and may be repeated. */
export type Action =
  | { do: 'check'; needBytes: number; needInodes: number; expectCurrent: string | null; adopt: boolean }
  | { do: 'hook'; hook: PlannedHook }
  /** `revision` names the tree: the commit, or what stands for it with `contents` in place. */
  | {
      do: 'tree'
      revision: string
      base: string | null
      files: number
      directories: number
      links: number
      contents?: TreeContents
    }
  /** `subdirectory`: what of the tree becomes the release; absent = all of it. */
  | { do: 'release'; release: string; revision: string; subdirectory?: string }
  | { do: 'variables'; release: string; sha256: string | null }
  /** Paths are inside the release. */
  | { do: 'files'; release: string; files: PlannedFile[] }
  | { do: 'permissions'; release: string; permissions: Permissions }
  | { do: 'complete'; release: string; revision: string; envSha256: string | null }
  | { do: 'verify'; release: string; envSha256: string | null }
  | { do: 'switch'; release: string; expectCurrent: string | null }
  | { do: 'unlink'; expectCurrent: string }
  /** Replaces the live release's `.env` by set `number`, whose bytes have this hash; what was there is kept until the segment ends well. */
  | { do: 'configure'; release: string; number: number; sha256: string; permissions: Permissions }
  /** Puts back what `segment` of this deployment replaced; set `number` (null = none) is what the panel knows it as. */
  | { do: 'restore'; release: string; segment: string; number: number | null; permissions: Permissions }
  /**
   * Files outside a release that is being made. `holds`: the release is live, and these are the revisions (ids) that it has
   * from then on; absent while it is about to become live.
   */
  | { do: 'place'; release: string; files: PlacedFile[]; permissions: Permissions; holds?: string[] }
  /** Puts back what `segment` of this deployment placed. */
  | { do: 'unplace'; release: string; segment: string; files: Pick<PlacedFile, 'target' | 'path'>[]; holds?: string[] }
  | { do: 'prune'; remove: string[]; keep: string[] }
  /** One release that a person named; never the live one. Unlike `prune` it fails when something is left. */
  | { do: 'remove'; release: string }
  /**
   * The release as target `from` has it, with this manifest (SHA-256) and so many bytes; `home` is the root there. `beside`: what is live under that
   * name here is replaced, and served from a copy of this name meanwhile.
   */
  | { do: 'receive'; release: string; from: string; home: string; manifest: string; bytes: number; beside?: string }
  /** What Fairlead keeps on a server that it leaves: all but the live release, or (`all`) everything that it made but what is shared. */
  | { do: 'leave'; keep: LeaveKeep; caches: string[] }

/** `phase: failure` steps run, in order, only after a `main` step that stops has failed or the segment was cancelled. */
export type Step = {
  /** 1-based, unique in its segment: names `<n>.out`. */
  n: number
  /** Stable name for people and tests: 'check', 'tree', 'after.pull', 'after.pull (panel)', 'switch' … */
  name: string
  stage: 'check' | 'ship' | 'switch' | 'finish' | 'undo'
  phase: 'main' | 'failure'
  action: Action
  replay: 'idempotent' | 'once'
  failure: 'stops' | 'ignored'
  timeoutMs: number
}

/**
 * The consecutive steps of one lane up to the next barrier: one program on one target. `name` is unique in its deployment.
 * `exports`: what differs between targets; of a run on several, which have a root and a release before of their own.
 */
export type Segment = { name: string; targetId: string; steps: Step[]; exports?: Record<string, string> }

/** How many of several servers change at once, and how many have to go on serving. `null` = every server has to succeed. */
export type Strategy = {
  batch: 'all' | 'half' | 'one' | { count: number } | { percent: number }
  minimumHealthy: { count: number } | { percent: number } | null
  /** The first server alone; the others `seconds` later, or (null) when a person says so. */
  canary: { seconds: number | null } | null
  /** CodeDeploy's own oddities: the last server may fail, a fleet that begins below the minimum isn't reduced further. */
  likeCodeDeploy: boolean
  /** What a failure after the first switch does with servers that have the new release already. */
  onFailure: 'rollback' | 'leave'
}

/**
 * A target of a plan for several. `place` counts from 1 and ends the names of its segments; `server` is its name, for people;
 * `health` and `revision` as they were before the run, for the order of batches.
 */
export type PlannedTarget = {
  targetId: string
  place: number
  server: string
  live: string | null
  health: 'healthy' | 'unhealthy'
  revision: 'current' | 'old' | 'unknown'
}

/** A server of the environment that a run is not for. */
export type OutsideTarget = Pick<PlannedTarget, 'targetId' | 'server' | 'health' | 'revision'>

export type PlanKind = 'deploy' | 'activate' | 'configure' | 'remove'

/** What is stored before any server is touched. Hash it with `planHash`. One target ⇒ one batch, one lane, one segment. */
export type Plan = {
  version: 1
  kind: PlanKind
  deployment: number
  environment: { id: string; name: string; project: string }
  release: string
  revision: string
  /** Exports for every hook, built-in ones only (no variable-set values): name → value. Both Amezmo spellings. */
  exports: Record<string, string>
  /** `segment` names the lane's program; absent where all stages but `undo` are one, `main`. */
  stages: { name: Step['stage']; batches: { lanes: { targetId: string; segment?: string; steps: Step[] }[] }[] }[]
  segments: Segment[]
  findings: Finding[]
  /**
   * Of a run on several targets: each stage is flown everywhere before the next, switches in batches. `checks`: what the panel asks
   * of each target once that has switched, before the next batch; then one target is a fleet, too. `outside`: the environment's
   * other servers, which a minimum counts as well; absent where there is none of either.
   */
  fleet?: { targets: PlannedTarget[]; strategy: Strategy; checks?: HttpCheck[]; outside?: OutsideTarget[] }
}

export type Finding = {
  level: 'note' | 'warning' | 'error'
  code: string
  message: string
  path?: string
  hint?: string
}

/** How a step ended, as the runner's journal says it. */
export type StepOutcome =
  'ok' | 'failed' | 'timed_out' | 'cancelled' | 'output_limit' | 'not_killed' | 'skipped' | 'lost'

/** Every way a deployment can fail, as events store it and servers say it. */
export const failureCodes = [
  'command_failed',
  'timed_out',
  'not_ready',
  'minimum_healthy',
  'not_killed',
  'output_limit',
  'connection_lost',
  'unreachable',
  'host_key_changed',
  'invalid_spec',
  'source_not_found',
  'release_missing',
  'owner_conflict',
  'server_restarted',
  'disk_full',
  'not_writable',
  'undo_failed',
  'plan_changed',
  'internal',
] as const
export type FailureCode = (typeof failureCodes)[number]
export type Failure = { code: FailureCode; server?: string; step?: string; exit?: number | null; message: string }

export type DeploymentStatus = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'superseded'

// ── what the I/O layers implement ───────────────────────────────────────────────────────────────────────────────────

/** Where a server is and how to get in. `hostKey` is the pinned public key ("type base64"); null only when it is being read for the first time. */
export type ServerAddress = {
  id: string
  host: string
  port: number
  user: string
  privateKey: string
  hostKey: string | null
  /** The server that it is reached through. */
  via?: ServerAddress
}

/** One exec on a server. Output and input are bytes; `write` resolves when the bytes were accepted (back-pressure). */
export interface Channel {
  readonly output: AsyncIterable<Uint8Array>
  /** The last 8 KiB of stderr, complete once `exit` has resolved. */
  stderr(): string
  /** Exit by signal is never success: code is null then. Rejects with PanelError('unreachable') when the line is cut first. */
  readonly exit: Promise<{ code: number | null; signal: string | null }>
  write(bytes: Uint8Array): Promise<void>
  end(): void
  close(): void
}

/** A live connection; at most 8 channels at once (further `exec`s wait). */
export interface Connection {
  exec(command: string): Promise<Channel>
  /** Resolves when the connection is gone, whatever the reason; never rejects. */
  readonly closed: Promise<void>
  /** Measured round trip of a keepalive, in ms. */
  roundTripMs(): Promise<number>
  end(): void
}

/** Gives warm connections. Rejects with PanelError: unreachable, host_key_changed, forbidden (key refused), timed_out. */
export interface Connector {
  connect(address: ServerAddress, options?: { timeoutMs?: number; signal?: AbortSignal }): Promise<Connection>
  /** The key that the server presents now, as "type base64", and its SHA-256 fingerprint; sends no credentials. */
  hostKey(
    address: { host: string; port: number; via?: ServerAddress },
    options?: { timeoutMs?: number },
  ): Promise<{ hostKey: string; fingerprint: string }>
}

export type Commit = { sha: string; subject: string; author: string; authorEmail: string; at: string }
export type Ref = { name: string; kind: 'branch' | 'tag'; sha: string }
export type FileChange = { path: string; change: 'added' | 'changed' | 'removed' }
/** `commits` are those that `to` has and `from` hasn't, newest first: `ahead` of them; `behind` is the other way round. */
export type Difference = { commits: Commit[]; ahead: number; behind: number; files: number; changed: FileChange[] }
export type RepositoryAccess =
  { kind: 'none' } | { kind: 'key'; privateKey: string } | { kind: 'token'; user: string; token: string }
export type RepositoryAddress = { id: string; url: string; access: RepositoryAccess }

/** A payload of a start stream: exactly `length` bytes whose SHA-256 is `sha256`; `open` may be called again (resend). */
export type Payload = {
  name: 'tree.tar' | 'tree.delete' | 'release.tar'
  length: number
  sha256: string
  open(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

/** Another repository's commit whose files lie at `path`. */
export type Submodule = { path: string; url: string; revision: string }
/** What a tree holds beside what is in the repository itself; absent where there is nothing of the kind. */
export type TreeContents = { submodules?: Submodule[]; lfs?: { files: number; bytes: number } }
/** What of a commit that lies elsewhere is brought along; only what is at or below `within` ('' = everywhere). */
export type Wanted = { submodules: boolean; lfs: boolean; within: string }

/** What turns the pristine tree at `base` (null = nothing) into `revision`. Counts are of the whole resulting tree, `directories` without its root. */
export type TreeChange = {
  base: string | null
  /** The commit itself; with `contents`, the name of what stands for it: the same wherever it is made. */
  revision: string
  contents: TreeContents
  /** Paths of submodules that are deployed as empty directories. */
  empty: string[]
  files: number
  directories: number
  links: number
  /** Bytes and inodes that a full copy of the tree takes. */
  totalBytes: number
  /** Files of the whole tree that are shipped as pointers, without the contents that Git LFS keeps elsewhere. */
  pointers: string[]
  payloads: Payload[]
  dispose(): Promise<void>
}

/** A mirror of one repository on the worker's disk. */
export interface Mirror {
  /** Fetches; PanelError: invalid (URL), forbidden (credentials), not_found, unreachable, timed_out. */
  fetch(options?: { signal?: AbortSignal }): Promise<void>
  refs(): Promise<Ref[]>
  /** Branch, tag, full or unambiguous short SHA (≥ 7) → commit. PanelError not_found names the ref. */
  resolve(ref: string): Promise<Commit>
  /** The whole message of a commit; null when the repository, as it was fetched last, hasn't got it. */
  message(sha: string): Promise<string | null>
  /** The branches and tags that lead to a commit. */
  holding(sha: string): Promise<Ref[]>
  commits(ref: string, options?: { limit?: number; search?: string }): Promise<Commit[]>
  /** From the tree of `from` to that of `to`; lists have at most `limit` (200) entries, counts are of all. */
  between(from: string, to: string, options?: { limit?: number }): Promise<Difference>
  /** Regular files at or below any of `folders` at `sha`, with the bytes that a checkout would write. PanelError `invalid` over 16 MiB. */
  files(sha: string, folders: string[]): Promise<{ path: string; bytes: Uint8Array; sha256: string }[]>
  /** `base` as `TreeChange.revision`. PanelError also for submodules and files of Git LFS that can't be had. */
  change(base: string | null, sha: string, options?: { signal?: AbortSignal }): Promise<TreeChange>
}
export interface Mirrors {
  /** Without `wanted`, what lies elsewhere stays there. */
  open(address: RepositoryAddress, wanted?: Wanted): Promise<Mirror>
  /** Without a mirror: branches and tags by ls-remote. */
  lsRemote(address: RepositoryAddress, options?: { signal?: AbortSignal }): Promise<Ref[]>
}
