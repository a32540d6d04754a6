import { expect, it } from 'vitest'
import { cancelChoices } from '@/components/deployment/cancel-choices.ts'

const run = (keeps: boolean | null, kind: 'deploy' | 'configure' = 'deploy') => ({
  kind,
  fleet: keeps === null ? null : { keeps },
})
const committed = { segment: 'main', release: 'b', at: 0 }
const kept = (...asked: Parameters<typeof cancelChoices>) => cancelChoices(...asked).map(({ keep }) => keep)

it('offers no choice before the switch', () => {
  expect(kept(run(null), { committed: null, status: 'queued' })).toEqual([undefined])
  expect(kept(run(true), { committed: null, status: 'running' })).toEqual([undefined])
})

it('offers both after it, the usual one first', () => {
  const state = { committed, status: 'running' } as const
  expect(kept(run(null), state)).toEqual([false, true])
  expect(kept(run(false), state)).toEqual([false, true])
  expect(kept(run(true), state)).toEqual([true, false])
  expect(cancelChoices(run(null), state).map(({ words }) => words)).toEqual([
    'Cancel and put the previous release back',
    'Cancel; keep the new release',
  ])
  expect(cancelChoices(run(null, 'configure'), state)[1]!.words).toBe('Cancel; keep the change')
})
