// What is going on, in the API: the overview, searches, figures, and the logs that programs write on servers.
import { z } from 'zod'
import { logFilesInput, logTextInput, overviewInput, searchInput, statisticsInput } from '../inputs-overview.ts'
import { nothing } from '../inputs.ts'
import { operation } from '../operation.ts'
import type {
  LogFilesView,
  LogTextView,
  OverviewView,
  SearchView,
  StatisticsView,
  WorkView,
} from '../shapes-overview.ts'
import { environmentView, runView, time } from '../shapes.ts'

const text = z.string()
const commit = z.object({ number: z.int(), subject: text })

const overview = z.object({
  environments: z.array(environmentView),
  runs: z.record(text, z.array(runView)).describe('Of the last 30 days, by environment id.'),
  counts: z.object({ failed: z.int(), running: z.int(), well: z.int() }),
  page: z.int(),
  pages: z.int(),
  total: z.int().describe('Environments in all, found or not.'),
}) satisfies z.ZodType<OverviewView>

const work = z.object({
  id: z.uuid(),
  number: z.int(),
  kind: text,
  status: z.enum(['queued', 'running']),
  environmentId: z.uuid(),
  environment: text,
  project: text,
  startedAt: time.nullable(),
}) satisfies z.ZodType<WorkView>

const found = z.object({
  environments: z.array(
    z.object({
      id: z.uuid(),
      project: text,
      name: text,
      branch: text,
      projectId: z.uuid(),
      servers: z.array(text),
      live: commit.extend({ revision: text }).nullable(),
      rollBackTo: commit.nullable(),
      isBusy: z.boolean(),
      mayDeploy: z.boolean(),
      mayReadVariables: z.boolean(),
    }),
  ),
  servers: z.array(z.object({ id: z.uuid(), name: text, host: text })),
  projects: z.array(z.object({ id: z.uuid(), name: text, repositoryUrl: text })),
  releases: z.array(
    z.object({ deploymentId: z.uuid(), number: z.int(), revision: text, subject: text, environment: text }),
  ),
}) satisfies z.ZodType<SearchView>

const spread = z.object({ median: z.number(), p95: z.number() }).nullable().describe('Milliseconds; null without any.')
const outcomes = z.partialRecord(
  z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled', 'superseded']),
  z.int(),
)
const figures = z.object({
  weeks: z.array(z.object({ from: text, outcomes, duration: spread, leadTime: spread })),
  total: z.object({ runs: z.int(), succeeded: z.int(), duration: spread, leadTime: spread }),
  steps: z.array(z.object({ name: text, runs: z.int(), median: z.number(), p95: z.number() })),
  sample: z.int(),
}) satisfies z.ZodType<StatisticsView>

const logFiles = z.object({
  folder: text,
  server: text,
  files: z.array(z.object({ path: text, bytes: z.number(), changedAt: text })),
  isCut: z.boolean(),
}) satisfies z.ZodType<LogFilesView>

const logText = z.object({
  text,
  cursor: text,
  bytes: z.number(),
  hasMore: z.boolean(),
  isNew: z.boolean().describe('The file began anew: what was read before is of another one.'),
}) satisfies z.ZodType<LogTextView>

const environment = '/environments/{environmentId}'

export const overviewOperations = {
  readOverview: operation({
    method: 'GET',
    path: '/overview',
    summary: 'A page of environments, those first that need a person; `search` narrows them down',
    role: 'viewer',
    input: overviewInput.unwrap(),
    output: overview,
    command: 'overview',
  }),
  listWork: operation({
    method: 'GET',
    path: '/work',
    summary: 'Deployments that are queued or running anywhere, the oldest first',
    role: 'viewer',
    input: nothing.unwrap(),
    output: z.array(work),
    command: 'work',
  }),
  search: operation({
    method: 'POST',
    path: '/search',
    summary: 'Environments, servers, projects and releases by a few letters or the beginning of a commit',
    role: 'viewer',
    input: searchInput,
    output: found,
    command: 'search',
  }),
  readStatistics: operation({
    method: 'GET',
    path: `${environment}/statistics`,
    summary: 'Outcomes, durations and lead time by week, and the slowest steps',
    role: 'viewer',
    input: statisticsInput,
    output: figures,
    command: 'environment statistics',
  }),
  listLogFiles: operation({
    method: 'GET',
    path: `${environment}/logs`,
    summary: 'Files below the folder `logs` on the environment’s server, the newest first',
    role: 'viewer',
    input: logFilesInput,
    output: logFiles,
    command: 'log list',
  }),
  readLogText: operation({
    method: 'GET',
    path: `${environment}/logs/text`,
    summary: 'The end of such a file, or what was added since `cursor`, with secrets masked',
    role: 'viewer',
    input: logTextInput,
    output: logText,
    command: 'log read',
  }),
}
