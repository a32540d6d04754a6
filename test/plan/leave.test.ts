// What a server is left with when it is taken out of an environment.
import { expect, test } from 'vitest'
import { draftLeave } from '@/lib/deploy/plan-removal.ts'
import { assemblePlan } from '@/lib/deploy/plan-steps.ts'
import { parseOptions } from '@/lib/spec/options.ts'
import { activationInput } from './fixtures.ts'

const ours = { phase: 'main', replay: 'idempotent', failure: 'stops' } as const
const check = (expectCurrent: string | null) => ({
  ...{ n: 1, name: 'check', stage: 'check', ...ours, timeoutMs: 30_000 },
  action: { do: 'check', needBytes: 0, needInodes: 0, expectCurrent, adopt: false },
})
const leave = (keep: string, caches: string[]) => ({
  ...{ n: 2, name: 'leave', stage: 'finish', ...ours, timeoutMs: 900_000 },
  action: { do: 'leave', keep, caches },
})

test('is one segment without hooks and without an undo', () => {
  const input = activationInput()
  const plan = assemblePlan(draftLeave({ ...input, keep: 'live' }))
  expect(plan.kind).toBe('remove')
  expect(plan.segments).toEqual([
    { name: 'main', targetId: input.targetId, steps: [check(input.live?.name ?? null), leave('live', [])] },
  ])
  expect(plan.stages.map(({ name }) => name)).toEqual(['check', 'finish'])
})

test('takes linked caches along, and expects nothing where nothing is live', () => {
  const { environment, ...input } = activationInput()
  const options = parseOptions({ caches: { vendor: 'link', node_modules: 'seed' } })
  const plan = assemblePlan(
    draftLeave({ ...input, live: null, environment: { ...environment, options }, keep: 'shared' }),
  )
  expect(plan.segments[0]!.steps).toEqual([check(null), leave('shared', ['vendor'])])
})
