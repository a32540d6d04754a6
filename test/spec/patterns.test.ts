// Patterns for branches, tags and paths.
import { describe, expect, it } from 'vitest'
import { triggersInput } from '@/lib/api/inputs-following.ts'
import { firstMatch, matchesPattern, meansAnyPath, patternProblem } from '@/lib/spec/patterns.ts'

describe('a pattern', () => {
  it.each([
    ['main', 'main', true],
    ['main', 'main2', false],
    ['release/*', 'release/1', true],
    ['release/*', 'release/1/2', false],
    ['release/**', 'release/1/2', true],
    ['**/test', 'a/b/test', true],
    ['**/test', 'test', true],
    ['**/test', 'latest', false],
    ['**/docs/**', 'docs/a.md', true],
    ['**/docs/**', 'a/b/docs/c/d.md', true],
    ['**/docs/**', 'mydocs/a.md', false],
    ['src/**/*.ts', 'src/a.ts', true],
    ['src/**/**/*.ts', 'src/a/b/c.ts', true],
    ['src/**/*.ts', 'src.ts', false],
    ['a**/b', 'ac/d/b', true],
    ['a**/b', 'ab', false],
    ['v?.0', 'v1.0', true],
    ['v?.0', 'v10.0', false],
    ['a.b+(c)[d]', 'a.b+(c)[d]', true],
    ['a.b', 'axb', false],
    ['ä*', 'äö', true],
    ['/v[0-9]+/', 'v12', true],
    // The whole name, never a part of it.
    ['/v[0-9]+/', 'v12-rc1', false],
    ['/[0-9]+/', 'v12', false],
    ['/(?i)MAIN/', 'main', true],
    ['/', '/', true],
  ])('%s against %s: %s', (pattern, name, isMeant) => {
    expect(matchesPattern(pattern, name)).toBe(isMeant)
  })

  it('that is none says so, and one that would need for ever needs no time', () => {
    expect(patternProblem('/(/')).toBe('“/(/” is not a regular expression of RE2: missing closing ).')
    expect(patternProblem('/(a)\\1/')).toContain('not a regular expression')
    expect(patternProblem('/((a{100}){100}){100}/')).not.toBeNull()
    expect(patternProblem('/(a+)+b/')).toBeNull()
    expect(matchesPattern('/(a+)+b/', 'a'.repeat(200))).toBe(false)
    expect(patternProblem('(')).toBeNull()
    expect(patternProblem('**/'.repeat(66))).toContain('fits nothing')
    expect(patternProblem(`${'**/'.repeat(66)}x`)).toBeNull()
    expect(matchesPattern(`${'**/'.repeat(66)}x`, 'x/'.repeat(2_000))).toBe(false)
    expect(patternProblem('docs/')).toBe(
      '“docs/” fits nothing, as no name ends with a slash. What is in a folder is “docs/**”.',
    )
    expect(patternProblem('/docs/')).toBeNull()
  })

  it('that is written first wins', () => {
    expect(firstMatch(['v*', 'v1'], 'v1')).toBe('v*')
    expect(firstMatch(['a', 'b'], 'c')).toBeNull()
  })
})

describe('filters of paths', () => {
  it.each([
    [['src/**'], ['src/a/b.ts', 'README.md'], true],
    [['src/**'], ['README.md'], false],
    [['src/**', '!**.md'], ['src/a.md'], false],
    [['src/**', '!**.md', 'src/keep.md'], ['src/keep.md'], true],
    [['!docs/**'], ['docs/a'], false],
    [['!docs/**'], ['docs/a', 'src/a'], true],
    [['src/**'], [], false],
  ])('%j of %j: %s', (patterns, paths, isMeant) => {
    expect(meansAnyPath(patterns, paths)).toBe(isMeant)
  })
})

it('what can never come is refused at its own field', () => {
  const triggers = { branches: ['main', '/(/'], paths: ['src/**', '!docs/'], checks: ['build', 'fairlead/staging'] }
  const { error } = triggersInput.safeParse({ environmentId: crypto.randomUUID(), triggers })
  expect(error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`)).toEqual([
    expect.stringMatching(/^triggers.branches.1 “\/\(\/” is not/),
    expect.stringMatching(/^triggers.paths.1 “docs\/” fits nothing/),
    expect.stringMatching(/^triggers.checks.1 Fairlead itself/),
  ])
})
