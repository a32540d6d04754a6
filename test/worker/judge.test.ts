import { describe, expect, test } from 'vitest'
import { nothingYet } from '@/lib/deploy/reducer.ts'
import type { DeploymentState, Fact, SegmentState } from '@/lib/deploy/reducer.ts'
import type { Segment } from '@/lib/deploy/types.ts'
import { judge, judgeUndo } from '@/lib/worker/judge.ts'
import { hookOf } from '../ssh/engine-ground.ts'
import { step } from '../ssh/flight.ts'

function main(expectCurrent: string | null, adopt = false): Segment {
  const steps = [
    step(1, { do: 'check', needBytes: 0, needInodes: 0, expectCurrent, adopt }),
    step(2, { do: 'switch', release: 'b', expectCurrent }),
  ]
  return { name: 'main', targetId: 't', steps }
}

/** Lost on the way after the switch. */
function lost(facts: Fact[]): DeploymentState {
  const at = { startedAt: null, endedAt: null, looking: null }
  const who = { name: 'main', targetId: 't', server: 's', steps: [] }
  const segment: SegmentState = { ...who, status: 'ended', outcome: 'lost', ...at }
  return { ...nothingYet, segments: [segment], facts, committed: { segment: 'main', release: 'b', at: 0 } }
}

const previous = (value: string): Fact => ({ segment: 'main', step: 2, key: 'previous', value })

test('what the server said was live before is put back', () => {
  expect(judge(lost([previous('a')]), main('x'), 's').undo).toEqual({ release: 'a' })
  expect(judge(lost([previous('')]), main(null), 's').undo).toEqual({ release: null })
})

test('without its word, what was expected to be live is put back', () => {
  expect(judge(lost([]), main('a'), 's').undo).toEqual({ release: 'a' })
  expect(judge(lost([]), main(null), 's').undo).toEqual({ release: null })
})

test('when nobody knows what was live, nothing is touched', () => {
  expect(judge(lost([]), main(null, true), 's').undo).toBeNull()
})

describe('a cancelled run', () => {
  const at = { startedAt: 0, endedAt: null, exit: null, size: 0, verified: null }
  const ended = (n: number, outcome: SegmentState['steps'][number]['outcome']) => ({ n, outcome, ...at })
  const cancelled = (keep?: boolean, steps: SegmentState['steps'] = []): DeploymentState => {
    const known = lost([previous('a')])
    const cancel = { by: 'Ada', at: '', ...(keep === undefined ? {} : { keep }) }
    return { ...known, cancel, segments: [{ ...known.segments[0]!, outcome: 'cancelled', steps }] }
  }
  const undone = { status: 'cancelled', failure: null, undo: { release: 'a' } }

  test('that took effect is put back unless whoever cancelled keeps it', () => {
    expect(judge(cancelled(), main('a'), 's')).toEqual(undone)
    expect(judge(cancelled(false), main('a'), 's')).toEqual(undone)
    expect(judge(cancelled(true), main('a'), 's')).toEqual({ ...undone, undo: null })
  })

  test('that failed or was lost is put back whatever was wished', () => {
    const { cancel } = cancelled(true)
    expect(judge({ ...lost([previous('a')]), cancel }, main('a'), 's')).toMatchObject({
      status: 'failed',
      undo: { release: 'a' },
    })
  })

  test('has files back that were placed for a switch that never came, whatever was wished', () => {
    const segment = main('a')
    segment.steps.push(
      step(3, { do: 'place', release: 'b', files: [], permissions: { owner: '', group: '', mode: 'off' } }),
    )
    const placed = { segment: 'main', step: 3, key: 'placed', value: '- x' }
    const state = { ...cancelled(true, [ended(3, 'ok')]), committed: null, facts: [placed] }
    expect(judge(state, segment, 's')).toEqual(undone)
  })

  test('does not keep visitors away for good', () => {
    const segment = main('a')
    for (const [index, event] of (['traffic.out', 'traffic.in'] as const).entries())
      segment.steps.push(step(3 + index, { do: 'hook', hook: hookOf('true', { event }) }))
    const after = (outcome: SegmentState['steps'][number]['outcome']) =>
      judge(cancelled(true, [ended(3, 'ok'), ended(4, outcome)]), segment, 's').undo
    expect([after('skipped'), after('cancelled'), after('ok')]).toEqual([{ release: 'a' }, { release: 'a' }, null])
  })
})

test('an end that is said to be good without the end of each step is none', () => {
  const segment = main('a')
  const ended = (steps: number[], outcome: 'ok' | 'running') =>
    steps.map((n) => ({ n, outcome, startedAt: 0, endedAt: null, exit: null, size: 0, verified: null }))
  const state = (steps: SegmentState['steps']): DeploymentState => {
    const known = lost([])
    return { ...known, segments: [{ ...known.segments[0]!, outcome: 'ok', steps }] }
  }
  expect(judge(state(ended([1, 2], 'ok')), segment, 's')).toMatchObject({ status: 'succeeded' })
  for (const steps of [ended([1], 'ok'), [...ended([1], 'ok'), ...ended([2], 'running')]])
    expect(judge(state(steps), segment, 's')).toMatchObject({
      status: 'failed',
      failure: { code: 'internal', step: 'switch' },
      undo: { release: 'a' },
    })
})

test('an undo that never began says why', () => {
  const full = { code: 'disk_full', message: 'The disk of s is full.' } as const
  const undo: Segment = { name: 'undo', targetId: 't', steps: main('a').steps.slice(1) }
  expect(judgeUndo(lost([]), undo, 's', full)).toMatchObject({
    code: 'undo_failed',
    message: 'The release before could not be put back: The disk of s is full.',
  })
})
