// What the database holds of deployments: as rows, to put them back; and as the model compares it: facts, without times.
import { isDeepStrictEqual } from 'node:util'
import { parseEvent } from '@/lib/deploy/events.ts'
import { reduce } from '@/lib/deploy/reducer.ts'
import type { DeploymentState } from '@/lib/deploy/reducer.ts'
import { isFinished } from '@/lib/deploy/status.ts'
import type { DeploymentStatus } from '@/lib/deploy/types.ts'

type StoredSegment = { name: string; state: 'sent' | 'ended' | 'lost'; read: number }
export type DeploymentView = {
  number: number
  status: DeploymentStatus
  attempt: number
  isLeased: boolean
  state: DeploymentState
  segments: StoredSegment[]
}
export type View = DeploymentView[]

type Row = {
  id: string
  number: number
  status: DeploymentStatus
  attempt: number
  epoch: string | null
  leaseUntil: string | null
  cancelRequestedAt: string | null
  commitAt: string | null
  failure: unknown
  planHash: string | null
  revision: string | null
  nextSeq: number
}
/** Rows of tables, by table. */
export type Snapshot = {
  deployments: Row[]
  events: { deploymentId: string; seq: number; at: string; type: string; data: unknown }[]
  segments: { deploymentId: string; name: string; state: 'sent' | 'ended' | 'lost'; journalOffset: number }[]
  nextNumber: number
  epoch: number
}

const now = '2030-01-01T00:00:00Z'
/** Functions `snapshot` and `restore`, and a clock that stands still. */
export const snapshots = `CREATE SCHEMA model;
  CREATE FUNCTION model.clock_timestamp() RETURNS timestamptz IMMUTABLE LANGUAGE sql AS $$ SELECT timestamptz '${now}' $$;
  CREATE FUNCTION model.snapshot() RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object(
      'deployments', (SELECT coalesce(jsonb_agg(to_jsonb(d) ORDER BY d."number"), '[]') FROM "Deployment" d),
      'events', (SELECT coalesce(jsonb_agg(to_jsonb(e) ORDER BY e."deploymentId", e."seq"), '[]') FROM "Event" e),
      'segments', (SELECT coalesce(jsonb_agg(to_jsonb(s) ORDER BY s."deploymentId", s."name"), '[]') FROM "SegmentRun" s),
      'nextNumber', (SELECT "nextNumber" FROM "Environment"), 'epoch', (SELECT last_value FROM "fairlead_epoch")) $$;
  CREATE FUNCTION model.restore(s jsonb) RETURNS void LANGUAGE sql AS $$
    DELETE FROM "Deployment";
    INSERT INTO "Deployment" SELECT * FROM jsonb_populate_recordset(NULL::"Deployment", s->'deployments');
    INSERT INTO "Event" SELECT * FROM jsonb_populate_recordset(NULL::"Event", s->'events');
    INSERT INTO "SegmentRun" SELECT * FROM jsonb_populate_recordset(NULL::"SegmentRun", s->'segments');
    UPDATE "Environment" SET "nextNumber" = (s->'nextNumber')::int;
    SELECT setval('fairlead_epoch', (s->'epoch')::bigint) $$`

/** `key` is equal for views that nothing can tell apart. @throws when a row says anything else than its events. */
export function viewOf(snapshot: Snapshot): { key: string; view: View } {
  const view = snapshot.deployments.map((row): DeploymentView => {
    const { id, number, status, attempt, leaseUntil } = row
    const events = snapshot.events.filter(({ deploymentId }) => deploymentId === id).map(parseEvent)
    const state = reduce(events)
    compare(row, state)
    const isLeased = leaseUntil !== null && Date.parse(leaseUntil) > Date.parse(now)
    const segments = snapshot.segments
      .filter(({ deploymentId }) => deploymentId === id)
      .map(({ name, state, journalOffset }) => ({ name, state, read: journalOffset }))
    return { number, status, attempt, isLeased, state: withoutTimes(state), segments }
  })
  return { key: JSON.stringify(view.map(remembered)), view }
}

/** Of a deployment that has ended only this matters to what comes after it. */
function remembered(one: DeploymentView): unknown {
  if (!isFinished(one.status)) return one
  const { number, status, state } = one
  return {
    number,
    status,
    committed: state.committed,
    undo: state.undo,
    givenUp: state.givenUp,
    ends: state.segments.map(({ outcome }) => outcome),
  }
}

function withoutTimes(state: DeploymentState): DeploymentState {
  const cancel = state.cancel && { ...state.cancel, at: '' }
  const givenUp = state.givenUp && { ...state.givenUp, at: '' }
  return { ...state, cancel, givenUp, seq: 0, worker: null, startedAt: null, finishedAt: null }
}

/** Projections are what the fold of all events says. */
function compare(row: Row, state: DeploymentState): void {
  const { status, failure, planHash, attempt, commit, cancel, committed, seq } = state
  const folded = [
    status,
    failure,
    planHash,
    attempt,
    commit?.revision ?? null,
    cancel !== null,
    committed !== null,
    seq + 1,
  ]
  const wishes = [row.cancelRequestedAt !== null, row.commitAt !== null]
  const stored = [row.status, row.failure, row.planHash, row.attempt, row.revision, ...wishes, row.nextSeq]
  if (!isDeepStrictEqual(folded, stored))
    throw new Error(`the row says ${JSON.stringify(stored)}, its events say ${JSON.stringify(folded)}`)
}
