import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  hideSecrets,
  placeholder,
  restoreSecrets,
  setInEnv,
  unsetInEnv,
  untouchedSecrets,
} from '@/lib/format/env-edit.ts'
import { readEnvText } from '@/lib/format/env-text.ts'
import { looksSecret } from '@/lib/format/secret-names.ts'

const text =
  '# database\r\nDB_HOST=db # inner\r\nDB_PASSWORD="hunter\r\n22" # turn it yearly\r\n\r\nexport KEY=abc#hunter22'

describe('secrets in .env text', () => {
  it('are hidden with everything behind them, and come back byte for byte', () => {
    const hidden = hideSecrets(text, (name) => name !== 'DB_HOST')
    expect(hidden).toBe(
      `# database\r\nDB_HOST=db # inner\r\nDB_PASSWORD=${placeholder}\r\n\r\nexport KEY=${placeholder}`,
    )
    expect(untouchedSecrets(hidden)).toEqual(['DB_PASSWORD', 'KEY'])
    expect(restoreSecrets(hidden, text)).toEqual({ text, problems: [] })
  })

  it('keep their values wherever their lines go, whatever happens around them', () => {
    const hidden = hideSecrets('A=secret-a\nB="secret\nb"\n', () => true)
    const edited = `# moved\nB=${placeholder}\nC=new\nexport A = ${placeholder}  \n`
    expect(hidden).toBe(`A=${placeholder}\nB=${placeholder}\n`)
    expect(restoreSecrets(edited, 'A=secret-a\nB="secret\nb"\n')).toEqual({
      text: '# moved\nB="secret\nb"\nC=new\nexport A = secret-a\n',
      problems: [],
    })
  })

  it('are nothing that another name, or no set at all, could stand for', () => {
    for (const base of ['A=secret', null])
      expect(restoreSecrets(`X=1\nRENAMED=${placeholder}`, base).problems).toEqual([
        { path: 'text.2', message: 'Line 2: there is no stored value for RENAMED.', hint: 'Type the value.' },
      ])
  })

  it('are never in the hidden text, and always in the restored one', () => {
    const piece = fc.constantFrom(
      'A',
      'B',
      '=',
      ' ',
      '"',
      "'",
      '\\',
      '\n',
      '\r\n',
      '#',
      ' #',
      'export ',
      'hidden',
      placeholder,
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const text = pieces.join('')
        fc.pre(readEnvText(text).problems.length === 0 && untouchedSecrets(text).length === 0)
        const hidden = hideSecrets(text, () => true)
        expect(Object.values(readEnvText(hidden).values).every((value) => value === placeholder)).toBe(true)
        expect(restoreSecrets(hidden, text)).toEqual({ text, problems: [] })
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('changes of .env text', () => {
  it.each([
    ['A=1 # one\nB=2\n', 'A', '9', 'A=9 # one\nB=2\n'],
    ['A="x\ny" # one\nB=2', 'A', "'9'", "A='9' # one\nB=2"],
    ['A=1', 'B', '2', 'A=1\nB=2\n'],
    ['A=1\r\n', 'B', '2', 'A=1\r\nB=2\r\n'],
    ['', 'A', '1', 'A=1\n'],
    [`A=${placeholder}\nB=2`, 'A', '1', 'A=1\nB=2'],
    ['A=# nothing', 'A', '1', 'A=1 # nothing'],
  ])('%j with %s set to %s is %j', (text, name, written, expected) => {
    expect(setInEnv(text, name, written)).toBe(expected)
  })

  it.each([
    ['# a\nA=1\nB=2\n', 'A', '# a\nB=2\n'],
    ['A="x\r\ny"\r\nB=2', 'A', 'B=2'],
    ['B=2\nA=1', 'A', 'B=2\n'],
    ['B=2', 'A', 'B=2'],
  ])('%j without %s is %j', (text, name, expected) => {
    expect(unsetInEnv(text, name)).toBe(expected)
  })
})

it.each([
  ['DB_PASSWORD', '', true],
  ['APP_KEY', '', true],
  ['STRIPE_SECRET', '', true],
  ['API_TOKEN', '', true],
  ['DATABASE_URL', 'postgres://shop:hunter22@db/shop', true],
  ['DATABASE_URL', 'postgres://db/shop', false],
  ['NEXT_PUBLIC_API_KEY', '', false],
  ['APP_NAME', 'Keyboards', false],
  ['MONKEY', '', false],
])('%s=%s looks secret: %s', (name, value, expected) => {
  expect(looksSecret(name, value)).toBe(expected)
})
