// The record of a deployment: its events against its row, and against what somebody saw who watched.
import type { DeploymentEvent } from '@/lib/deploy/events.ts'
import type { DeploymentState } from '@/lib/deploy/reducer.ts'
import { readChunks } from '@/lib/store/logs.ts'
import type { Excuse } from './checks.ts'
import type { Flown } from './fly.ts'
import type { Panel } from './panel.ts'
import type { Watched } from './web.ts'

const onceEach = new Set([
  'requested',
  'resolved',
  'segment.started',
  'step.began',
  'step.fact',
  'step.ended',
  'committed',
  'segment.ended',
  'log.verified',
  'finished',
])

export function eventProblems(
  events: DeploymentEvent[],
  state: DeploymentState,
  row: { status: string; nextSeq: number },
  { loses }: Excuse,
): string[] {
  const problems: string[] = []
  events.forEach(({ seq }, index) => {
    if (seq !== index + 1) problems.push(`event ${index + 1} has the number ${seq}`)
  })
  if (row.nextSeq !== events.length + 1) problems.push(`the next event would be ${row.nextSeq} after ${events.length}`)
  if (events.at(-1)?.type !== 'finished') problems.push(`the last event is ${events.at(-1)?.type}`)
  if (state.status !== row.status) problems.push(`events say ${state.status}, the row ${row.status}`)
  const seen = new Set<string>()
  for (const { type, data } of events) {
    if (!onceEach.has(type)) continue
    const text = JSON.stringify(type === 'step.fact' ? [type, data] : [type, identity(data)])
    if (seen.has(text)) problems.push(`twice: ${text}`)
    seen.add(text)
  }
  for (const { name, status, outcome: end, steps } of state.segments) {
    const isLost = loses && end === 'lost'
    // What the only server refused to start stays sent: the failure says why.
    const isRefused = name === 'main' && status === 'sent' && state.status === 'failed' && steps.length === 0
    if (status !== 'ended' && !isRefused) problems.push(`segment ${name} is ${status}`)
    for (const step of steps) {
      if (step.outcome === 'running' || (step.outcome === 'lost' && !isLost))
        problems.push(`step ${step.n} of ${name} is ${step.outcome}`)
      if (step.verified === false) problems.push(`the log of step ${step.n} of ${name} is not the server's`)
      if ((step.size ?? 0) > 0 && step.verified === null && !isLost)
        problems.push(`the log of step ${step.n} of ${name} was never compared`)
    }
  }
  return problems
}
/** Whoever watched saw every event and every piece of the log once, in order, whatever was killed meanwhile. */
export async function watchedProblems(
  { ctx }: Panel,
  { deploymentId }: Flown,
  events: DeploymentEvent[],
  watched: Watched,
): Promise<string[]> {
  const problems: string[] = []
  if (JSON.stringify(watched.events) !== JSON.stringify(events))
    problems.push(`watched were the events ${watched.events.map(({ seq }) => seq).join()} of ${events.length}`)
  const chunks = (await readChunks(ctx.db.pool, { deploymentId, limit: 1_000_000 })).map(({ id, bytes }) => ({
    id,
    text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes),
  }))
  if (JSON.stringify(watched.chunks.map(({ id, text }) => ({ id, text }))) !== JSON.stringify(chunks))
    problems.push(
      `watched were the chunks ${watched.chunks.map(({ id }) => id).join()} of ${chunks.map(({ id }) => id).join()}`,
    )
  return problems
}

/** Of a segment or of a step of it, whatever else is said with it. */
function identity(data: object): unknown {
  const { segment, step } = data as { segment?: string; step?: number }
  return [segment, step]
}
