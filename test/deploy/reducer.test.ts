import { expect, test } from 'vitest'
import { parseEvent } from '@/lib/deploy/events.ts'
import type { DeploymentEvent, NewEvent } from '@/lib/deploy/events.ts'
import { nothingYet, reduce } from '@/lib/deploy/reducer.ts'
import { isFinished, moveStatus } from '@/lib/deploy/status.ts'

const at = '2026-11-21T03:46:00.000Z'
const numbered = (events: NewEvent[]): DeploymentEvent[] =>
  events.map((event, index) => ({ ...event, seq: index + 1, at }))

const story = numbered([
  { type: 'requested', data: { by: 'Ada', kind: 'deploy', source: { type: 'git', ref: 'main' } } },
  { type: 'claimed', data: { worker: 'w1', attempt: 1, epoch: '7' } },
  { type: 'resolved', data: { revision: 'ab12cd3', subject: 'Fix', author: 'Ada', ref: 'main' } },
  { type: 'planned', data: { planHash: 'f00', release: 'deployment_1.ab12cd3' } },
  { type: 'segment.sent', data: { segment: 'main', targetId: 't', server: 'web' } },
  { type: 'segment.started', data: { segment: 'main', at: 1000 } },
  { type: 'step.began', data: { segment: 'main', step: 1, at: 1001 } },
  { type: 'segment.looking', data: { segment: 'main', reason: 'cut', lastSeenAt: at } },
  { type: 'segment.attached', data: { segment: 'main' } },
  { type: 'step.fact', data: { segment: 'main', step: 1, key: 'switched', value: 'deployment_1.ab12cd3' } },
  { type: 'step.ended', data: { segment: 'main', step: 1, outcome: 'ok', exit: 0, size: 12, at: 1005 } },
  { type: 'committed', data: { segment: 'main', release: 'deployment_1.ab12cd3', at: 1004 } },
  { type: 'log.verified', data: { segment: 'main', step: 1, bytes: 12, ok: true } },
  { type: 'segment.ended', data: { segment: 'main', outcome: 'ok', at: 1006 } },
  { type: 'finished', data: { status: 'succeeded', failure: null } },
])

test('folds a whole deployment', () => {
  expect(reduce(story)).toEqual({
    seq: 15,
    status: 'succeeded',
    kind: 'deploy',
    requestedBy: 'Ada',
    worker: 'w1',
    attempt: 1,
    commit: { revision: 'ab12cd3', subject: 'Fix', author: 'Ada', ref: 'main' },
    planHash: 'f00',
    release: 'deployment_1.ab12cd3',
    segments: [
      {
        name: 'main',
        targetId: 't',
        server: 'web',
        status: 'ended',
        outcome: 'ok',
        startedAt: 1000,
        endedAt: 1006,
        looking: null,
        steps: [{ n: 1, outcome: 'ok', startedAt: 1001, endedAt: 1005, exit: 0, size: 12, verified: true }],
      },
    ],
    facts: [{ segment: 'main', step: 1, key: 'switched', value: 'deployment_1.ab12cd3' }],
    findings: [],
    committed: { segment: 'main', release: 'deployment_1.ab12cd3', at: 1004 },
    cancel: null,
    undo: null,
    givenUp: null,
    givenUpTargets: [],
    switched: [],
    failedTargets: [],
    batches: [],
    waiting: null,
    continued: null,
    checks: [],
    undos: [],
    failure: null,
    startedAt: at,
    finishedAt: at,
  })
})

test('folding in two parts, or some events twice, gives the same', () => {
  for (let cut = 0; cut <= story.length; cut++) {
    expect(reduce(story.slice(Math.max(0, cut - 2)), reduce(story.slice(0, cut)))).toEqual(reduce(story))
  }
  expect(reduce([])).toBe(nothingYet)
})

test('a wish to cancel has what is to stay, where somebody said so', () => {
  const cancelled = (data: { by: string; keep?: boolean }) =>
    reduce(numbered([{ type: 'cancel.requested', data }])).cancel
  expect(cancelled({ by: 'Ada' })).toEqual({ by: 'Ada', at })
  expect(cancelled({ by: 'Ada', keep: false })).toEqual({ by: 'Ada', keep: false, at })
  expect(parseEvent({ seq: 1, at, type: 'cancel.requested', data: { by: 'Ada' } })).toMatchObject({
    data: { by: 'Ada' },
  })
})

test('a check that the panel does is asked once more by whoever takes over, and its last word counts', () => {
  const asked = { targetId: 't', name: 'up' }
  const ended = { ...asked, ok: false, tries: 3, message: 'http://web/up answers 503', answer: 'HTTP 503' }
  const told = (...events: NewEvent[]) => reduce(numbered(events)).checks
  expect(told({ type: 'readiness.began', data: asked })).toEqual([{ ...asked, ended: null }])
  expect(
    told(
      { type: 'readiness.began', data: asked },
      { type: 'readiness.began', data: { ...asked, name: 'other' } },
      { type: 'readiness.began', data: asked },
      { type: 'readiness.ended', data: ended },
    ),
  ).toEqual([
    { ...asked, name: 'other', ended: null },
    { ...asked, ended },
  ])
})

test('says that it looks for a server until it found it', () => {
  expect(reduce(story.slice(0, 8)).segments[0]?.looking).toEqual({ reason: 'cut', lastSeenAt: at })
  expect(reduce(story.slice(0, 9)).segments[0]?.looking).toBeNull()
})

test('a status moves forward only', () => {
  expect(moveStatus('queued', 'cancelled')).toBe('cancelled')
  expect(moveStatus('running', 'superseded')).toBe('superseded')
  expect(() => moveStatus('queued', 'succeeded')).toThrow('queued to succeeded')
  expect(() => moveStatus('failed', 'running')).toThrow('failed to running')
  expect(() =>
    reduce([...story, { type: 'finished', data: { status: 'failed', failure: null }, seq: 99, at }]),
  ).toThrow()
  expect(isFinished('superseded')).toBe(true)
  expect(isFinished('running')).toBe(false)
})
