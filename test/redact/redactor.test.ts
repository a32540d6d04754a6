import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mask, prepareRedaction } from '@/lib/redact/redactor.ts'
import { envValues } from '@/lib/redact/env.ts'
import { secretsOfEnv } from '@/lib/redact/secrets.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const openRedactor = (secrets: string[]) => prepareRedaction(secrets).open()
const text = (parts: Uint8Array[]) => Buffer.concat(parts).toString('utf8')

function redact(secrets: string[], ...chunks: string[]): string {
  const redactor = openRedactor(secrets)
  return text([...chunks.map((chunk) => redactor.push(bytes(chunk))), redactor.end()])
}

describe('a redactor', () => {
  test('hides a secret that is split over chunks', () => {
    expect(redact(['hunter22'], 'pass hun', 'ter', '22!\n')).toBe(`pass ${mask}!\n`)
  })

  test('gives what cannot become a secret at once and holds back what can', () => {
    const redactor = openRedactor(['hunter22'])
    expect(text([redactor.push(bytes('line one\nhunt'))])).toBe('line one\n')
    expect(redactor.committed).toBe(9)
    expect(text([redactor.push(bytes('ing\n'))])).toBe('hunting\n')
    expect(redactor.committed).toBe(17)
  })

  test('leaves no tail of a secret that overlaps another', () => {
    expect(redact(['abcdef', 'defghi'], 'x abcdefghi y')).toBe(`x ${mask} y`)
    expect(redact(['bcde', 'abcdefgh'], 'x abcdefgX')).toBe(`x a${mask}fgX`)
  })

  test('hides the base64, URL, JSON and shell spellings, and pieces at any alignment', () => {
    const secret = `p&ss w/rd "é" it's`
    const forms = [
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
      Buffer.from(secret).toString('base64url'),
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      `p&ss w/rd "é" it'\\''s`,
    ]
    for (const form of forms) expect(redact([secret], `<${form}>`)).toBe(`<${mask}>`)
    for (const before of ['', 'x', 'xy']) {
      const seen = redact([secret], Buffer.from(`${before}${secret}tail`).toString('base64'))
      expect(seen).toContain(mask)
      expect(Buffer.from(seen.replace(mask, ''), 'base64').toString()).not.toContain('w/rd')
    }
  })

  test('hides a secret in whatever way a library decides which signs of it to escape', () => {
    const secret = "p@ss!w(or)d*1/a'b~ c$&+,é😀"
    const percent = (text: string) => `%${text.charCodeAt(0).toString(16).toUpperCase()}`
    const unit = (text: string) => `\\u${text.charCodeAt(0).toString(16).padStart(4, '0')}`
    const php = encodeURIComponent(secret).replace(/[!'()*]/g, percent)
    const address = new URL('http://host/')
    address.password = secret
    const json = JSON.stringify(secret).slice(1, -1)
    const forms = {
      'rawurlencode of PHP': php,
      'urlencode of PHP': php.replaceAll('%20', '+').replaceAll('~', '%7E'),
      'quote of Python': php.replaceAll('%2F', '/'),
      'the password of an URL': address.password,
      'a form': new URLSearchParams({ a: secret }).toString().slice(2),
      encodeURI: encodeURI(secret),
      'in small letters': php.replace(/%../g, (code) => code.toLowerCase()),
      'JSON of Go': json.replace(/[<>&]/g, unit),
      'JSON of Gson': json.replace(/[<>&='é]/g, (one) => `\\u${unit(one).slice(2).toUpperCase()}`),
      'JSON of Python': json.replace(/[^\0-\x7f]/g, unit),
      'an URL in JSON of PHP': php.replaceAll('%2F', '\\/'),
    }
    for (const [by, form] of Object.entries(forms))
      for (const size of [1, 2, 5, 1_000]) {
        const chunks = `100% \\u00 <${form}> %4`.match(new RegExp(`[^]{1,${size}}`, 'gu'))!
        expect([by, redact([secret], ...chunks)]).toEqual([by, `100% \\u00 <${mask}> %4`])
      }
  })

  test('hides the beginning of a secret that a stack trace of PHP shows, and one whose blanks were cut off', () => {
    expect(redact(['correct-horse-battery'], "#0 login('correct-horse-b...')")).toBe(`#0 login('${mask}')`)
    expect(redact([' padded secret '], 'x=padded secret;')).toBe(`x=${mask};`)
    expect(redact(['first\n   a line of a key\n'], 'a line of a key')).toBe(mask)
  })

  test('hides what shells, traces and base64 make of a secret', () => {
    const secrets = [
      `it's a "word" $x \\ é!`,
      `first'line\\here\nsecond\tligné`,
      'plain+words/only',
      '$(a).*[b]{2}|c^d?',
    ]
    const commands = [
      'set -x; : "$SECRET"',
      'printf "%q\\n" "$SECRET"',
      'echo "${SECRET@Q}"',
      'declare -p SECRET',
      'printf %s "user:$SECRET and quite some more text, so that it takes several lines of base64" | base64',
      'printf %s "$SECRET$SECRET$SECRET" | base64 -w 19 | sed "s/$/\\r/"',
    ]
    for (const secret of secrets)
      for (const command of commands)
        for (const locale of ['C.UTF-8', 'C']) {
          const env = { ...process.env, SECRET: secret, LC_ALL: locale }
          const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', command], {
            env,
            stdio: ['ignore', 'pipe', 'pipe'],
          })
          const seen = redact([secret], ...[stdout, stderr].map(String))
          const decoded = Buffer.from(seen.replaceAll(mask, ''), 'base64').toString()
          expect([command, seen]).toEqual([command, expect.stringContaining(mask)])
          for (const word of ['word', 'here', 'plain', 'second', 'only', '[b]{2}'])
            if (secret.includes(word))
              expect([command, seen + decoded]).not.toEqual([command, expect.stringContaining(word)])
        }
    const { stdout } = spawnSync('dash', ['-c', 'export -p'], { env: { ...process.env, SECRET: secrets[0] } })
    expect(redact([secrets[0]!], String(stdout))).toContain(`export SECRET='${mask}'
`)
  })

  test('hides base64 that is broken anywhere, and continues wherever it stopped', () => {
    const secret = 'correct horse battery staple'
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.integer({ min: 1, max: 80 }),
        fc.nat(200),
        (before, after, width, cut) => {
          const whole = Buffer.from(`${before}${secret}${after}`)
            .toString('base64')
            .replace(new RegExp(`.{${width}}`, 'g'), '$&\r\n')
          const seen = redact([secret], whole)
          expect(Buffer.from(seen.replaceAll(mask, ''), 'base64').toString()).not.toContain('horse')
          const first = openRedactor([secret])
          const given = first.push(bytes(whole.slice(0, cut)))
          expect(text([given]) + redact([secret], whole.slice(first.committed))).toBe(seen)
        },
      ),
    )
  })

  test('copes with the largest set of variables there may be', () => {
    const value = (n: number) => `${createHash('sha256').update(String(n)).digest('base64')}/${n}`
    const secrets = Array.from({ length: 20_000 }, (_, n) => value(n))
    const redactor = openRedactor(secrets)
    expect(text([redactor.push(bytes(`a ${value(0)} b ${btoa(value(19_999))} c`)), redactor.end()])).toContain(
      `a ${mask} b ${mask}`,
    )
  })

  test('hides a multi-line secret line by line, but not its short lines', () => {
    const key = '-----BEGIN KEY-----\nMIIEvQIBADANBg\nab\n-----END KEY-----'
    expect(redact([key], `  MIIEvQIBADANBg\n ab\n`)).toBe(`  ${mask}\n ab\n`)
    expect(redact([key], `[${key}]`)).toBe(`[${mask}]`)
  })

  test('lets secrets of less than four bytes pass', () => {
    expect(redact(['abc', ''], 'abcabc')).toBe('abcabc')
  })

  test('a secret that repeats without end is one mask', () => {
    const redactor = openRedactor(['aaaa'])
    for (let n = 0; n < 100; n++) expect(redactor.push(bytes('a'.repeat(1000)))).toHaveLength(0)
    expect(redactor.committed).toBe(0)
    expect(text([redactor.push(bytes('b'))])).toBe(`${mask}b`)
  })

  const letter = fc.constantFrom('a', 'b', 'c', '\n')
  const word = (size: { minLength?: number; maxLength?: number }) => fc.array(letter, size).map((list) => list.join(''))

  test('gives the same output whatever the chunks, without any secret in it', () => {
    fc.assert(
      fc.property(
        fc.array(word({ minLength: 4, maxLength: 9 })),
        fc.array(word({ maxLength: 12 })),
        (secrets, chunks) => {
          const split = redact(secrets, ...chunks)
          expect(split).toBe(redact(secrets, chunks.join('')))
          for (const secret of secrets) for (const part of split.split(mask)) expect(part).not.toContain(secret)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('a fresh redactor that continues at `committed` gives what the first would have given', () => {
    fc.assert(
      fc.property(
        fc.array(word({ minLength: 4, maxLength: 9 })),
        word({ maxLength: 40 }),
        fc.nat(40),
        (secrets, whole, cut) => {
          const first = openRedactor(secrets)
          const before = first.push(bytes(whole.slice(0, cut)))
          const second = openRedactor(secrets)
          const after = [second.push(bytes(whole.slice(first.committed))), second.end()]
          expect(text([before, ...after])).toBe(redact(secrets, whole))
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('secrets of a .env text', () => {
  test('are its values in every reading, without the ordinary ones', () => {
    const env = [
      'APP_ENV=production',
      'DEBUG=true',
      'PORT=3306',
      'export KEY=base64:abc= # a comment',
      'QUOTED="one\\ntwo \\"x\\""',
      "SINGLE='with # hash'",
      'PEM="first line\nsecond line"',
      'EMPTY=',
    ].join('\n')
    expect(secretsOfEnv(env)).toEqual([
      'base64:abc= # a comment',
      'base64:abc=',
      'one\\ntwo \\"x\\"',
      'one\ntwo "x"',
      'with # hash',
      'first line\nsecond line',
    ])
  })
})

test('the parts of a secret that programs show by themselves are secrets, too', () => {
  const env = [
    'DATABASE_URL=postgres://shop:p%40ss-word@db.internal:5432/shop',
    `CREDENTIALS='{"type": "account", "private_key": "-----BEGIN-----\\nMIIE", "pin": "12"}'`,
    'SETTINGS="user: ada\n  password: correct-horse\n"',
  ].join('\n')
  const seen = redact(
    secretsOfEnv(env),
    'p%40ss-word p@ss-word private_key -----BEGIN-----\nMIIE correct-horse password db.internal',
  )
  expect(seen).toBe(`${mask} ${mask} private_key ${mask} ${mask} password db.internal`)
})

describe('variables for hooks', () => {
  test('are read as a program that loads the file would see them', () => {
    const env = 'A=1\nA=2 # two\nB="x\\ny"\nC=\'$A # raw\'\nexport D = e=f\nE=\n# F=1\nwith-dash=1\nG="two\nlines"\n'
    expect(envValues(env)).toEqual({ A: '2', B: 'x\ny', C: '$A # raw', D: 'e=f', E: '', G: 'two\nlines' })
  })
})
