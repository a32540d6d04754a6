import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { secretPart } from '@/lib/deploy/programs.ts'
import { readEnvText, setLimit, valueLimit } from '@/lib/format/env-text.ts'
import { envValues } from '@/lib/redact/env.ts'
import { secretsOfEnv } from '@/lib/redact/secrets.ts'

const pem = '-----BEGIN KEY-----\nabc\n-----END KEY-----'

describe('the text of a variable set', () => {
  it.each([
    ['A=1', { A: '1' }],
    ['A=1\r\nB = two words \r\n', { A: '1', B: 'two words' }],
    ['# comment\n\nexport A=x # note', { A: 'x' }],
    ['A=', { A: '' }],
    ['A=# nothing', { A: '' }],
    ['A=a#b', { A: 'a#b' }],
    ['URL=postgres://u:p@h/d?x=1', { URL: 'postgres://u:p@h/d?x=1' }],
    [`A='$(id) \\n "x"'`, { A: '$(id) \\n "x"' }],
    ['A="a\\nb\\"c\\$d\\\\e" # note', { A: 'a\nb"c$d\\e' }],
    [`KEY="${pem}"\nB=2`, { KEY: pem, B: '2' }],
    ['\ufeffA=1', { A: '1' }],
    ['A=${B}$(id)`id`', { A: '${B}$(id)`id`' }],
    ['constructor=1', { constructor: '1' }],
  ])('%j reads as %j', (text, values) => {
    expect(readEnvText(text)).toEqual({ values, problems: [] })
  })

  it.each([
    ['A', 'there is no “=”'],
    ['=x', '“” is not a name'],
    ['1A=x', '“1A” is not a name'],
    ['A;id=x', '“A;id” is not a name'],
    ['A B=x', '“A B” is not a name'],
    ['Ä=x', '“Ä” is not a name'],
    ['__proto__=1', '“__proto__” is not a name'],
    ['X=1\nX=2', 'Line 2: X is set twice'],
    ['A="x', 'the " is never closed'],
    [`A='x' y`, 'something follows the closing quote'],
    ['A=a\0b', 'NUL'],
    ['UID=0', 'UID belongs to the shell'],
    [`A=${'x'.repeat(valueLimit + 1)}`, 'larger than 120 KiB'],
    [`#${'x'.repeat(setLimit)}`, 'larger than 1 MiB'],
  ])('refuses %.20j', (text, words) => {
    expect(
      readEnvText(text)
        .problems.map((problem) => problem.message)
        .join(),
    ).toContain(words)
  })

  it('numbers every problem by its line, also after a value of several lines', () => {
    expect(readEnvText('A="x\ny"\nbad\nB=1\n2=3').problems.map(({ path }) => path)).toEqual(['text.3', 'text.5'])
  })

  it('is what hooks get, to the byte, and what is hidden in their output', () => {
    const piece = fc.constantFrom(
      'A',
      'B',
      '=',
      ' ',
      '"',
      "'",
      '\\',
      '\\n',
      '\n',
      '\r\n',
      '\r',
      '#',
      ' #',
      '$',
      'export ',
      'secret',
      '\t',
      '\ufeff',
      'é',
      '`',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const text = pieces.join('')
        const { values, problems } = readEnvText(text)
        if (problems.length > 0) return
        expect(envValues(text)).toEqual(values)
        const secrets = secretsOfEnv(text)
        for (const value of Object.values(values)) if (value.includes('secret')) expect(secrets).toContain(value)
      }),
      { numRuns: 2_000 },
    )
    expect(envValues('A="a\\bc"')).toEqual({ A: 'a\\bc' })
    expect(secretsOfEnv('\ufeffA=hunter22')).toContain('hunter22')
  })

  it('fits on a server when it fits in the panel', () => {
    const lines = Array.from({ length: 10 }, (_, n) => `A${n}="${"'".repeat(104_000)}"`).join('\n')
    const { values, problems } = readEnvText(lines)
    expect(problems).toEqual([])
    expect(secretPart({ ...values, AMEZMO_COMMIT_MESSAGE: 'x'.repeat(60_000) }, lines).length).toBeGreaterThan(
      1_000_000,
    )
  })

  it('takes a value of exactly the limit', () => {
    expect(readEnvText(`A=${'x'.repeat(valueLimit)}`).problems).toEqual([])
  })
})
