// What the overview, searches, figures and the logs of servers answer; plain JSON, times ISO 8601 in UTC, durations in ms.
import type { DeploymentStatus, EnvironmentView, RunView } from './shapes.ts'

/** One page of the environments that were looked for, those that need a person first. `counts` are of all pages. */
export type OverviewView = {
  environments: EnvironmentView[]
  /** Of the last 30 days, by environment id. */
  runs: Record<string, RunView[]>
  counts: { failed: number; running: number; well: number }
  page: number
  pages: number
  /** Environments in all, found or not. */
  total: number
}

/** A deployment that is queued or running, as every page shows it. */
export type WorkView = {
  id: string
  number: number
  kind: string
  status: 'queued' | 'running'
  environmentId: string
  environment: string
  project: string
  startedAt: string | null
}

export type EnvironmentHit = {
  id: string
  project: string
  name: string
  branch: string
  projectId: string
  servers: string[]
  live: { number: number; revision: string; subject: string } | null
  rollBackTo: { number: number; subject: string } | null
  isBusy: boolean
  mayDeploy: boolean
  mayReadVariables: boolean
}
/** What a search found; each list is short and has the best first. */
export type SearchView = {
  environments: EnvironmentHit[]
  servers: { id: string; name: string; host: string }[]
  projects: { id: string; name: string; repositoryUrl: string }[]
  /** Releases by the beginning of their commit's SHA, with the deployment that made each. */
  releases: { deploymentId: string; number: number; revision: string; subject: string; environment: string }[]
}

type Spread = { median: number; p95: number }
/** Figures of one environment; weeks begin on Monday, in UTC, oldest first, and each of them is there. */
export type StatisticsView = {
  weeks: {
    from: string
    outcomes: Partial<Record<DeploymentStatus, number>>
    /** Of deployments that succeeded; null without any. */
    duration: Spread | null
    /** From the commit until it was live. */
    leadTime: Spread | null
  }[]
  total: { runs: number; succeeded: number; duration: Spread | null; leadTime: Spread | null }
  /** The longest first; of the last runs that succeeded, at most `sample`. */
  steps: { name: string; runs: number; median: number; p95: number }[]
  sample: number
}

export type LogFileView = { path: string; bytes: number; changedAt: string }
export type LogFilesView = { folder: string; server: string; files: LogFileView[]; isCut: boolean }

/** A stretch of a file on a server, redacted. */
export type LogTextView = {
  text: string
  /** What to go on with: where this stretch ended, and in which file. */
  cursor: string
  /** Of the whole file. */
  bytes: number
  /** More is there to be read already. */
  hasMore: boolean
  /** The file began anew (it was rotated or emptied): what was shown before is of another one. */
  isNew: boolean
}
