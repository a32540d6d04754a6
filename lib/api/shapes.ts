// What the panel shows and what it takes in: views (plain JSON; times are ISO 8601 in UTC, durations ms) and input schemas.
// Pages, the API and the CLI share these; nothing here holds a secret.
import { z } from 'zod'
import type { Role } from '@/lib/access.ts'
import type { DeploymentState } from '@/lib/deploy/reducer.ts'
import type {
  Commit,
  DeploymentStatus,
  Failure,
  Finding,
  LifecycleEvent,
  Permissions,
  PlanKind,
  Ref,
  Step,
} from '@/lib/deploy/types.ts'

export type { Commit, DeploymentState, DeploymentStatus, Failure, Ref }

export { roles, type Actor, type Role } from '@/lib/access.ts'

const verdicts = ['ok', 'warning', 'failed'] as const
type Verdict = (typeof verdicts)[number]
const checkLine = z.object({
  id: z.string(),
  label: z.string(),
  verdict: z.enum(verdicts),
  detail: z.string(),
  /** What to do or paste on the server, possibly several lines. */
  remedy: z.string().optional(),
})
export const checkReport = z.object({ lines: z.array(checkLine) })
export type CheckReport = z.infer<typeof checkReport> & { verdict: Verdict; at: string }

export type ServerView = {
  id: string
  name: string
  host: string
  port: number
  user: string
  /** The `ssh-ed25519 …` line to authorise, and one shell command that does it when run on the server as the deploy user. */
  publicKey: string
  authorizeCommand: string
  /** null until a person confirmed the fingerprint (`SHA256:…`). */
  fingerprint: string | null
  check: CheckReport | null
  environments: { id: string; name: string; project: string; root: string }[]
  createdAt: string
}
export type HostKeyView = { hostKey: string; fingerprint: string }

export type ProjectView = {
  id: string
  name: string
  slug: string
  repositoryUrl: string
  access: 'none' | 'key' | 'token'
  /** The deploy key's public line (access `key` only). */
  publicKey: string | null
  environments: { id: string; name: string; slug: string }[]
  createdAt: string
}

export type TargetView = {
  id: string
  serverId: string
  server: string
  host: string
  root: string
  adopt: boolean
  /** Name of the release that `current` pointed to when the panel last saw it. */
  liveRelease: string | null
  liveSeenAt: string | null
}

export type ReleaseView = {
  id: string
  environmentId: string
  number: number
  name: string
  revision: string
  ref: string
  subject: string
  author: string
  committedAt: string | null
  state: 'incomplete' | 'complete' | 'removed'
  isLive: boolean
  /** The number of the variable set it was made with. */
  variablesNumber: number | null
  createdAt: string
  liveAt: string | null
}

export type SourceView = { type: 'git'; ref: string; commit?: string } | { type: 'release'; number: number }

export type DeploymentView = {
  id: string
  environmentId: string
  number: number
  kind: PlanKind
  source: SourceView
  status: DeploymentStatus
  requestedBy: string
  requestedByName: string
  revision: string | null
  /** The release that it made or activated; null before it is known. */
  release: { number: number; name: string; subject: string } | null
  failure: Failure | null
  cancelRequestedAt: string | null
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
}

/** A deployment as a strip of outcomes draws it. `step`: the one that runs now, of how many. */
export type RunView = {
  id: string
  number: number
  status: DeploymentStatus
  createdAt: string
  durationMs: number | null
  step: { n: number; of: number; name: string } | null
}

export type EnvironmentView = {
  id: string
  projectId: string
  project: string
  projectSlug: string
  repositoryUrl: string
  name: string
  slug: string
  branch: string
  releaseNaming: 'sequence' | 'time'
  keep: number
  permissions: Permissions
  repositoryHooks: boolean
  appType: string
  appDomain: string
  targets: TargetView[]
  live: ReleaseView | null
  /** The newest complete release that was live before `live`: what "roll back" would activate. */
  rollBackTo: ReleaseView | null
  last: DeploymentView | null
  running: DeploymentView | null
  createdAt: string
}

/** A planned step as it is shown. `n` is unique in its segment. */
export type PlanStepView = {
  segment: string
  n: number
  name: string
  stage: Step['stage']
  phase: Step['phase']
  /** Who wrote what runs: Fairlead itself, a file of the repository, or the panel. */
  origin: 'fairlead' | 'repository' | 'panel'
  event: LifecycleEvent | null
  user: string | null
  timeoutMs: number
  failure: Step['failure']
  server: string
}

export type DeploymentDetail = DeploymentView & {
  environment: { id: string; name: string; slug: string; project: string; projectSlug: string }
  planHash: string | null
  steps: PlanStepView[]
  findings: Finding[]
  /** All events folded; `lastSeq` is the seq to continue the stream after. */
  state: DeploymentState
  lastSeq: number
  canCancel: boolean
}

/** Whole lines of one step's redacted output, except that the last line may continue in the next chunk of that step. */
export type LogChunkView = {
  /** Decimal text of a 64-bit number; ascending over the whole deployment. */
  id: string
  segment: string
  step: number
  offset: number
  /** 0-based line number, within the step, of the line that `text` begins in. */
  firstLine: number
  lines: number
  text: string
  at: string
}

export type HookView = {
  environmentId: string
  event: LifecycleEvent
  number: number
  text: string
  sha256: string
  user: string | null
  timeoutMs: number
  createdBy: string
  createdAt: string
}
export type VariablesView = { number: number; text: string; names: string[]; createdBy: string; createdAt: string }

export type SessionView = {
  id: string
  address: string
  userAgent: string
  createdAt: string
  seenAt: string
  expiresAt: string
  isCurrent: boolean
}
export type TokenView = {
  id: string
  name: string
  /** The first characters of the secret, to tell tokens apart. */
  prefix: string
  role: Role
  createdAt: string
  usedAt: string | null
  expiresAt: string | null
}
