// What whoever takes over in the middle of a run on several servers makes of it: found by the model of test/model.
import { expect, test } from 'vitest'
import { nothingYet, reduce } from '@/lib/deploy/reducer.ts'
import type { DeploymentState } from '@/lib/deploy/reducer.ts'
import type { NewEvent } from '@/lib/deploy/events.ts'
import { unsaidUndo } from '@/lib/worker/journal-events.ts'
import { heirOfOnce, isDoomed, nextOf, stopNow, undoOf } from '@/lib/worker/judge-fleet.ts'
import { Wishes } from '@/lib/worker/wishes.ts'
import { fleetPlan, live, release } from '../model/fleet-plan.ts'

const plan = fleetPlan({ batch: 'all', canary: { seconds: null } })

function after(...events: NewEvent[]): DeploymentState {
  return reduce(events.map((event, index) => ({ ...event, seq: index + 1, at: '' })))
}

const sent: NewEvent[] = [
  { type: 'batch.began', data: { batch: 1, targetIds: ['target-1'] } },
  { type: 'segment.sent', data: { segment: 'switch-1', targetId: 'target-1', server: 'web-1' } },
]
const lost: NewEvent = { type: 'segment.ended', data: { segment: 'switch-1', outcome: 'lost', at: 0 } }

test('a first server that is still switching has not failed', () => {
  expect(stopNow(after(...sent), plan, false)).toBeNull()
  expect(nextOf(after(...sent, lost), plan)).toMatchObject({ next: 'stop', code: 'canary_failed' })
})

test('wishes that were stored before are heard at once', () => {
  const wishes = new Wishes()
  wishes.hearOf(nothingYet)
  const others = wishes.giveUpOf('target-2')
  expect([wishes.cancel.aborted, wishes.giveUp.aborted, wishes.goOn.aborted, others.aborted]).toEqual(
    Array(4).fill(false),
  )
  wishes.hearOf(after({ type: 'cancel.requested', data: { by: 'Ada' } }))
  expect([wishes.cancel.aborted, wishes.giveUp.aborted]).toEqual([true, false])
  wishes.hearOf(after({ type: 'given.up', data: { by: 'Ada', targetId: 'target-2' } }))
  wishes.hearOf(after({ type: 'continued', data: { by: 'Ada' } }))
  expect([wishes.giveUp.aborted, wishes.goOn.aborted, others.aborted]).toEqual([false, true, true])
  expect(wishes.giveUpOf('target-1').aborted).toBe(false)
})

test('a server that was put back before it lost its power says so itself', () => {
  const undo = plan.segments.find(({ name }) => name === 'undo-1')!
  const data = { segment: 'switch-1', targetId: 'target-1', release, at: 0 }
  const state = after(...sent, { type: 'switched', data })
  const back = { type: 'switched', data: { segment: 'undo-1', targetId: 'target-1', release: live, at: 5 } }
  expect(unsaidUndo(state, undo, live, 5)).toEqual([back])
  expect(unsaidUndo(state, undo, release, 5)).toEqual([])
  expect(unsaidUndo(state, undo, null, 5)).toEqual([])
  const gone = { type: 'switched', data: { segment: 'undo-1', targetId: 'target-1', release: null, at: 5 } }
  expect(unsaidUndo(state, undo, '', 5)).toEqual([gone])
  expect(unsaidUndo(after(...sent), undo, live, 5)).toEqual([])
})

test('an undo that was sent before somebody gave its server up is followed by whoever takes over', () => {
  const data = { segment: 'switch-1', targetId: 'target-1', release, at: 0 }
  const begun: NewEvent[] = [
    ...[...sent, lost],
    { type: 'switched', data },
    { type: 'given.up', data: { by: 'Ada', targetId: 'target-1' } },
  ]
  const undo: NewEvent[] = [
    { type: 'undo.began', data: { segment: 'undo-1', release: live, why: '' } },
    { type: 'segment.sent', data: { segment: 'undo-1', targetId: 'target-1', server: 'web-1' } },
  ]
  const ended: NewEvent = { type: 'segment.ended', data: { segment: 'undo-1', outcome: 'lost', at: 0 } }
  expect(undoOf(after(...begun), plan, 'target-1')).toBeNull()
  expect(undoOf(after(...begun, ...undo), plan, 'target-1')).toMatchObject({
    segment: { name: 'undo-1' },
    release: live,
  })
  expect(undoOf(after(...begun, ...undo, ended), plan, 'target-1')).toBeNull()
})

test('a failure that a minimum turns into an end says the numbers, also where the batch leaves the minimum', () => {
  const failure = {
    code: 'command_failed',
    server: 'web-1',
    step: 'after.deploy',
    message: 'It ended with 3',
  } as const
  const failed: NewEvent = { type: 'target.failed', data: { segment: 'switch-1', targetId: 'target-1', failure } }
  const end = (plan: ReturnType<typeof fleetPlan>) =>
    stopNow(after(...sent, lost, failed), plan, false)?.failure?.message
  const reason = 'It ended with 3. 2 servers would serve, and at least 2 have to: no server more may be risked.'
  expect(end(fleetPlan({ batch: 'one', likeCodeDeploy: true }))).toBe(reason)
  expect(end(fleetPlan({ minimumHealthy: { count: 2 } }))).toBe(reason)
  expect(end(fleetPlan({ batch: 'one' }))).toBe('It ended with 3')
})

test('what runs once moves to the first server that goes on, as long as it was sent to nobody; lost, it ends the run', () => {
  const lenient = fleetPlan({ batch: 'one', minimumHealthy: { count: 1 } })
  const failure = { code: 'unreachable', server: 'web-1', message: 'Nobody is there.' } as const
  const fail = (segment: string): NewEvent => ({
    type: 'target.failed',
    data: { segment, targetId: 'target-1', failure },
  })
  const sentOnce: NewEvent = {
    type: 'segment.sent',
    data: { segment: 'once-ship-1', targetId: 'target-1', server: 'web-1' },
  }
  const left = heirOfOnce(after(fail('ship-1')), lenient, ['once-ship-1'])
  expect(left).toMatchObject({ segment: { targetId: 'target-1' }, heir: { targetId: 'target-2' } })
  expect(heirOfOnce(after(), lenient, ['once-ship-1'])).toBeNull()
  expect(heirOfOnce(after(fail('ship-1')), lenient, ['ship-2'])).toBeNull()
  expect(stopNow(after(fail('ship-1')), lenient, false)).toBeNull()
  const unsure = after(sentOnce, fail('once-ship-1'))
  expect(heirOfOnce(unsure, lenient, ['once-ship-1'])).toBeNull()
  expect(stopNow(unsure, lenient, false)).toMatchObject({
    status: 'failed',
    failure: { step: 'after.pull (panel)', message: expect.stringContaining('it isn’t run a second time') },
  })
  expect([isDoomed(unsure, lenient, false), isDoomed(after(fail('ship-1')), lenient, false)]).toEqual([true, false])
})
