// What the panel shows of deployments and releases. `state` is what lib/deploy/reducer makes of the events.
import { z } from 'zod'
import type { Can } from '@/lib/access.ts'
import type { DeploymentState } from '@/lib/deploy/reducer.ts'
import { failureCodes, lifecycleEvents, type Failure, type Finding } from '@/lib/deploy/types.ts'

/** ISO 8601 in UTC. */
export const time = z.string().meta({ format: 'date-time' })
export const lifecycleEvent = z.enum(lifecycleEvents)

/** Lets pages and programs offer only what the panel would do for whoever asked. */
export const canView = z
  .object({ deploy: z.boolean(), readVariables: z.boolean(), configure: z.boolean(), people: z.boolean() })
  .describe(
    'What whoever asked may do here: deploy (also activate and cancel), read variables, configure, decide about people.',
  )
  .meta({ id: 'Can' }) satisfies z.ZodType<Can>

export const planKind = z.enum(['deploy', 'activate', 'configure', 'remove'])
const status = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled', 'superseded'])
const source = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('git'),
    ref: z.string(),
    commit: z.string().optional(),
    unless: z
      .enum(['older', 'older_or_live'])
      .optional()
      .describe('It ends as superseded where its commit is part of what is live by then, or just that.'),
  }),
  z.object({ type: z.literal('release'), number: z.int() }),
  z.object({ type: z.literal('variables'), number: z.int() }),
  z.object({ type: z.literal('files'), number: z.int() }),
  z.object({ type: z.literal('leave'), keep: z.enum(['live', 'shared']) }),
])
export type SourceView = z.infer<typeof source>

const failure = z
  .object({
    code: z.enum(failureCodes),
    server: z.string().optional(),
    step: z.string().optional(),
    exit: z.int().nullable().optional(),
    message: z.string(),
  })
  .meta({ id: 'Failure' }) satisfies z.ZodType<Failure>

export const finding = z
  .object({
    level: z.enum(['note', 'warning', 'error']),
    code: z.string(),
    message: z.string(),
    path: z.string().optional(),
    hint: z.string().optional(),
  })
  .meta({ id: 'Finding' }) satisfies z.ZodType<Finding>

export const releaseView = z
  .object({
    id: z.uuid(),
    environmentId: z.uuid(),
    number: z.int(),
    name: z.string(),
    revision: z.string(),
    ref: z.string(),
    subject: z.string(),
    author: z.string(),
    committedAt: time.nullable(),
    state: z.enum(['incomplete', 'complete', 'removed']),
    isLive: z.boolean().describe('It is what the environment was switched to last.'),
    liveOn: z.array(z.string()).describe('Names of the servers on which it was last seen live.'),
    variablesNumber: z.int().nullable().describe('The number of the variable set it was made with.'),
    createdAt: time,
    liveAt: time.nullable(),
  })
  .meta({ id: 'Release' })
export type ReleaseView = z.infer<typeof releaseView>

export const deploymentView = z
  .object({
    id: z.uuid(),
    environmentId: z.uuid(),
    number: z.int(),
    kind: planKind,
    source,
    servers: z
      .array(z.string())
      .describe('Names of the servers that it was asked for; empty = all of the environment.'),
    status,
    requestedBy: z.string(),
    requestedByName: z.string(),
    revision: z.string().nullable(),
    release: z
      .object({ number: z.int(), name: z.string(), subject: z.string() })
      .nullable()
      .describe('The release that it made or activated; null before it is known.'),
    failure: failure.nullable(),
    cancelRequestedAt: time.nullable(),
    createdAt: time,
    startedAt: time.nullable(),
    finishedAt: time.nullable(),
  })
  .meta({ id: 'Deployment' })
export type DeploymentView = z.infer<typeof deploymentView>

/** A deployment as a strip of outcomes draws it. `step`: the one that runs now, of how many. */
export const runView = z
  .object({
    id: z.uuid(),
    number: z.int(),
    status,
    createdAt: time,
    durationMs: z.number().nullable(),
    step: z.object({ n: z.int(), of: z.int(), name: z.string() }).nullable(),
  })
  .meta({ id: 'Run' })
export type RunView = z.infer<typeof runView>

const planStepView = z
  .object({
    segment: z.string(),
    n: z.int().describe('Unique in its segment.'),
    name: z.string(),
    stage: z.enum(['check', 'ship', 'switch', 'finish', 'undo']),
    phase: z.enum(['main', 'failure']),
    origin: z
      .enum(['fairlead', 'repository', 'panel'])
      .describe('Who wrote what runs: Fairlead itself, a file of the repository, or the panel.'),
    event: lifecycleEvent.nullable(),
    user: z.string().nullable(),
    timeoutMs: z.number(),
    failure: z.enum(['stops', 'ignored']),
    targetId: z.string(),
    server: z.string(),
  })
  .meta({ id: 'PlanStep' })
export type PlanStepView = z.infer<typeof planStepView>

/** What a run on several servers is, beside its steps. */
export const fleetView = z
  .object({
    targets: z
      .array(z.object({ targetId: z.string(), server: z.string(), live: z.string().nullable() }))
      .describe('In the order in which they are flown; `live` is the release that was live there before.'),
    batches: z.array(z.array(z.string())).describe('Ids of the targets that were planned to switch together.'),
    numbers: z.record(z.string(), z.int()).describe('Name of a release → its number.'),
    checks: z
      .array(z.object({ name: z.string(), totalSeconds: z.number() }))
      .describe('What the panel asks of each server that has switched, and for how long at most.'),
    goesOn: z.boolean().describe('Whether it goes on after a server has failed, as a minimum has to serve.'),
    keeps: z
      .boolean()
      .describe(
        'Whether servers that have switched keep the new release when it fails, or is cancelled without a word about that.',
      ),
    skew: z
      .object({ spreadMs: z.number(), errorMs: z.number() })
      .nullable()
      .describe('How far apart the servers of one batch switched, at most; clocks compared. Null before two have.'),
  })
  .meta({ id: 'Fleet' })
export type FleetView = z.infer<typeof fleetView>

const state = z
  .custom<DeploymentState>((value) => typeof value === 'object' && value !== null)
  .meta({
    type: 'object',
    description: 'All events folded: segments with their steps and outcomes, facts, findings.',
  })

export const deploymentDetail = deploymentView
  .extend({
    environment: z.object({
      id: z.uuid(),
      name: z.string(),
      slug: z.string(),
      project: z.string(),
      projectSlug: z.string(),
    }),
    planHash: z.string().nullable(),
    steps: z.array(planStepView),
    fleet: fleetView.nullable().describe('Of a run on several servers only.'),
    findings: z.array(finding),
    state,
    lastSeq: z.int().describe('The seq to continue the stream of events after.'),
    can: canView,
    canCancel: z.boolean(),
  })
  .meta({ id: 'DeploymentDetail' })
export type DeploymentDetail = z.infer<typeof deploymentDetail>

/** Whole lines of one step's redacted output, except that the last line may continue in the next chunk of that step. */
export const logChunkView = z
  .object({
    id: z.string().describe('Decimal text of a 64-bit number; ascending over the whole deployment.'),
    segment: z.string(),
    step: z.int(),
    offset: z.number(),
    firstLine: z.int().describe('0-based number, within the step, of the line that `text` begins in.'),
    lines: z.int(),
    text: z.string(),
    at: time,
  })
  .meta({ id: 'LogChunk' })
export type LogChunkView = z.infer<typeof logChunkView>
