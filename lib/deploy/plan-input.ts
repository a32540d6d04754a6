// What the planner is told. Plain data only: whoever plans (worker, preview) gathers it from the store and the mirror.
import type { Options } from '../spec/options.ts'
import type { PackageFile } from '../spec/caches.ts'
import type {
  Finding,
  HookPlace,
  LeaveKeep,
  LifecycleEvent,
  Permissions,
  PlacedFile,
  PlannedFile,
  TreeChange,
} from './types.ts'

export type PlanEnvironment = {
  id: string
  name: string
  slug: string
  /** Name of the project, for people. */
  project: string
  /** Absolute root on the target, without a trailing slash (`/webroot`). */
  root: string
  permissions: Permissions
  /** How many succeeded releases stay on the server, the new one included. At least 2 are always kept. */
  keep: number
  appType: string
  appDomain: string
  /** `owner/name` of the repository, as hooks see it in REPO_NAME. */
  repoName: string
  branch: string
  /** Ready-made steps and what of the repository is deployed. */
  options: Options
}

/** The hook file of one event that a tree holds, already chosen among overrides by lib/spec. */
export type RepositoryHook = { event: LifecycleEvent; path: string; sha256: string }

/** A hook kept in the panel. `sha256` is of the UTF-8 bytes of `text`; `failure` null = as the life cycle has it. */
export type PanelHook = {
  event: LifecycleEvent
  text: string
  sha256: string
  user: string | null
  timeoutMs: number
  failure: 'stops' | 'ignored' | null
  place: HookPlace
}

/** The server of a target. */
export type PlanServer = { id: string; name: string; labels: string[] }

/** A release directory, as far as hooks and guards need it. */
export type ReleaseRef = { name: string; revision: string }

/** A release that the panel knows of on this target, for retention. `succeeded` = it has been live by a deployment that succeeded. */
export type KnownRelease = {
  name: string
  number: number
  state: 'incomplete' | 'complete' | 'removed'
  succeeded: boolean
}

type CommonInput = {
  environment: PlanEnvironment
  targetId: string
  server: PlanServer
  /** Number of this run within its environment; names `.fairlead/hooks/<deployment>/`. */
  deployment: number
  /** What `current` is believed to point at; null = nothing was ever live. */
  live: ReleaseRef | null
  /** Hooks of the release being left; empty when there is none or repository hooks are switched off. */
  liveHooks: RepositoryHook[]
  panelHooks: PanelHook[]
  /** Findings of others (lib/spec, check), carried along in the plan. */
  findings: Finding[]
}

export type PlanInput = CommonInput & {
  /** Name of the new release directory (see release-name.ts) and its full commit. */
  release: string
  revision: string
  /** Hooks of the tree being deployed; empty when repository hooks are switched off. */
  newHooks: RepositoryHook[]
  /** Which files of package managers the tree has; empty when the options don't ask for them. */
  packages: ReadonlySet<PackageFile>
  /** SHA-256 of the `.env` that is written into the release; null = none is written. */
  envSha256: string | null
  /** Files of the panel that are written into the release. */
  files: PlannedFile[]
  /** Files of the panel beside releases, and elsewhere on the server. */
  placed: PlacedFile[]
  /** A person agreed to take over a `current` that isn't ours. */
  adopt: boolean
  /** As `TreeChange` has it: `base` is what the server's pristine tree is believed to hold. */
  tree: Pick<TreeChange, 'revision' | 'contents' | 'base' | 'files' | 'directories' | 'links' | 'totalBytes'>
  /** Every release that the panel knows of on this target (the new one may be among them). */
  releases: KnownRelease[]
}

export type ActivationInput = CommonInput & {
  /** The complete release that becomes live. */
  release: string
  revision: string
  /** Hooks of the release that becomes live: they run when the activation itself has to be undone. */
  newHooks: RepositoryHook[]
  /** SHA-256 that its `.env` must have; null = it must have none of ours. */
  envSha256: string | null
  /** Files beside releases, and elsewhere on the server, as that release was live with them last. */
  placed: PlacedFile[]
}

export type ConfigurationInput = Omit<CommonInput, 'live'> & {
  /** The release that is live: its hooks run, its `.env` is replaced. */
  live: ReleaseRef
  /** The set to apply, and the hash of its bytes. */
  set: { number: number; sha256: string }
  /** Number of the set that the panel believes it has now; null = none of ours. */
  before: number | null
}

/** `release` is the one that goes. */
export type RemovalInput = Omit<ActivationInput, 'newHooks' | 'envSha256' | 'placed'>

/** `release` is what is live there, or the newest one known: it names the run. `keep` as the step `leave` has it. */
export type LeaveInput = RemovalInput & { keep: LeaveKeep }
