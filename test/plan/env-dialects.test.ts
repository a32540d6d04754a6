import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'dotenv'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { readEnvEntries } from '@/lib/format/env-entries.ts'
import { readEnvText } from '@/lib/format/env-text.ts'
import { checkDialect, dialects, usualDialect } from '@/lib/spec/env-dialects.ts'
import type { Dialect } from '@/lib/spec/env-dialects.ts'
import { readsOtherwise } from '@/lib/spec/env-readers.ts'
import type { EnvReader } from '@/lib/spec/env-readers.ts'
import { writeEnvValue } from '@/lib/spec/env-write.ts'

const folder = mkdtempSync(join(tmpdir(), 'dialects-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What a shell has after `source .env`: name → value, of names that begin with VAR. */
function sourced(text: string): Record<string, string> {
  writeFileSync(join(folder, '.env'), text)
  const output = execFileSync('bash', ['-c', 'set -a; source ./.env; env -0'], {
    cwd: folder,
    env: { ...process.env, HOME: '/home/ada' },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const pairs = output
    .toString()
    .split('\0')
    .filter((pair) => pair.startsWith('VAR'))
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]))
}

/** Whether everything of the text is alike for a reader, as far as we know. */
const isAlike = (text: string, reader: EnvReader): boolean =>
  readEnvText(text).problems.length === 0 &&
  readEnvEntries(text).entries.every((entry) => {
    const found = readsOtherwise(reader, entry, text)
    return found === null || (found.expands === true && reader === 'node')
  })

const value = fc
  .array(
    fc.constantFrom(
      ...[
        'a',
        'secret',
        '1',
        ' ',
        '  ',
        '"',
        "'",
        '`',
        '\\',
        '\\n',
        '\\t',
        '\\"',
        '\\$',
        '\n',
        '\r',
        '\r\n',
        '#',
        ' #',
      ],
      ...[
        '$',
        '$A',
        '${A}',
        '$(id)',
        '~',
        '/',
        ':',
        ';',
        '&',
        '|',
        '<',
        '(',
        ')',
        '=',
        '*',
        '!',
        '{a,b}',
        '[x]',
        'é',
        '%',
      ],
    ),
    { maxLength: 7 },
  )
  .map((pieces) => pieces.join(''))
const text = fc
  .array(
    fc.tuple(
      fc.constantFrom('', 'export ', ' '),
      fc.constantFrom('=', ' = ', '= '),
      fc.constantFrom('', "'", '"'),
      value,
    ),
    { minLength: 1, maxLength: 3 },
  )
  .chain((lines) =>
    fc
      .tuple(
        fc.constantFrom('', '\ufeff', '# note\n'),
        fc.constantFrom('\n', '\r\n'),
        fc.constantFrom('', ' # note', '#x'),
      )
      .map(([start, end, comment]) =>
        [
          start,
          ...lines.map(
            ([before, equals, quote, inner], at) =>
              `${before}VAR${at}${equals}${quote}${inner}${quote}${comment}${end}`,
          ),
        ].join(''),
      ),
  )

describe('who reads .env', () => {
  it('reads what we say that they read, wherever we don’t say otherwise: a shell', () => {
    let compared = 0
    fc.assert(
      fc.property(text, (text) => {
        fc.pre(isAlike(text, 'shell'))
        compared++
        expect(sourced(text)).toEqual(readEnvText(text).values)
      }),
      { numRuns: 400, maxSkipsPerRun: 10_000 },
    )
    expect(compared).toBeGreaterThan(100)
  })

  it('reads what we say that they read, wherever we don’t say otherwise: Node’s dotenv', () => {
    fc.assert(
      fc.property(text, (text) => {
        fc.pre(isAlike(text, 'node'))
        expect(parse(text)).toEqual(readEnvText(text).values)
      }),
      { numRuns: 3_000, maxSkipsPerRun: 10_000 },
    )
  })

  it.each([
    ['A=two words', ['php: Line 1: for phpdotenv, A has blanks outside quotes, at which it stops.']],
    ['A=a#b', ['dotenv: Line 1: for phpdotenv and Node’s dotenv, A ends at “#”.']],
    [
      '\nA="say \\"so\\""',
      ['node: Line 2: for Node’s dotenv, A keeps the backslash in \\", \\\\, \\$ and \\t: it knows only \\n and \\r.'],
    ],
    ['A="a\\qb"', ['php: Line 1: for phpdotenv, A has a backslash before a character that it stops at.']],
    ["A='a\nb'", ['php: Line 1: for phpdotenv, A has more than one line, which only double quotes can.']],
    ['A=a;b', ['shell: Line 1: for `source` of a shell, A ends at a sign that begins another command.']],
    ['A="$(id)"', ['shell: Line 1: for `source` of a shell, A runs what stands in it as a command.']],
    ['A="a\\nb"', ['shell: Line 1: for `source` of a shell, A keeps \\n, \\r and \\t as two characters.']],
    ['A = 1', ['shell: Line 1: for `source` of a shell, A is no assignment with blanks around “=”, but a command.']],
    ['A=1\r\n', ['shell: Line 1: for `source` of a shell, A gets a carriage return at its end.']],
    [`A='$(id) "x" \\n #'`, []],
    ['A="a\nb"', []],
    ['A=base64:x/y+z==', []],
  ])('%j is refused for the dialect that it breaks, with the reason', (text, expected) => {
    for (const line of expected) {
      const [dialect, ...message] = line.split(': ') as [Dialect, ...string[]]
      expect(checkDialect(text, dialect).problems.map((problem) => problem.message)).toContain(message.join(': '))
      const { problems, warnings } = checkDialect(text, 'any')
      expect([problems, warnings.map((warning) => warning.message)]).toEqual([
        [],
        expect.arrayContaining([message.join(': ')]),
      ])
    }
    if (expected.length === 0) expect(checkDialect(text, 'all')).toEqual({ problems: [], warnings: [] })
  })

  it('warns of what is meant: values that are put in by the reader', () => {
    for (const dialect of dialects) {
      const { problems, warnings } = checkDialect('NAME="Shop"\nMAIL="${NAME}"', dialect)
      expect([dialect, problems.length, warnings.length > 0]).toEqual([dialect, 0, true])
    }
  })

  it('never says a value', () => {
    const { problems, warnings } = checkDialect('A=hunter22 hunter22#hunter22\nB="\\hunter22"', 'all')
    expect(problems.length).toBeGreaterThan(2)
    expect(JSON.stringify([problems, warnings])).not.toContain('hunter22')
  })

  it('writes any value so that we read it back, and so that all do when there is a way', () => {
    fc.assert(
      fc.property(fc.oneof(value, fc.string({ unit: 'grapheme' })), fc.constantFrom(...dialects), (value, dialect) => {
        fc.pre(!/[\0\p{Surrogate}]/u.test(value))
        const text = `VAR=${writeEnvValue(value, dialect)}\n`
        expect(readEnvText(text)).toEqual({ values: { VAR: value }, problems: [] })
        if (!/['\\\r\n]/.test(value)) expect(checkDialect(text, 'all').problems).toEqual([])
      }),
      { numRuns: 2_000 },
    )
    expect([writeEnvValue('plain', 'all'), writeEnvValue('it is', 'all'), writeEnvValue("it's", 'all')]).toEqual([
      'plain',
      "'it is'",
      `"it's"`,
    ])
  })

  it('knows the dialect of an application by its type', () => {
    expect(['laravel', 'Node', ''].map(usualDialect)).toEqual(['php', 'node', 'dotenv'])
  })
})
