import { describe, expect, it } from 'vitest'
import { readEnvText, setLimit, valueLimit } from '@/lib/api/env-text.ts'

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
    ['__proto__=1', Object.fromEntries([['__proto__', '1']])],
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
    ['X=1\nX=2', 'Line 2: X is set twice'],
    ['A="x', 'the " is never closed'],
    [`A='x' y`, 'something follows the closing quote'],
    ['A=a\0b', 'NUL'],
    [`A=${'x'.repeat(valueLimit + 1)}`, 'larger than 120 KiB'],
    [`#${'x'.repeat(setLimit)}`, 'larger than 1 MiB'],
  ])('refuses %.20j', (text, words) => {
    expect(readEnvText(text).problems.map((problem) => problem.message).join()).toContain(words)
  })

  it('numbers every problem by its line, also after a value of several lines', () => {
    expect(readEnvText('A="x\ny"\nbad\nB=1\n2=3').problems.map(({ path }) => path)).toEqual(['text.3', 'text.5'])
  })

  it('takes a value of exactly the limit', () => {
    expect(readEnvText(`A=${'x'.repeat(valueLimit)}`).problems).toEqual([])
  })
})
