// What a repair is, by what is known of the servers: the live release itself, or its commit deployed again.
import { expect, it } from 'vitest'
import type { DriftView } from '@/lib/api/shapes-drift.ts'
import { repairOf } from '@/lib/panel/drift-repair.ts'

type Part = NonNullable<DriftView['drift']>['differences'][number]['part']
const live = (...complete: string[]) => ({
  number: 7,
  ref: 'main',
  revision: 'a'.repeat(40),
  onTargets: complete.map((targetId) => ({ targetId, state: 'complete' })),
})

function view(targetId: string, parts: Part[] | null, level: 'difference' | 'note' = 'difference'): DriftView {
  const differences = parts?.map((part) => ({ part, level, message: '', files: [] }))
  const drift = differences && { verdict: 'differs' as const, release: 'r', differences, isForeign: false, why: null }
  return { targetId, serverId: targetId, server: targetId, lacks: false, drift: drift ?? null, seenAt: null }
}

const again = { kind: 'deploy', source: { type: 'git', ref: 'main', commit: 'a'.repeat(40), repair: true } }
const itself = { kind: 'activate', source: { type: 'release', number: 7, repair: true } }

it.each<[string, DriftView[], string[], string[], object]>([
  ['the only server lost its files', [view('a', ['files'])], ['a'], ['a'], again],
  ['the only server never finished it', [view('a', null)], [], ['a'], again],
  ['a link that leads elsewhere', [view('a', ['current'])], ['a'], ['a'], itself],
  ['what programs wrote', [view('a', ['files'], 'note')], ['a'], ['a'], itself],
  ['nobody has looked', [view('a', null)], ['a'], ['a'], itself],
  ['another server has it', [view('a', ['release']), view('b', [])], ['a', 'b'], ['a'], itself],
  ['none of two has it', [view('a', ['release']), view('b', ['variables'])], ['a', 'b'], ['a', 'b'], again],
  ['none of two has it, one is meant', [view('a', ['release']), view('b', ['files'])], ['a', 'b'], ['a'], itself],
])('%s', (_what, views, complete, targetIds, expected) => {
  expect(repairOf(live(...complete), views, targetIds)).toEqual({ ...expected, onlyWhenIdle: true })
})
