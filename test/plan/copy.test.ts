// An activation on a server that gets the release from another, and what a look at a server comes to.
import { expect, test } from 'vitest'
import { driftOf, unknownDrift } from '@/lib/deploy/drift.ts'
import { fileDifferences } from '@/lib/deploy/look.ts'
import type { Look } from '@/lib/deploy/look.ts'
import { takingOver, withCopy } from '@/lib/deploy/plan-copy.ts'
import { ours } from '@/lib/deploy/plan-steps.ts'
import type { PlanDrafts } from '@/lib/deploy/plan-steps.ts'

const release = 'deployment_1.abc'
const [a, b] = ['a'.repeat(64), 'b'.repeat(64)]
const copy = { from: 'other', home: '/webroot', manifest: a, bytes: 1000, env: b }

function activation(current: string | null): PlanDrafts {
  const main = [
    ours('check', 'check', 1, { do: 'check', needBytes: 0, needInodes: 0, expectCurrent: current, adopt: false }),
    ours('verify', 'switch', 1, { do: 'verify', release, envSha256: b }),
    ours('switch', 'switch', 1, { do: 'switch', release, expectCurrent: current }),
  ]
  const permissions = { owner: 'www-data', group: 'deployer', mode: 'keep-exec' }
  return { release, revision: 'r', environment: { permissions }, main, undo: [] } as unknown as PlanDrafts
}

const names = ({ main }: PlanDrafts) => main.map(({ name }) => name)

test('what is lacking is received and completed before anything is verified', () => {
  const drafts = withCopy(activation('deployment_0.abc'), copy)
  expect(names(drafts)).toEqual(['check', 'receive', 'permissions', 'complete', 'verify', 'switch'])
  expect(drafts.main[1]!.action).toEqual({
    do: 'receive',
    release,
    from: 'other',
    home: '/webroot',
    manifest: a,
    bytes: 1000,
  })
  expect(drafts.main[3]!.action).toMatchObject({ do: 'complete', envSha256: b })
})

test('what is live is served from beside while it is replaced', () => {
  const drafts = withCopy(takingOver(activation('x'), release), copy)
  expect(names(drafts)).toEqual(['check', 'receive', 'permissions', 'complete', 'verify', 'switch', 'prune'])
  expect(drafts.main[0]!.action).toMatchObject({ expectCurrent: release, adopt: true })
  expect(drafts.main[1]!.action).toMatchObject({ beside: `${release}.beside-1` })
  expect(drafts.main[5]!.action).toMatchObject({ release, expectCurrent: `${release}.beside-1` })
})

const expected = { owner: 'p/e', release, isRecorded: false }
const there = { revision: 'r', env: b, planned: b, manifest: a, entries: 1, bytes: 1024 }
const look: Look = {
  ...{ owner: 'p/e', current: release, kind: 'link' as const, isBusy: false },
  release: { ...there, compared: { lost: 0, came: 0, files: [] } },
}

test('a look is told in words, and only what a repair puts right is a difference', () => {
  expect(driftOf(look, expected)).toEqual({ verdict: 'same', release, differences: [], isForeign: false, why: null })
  const files = [{ path: 'cache', change: 'added' as const }]
  const added = { ...look, release: { ...there, compared: { lost: 0, came: 2, files } } }
  expect(driftOf(added, expected)).toMatchObject({ verdict: 'same', differences: [{ level: 'note', files }] })
  const tampered = { ...look, release: { ...there, compared: null } }
  expect(driftOf(tampered, expected).verdict).toBe('differs')
  expect(driftOf(tampered, { ...expected, isRecorded: true }).verdict).toBe('same')
  const parts = (one: Look | null) => driftOf(one, expected).differences.map(({ part }) => part)
  expect(parts(null)).toEqual(['release'])
  expect(parts({ owner: null, current: null, kind: 'absent', isBusy: false, release: null })).toEqual([
    'owner',
    'current',
    'release',
  ])
  expect(driftOf({ ...look, owner: 'q/e' }, expected)).toMatchObject({ verdict: 'differs', isForeign: true })
  expect(parts({ ...look, kind: 'directory' })).toEqual(['current'])
  expect(parts({ ...look, release: { ...look.release!, env: '-' } })).toEqual(['variables'])
  const before = driftOf(null, expected)
  expect(unknownDrift(before, 'Away.')).toEqual({ ...before, verdict: 'unknown', why: 'Away.' })
})

test('lines of a manifest become files, whatever bytes their names have', () => {
  const lines = [
    `-h\t${a}  ./page`,
    `+h\t${b}  ./page`,
    '-f\t644\t1\t./script',
    '+f\t755\t1\t./script',
    '-l\t./way\t>there',
    '+l\t./way\t>elsewhere',
    '+d\t755\t\\2e2f610a62',
    `-f\t600\t1\t./gone`,
    `-h\t${a}  ./gone`,
    `-h\t${a}  ./closed`,
  ]
  expect(fileDifferences(lines)).toEqual([
    { path: 'a\ufffdb', change: 'added' },
    { path: 'closed', change: 'unreadable' },
    { path: 'gone', change: 'removed' },
    { path: 'page', change: 'content' },
    { path: 'script', change: 'mode' },
    { path: 'way', change: 'link' },
  ])
})
