import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCommand } from '@/lib/cli/arguments.ts'
import { exitFor } from '@/lib/cli/exit.ts'
import { readMessages } from '@/lib/cli/messages.ts'
import { table } from '@/lib/cli/output.ts'
import { clean, SafeText } from '@/lib/cli/terminal.ts'

const stops = (words: string) =>
  expect.objectContaining({ name: 'Stop', exit: 2, message: expect.stringContaining(words) })

describe('what is typed', () => {
  it('becomes a command', () => {
    expect(parseCommand(['deploy', 'shop/production', 'v1.2', '-f', '--key', 'run 7'])).toEqual({
      name: 'deploy',
      environment: 'shop/production',
      ref: 'v1.2',
      number: null,
      follow: true,
      json: false,
      key: 'run 7',
      plan: null,
      servers: [],
      onlyOutdated: false,
      unlessOlder: false,
      keep: null,
      force: false,
      url: null,
    })
    expect(parseCommand(['plan', 'shop/production', 'v1.2'])).toMatchObject({ name: 'plan', ref: 'v1.2', plan: null })
    expect(parseCommand(['activate', 'shop/production', '3', '--plan', 'f00'])).toMatchObject({
      number: 3,
      plan: 'f00',
    })
    expect(parseCommand(['--json', 'logs', 'shop/production', '12'])).toMatchObject({
      name: 'logs',
      number: 12,
      json: true,
    })
    expect(parseCommand(['rollback', 'shop/production', '--force'])).toMatchObject({ name: 'rollback', force: true })
    const choices = [['--keep'], ['--put-back'], []].map((choice) => parseCommand(['cancel', 'a/b', ...choice]).keep)
    expect(choices).toEqual([true, false, null])
    expect(parseCommand(['deploy', 'a/b', '--server', 'web-1', '--server', 'web 2', '--only-outdated'])).toMatchObject({
      servers: ['web-1', 'web 2'],
      onlyOutdated: true,
    })
    expect(parseCommand(['environments', '--url', 'https://x.test'])).toMatchObject({
      environment: '',
      url: 'https://x.test',
    })
  })

  it('is refused rather than guessed at', () => {
    const wrong: [string[], string][] = [
      [[], 'Which command?'],
      [['destroy'], 'no command “destroy”'],
      [['deploy'], 'which environment'],
      [['activate', 'a/b'], 'which number'],
      [['activate', 'a/b', '-1'], 'See'],
      [['activate', 'a/b', '1.5'], 'not a number'],
      [['rollback', 'a/b', '3'], 'too much'],
      [['releases', 'a/b', '--follow'], 'no --follow'],
      [['cancel', 'a/b', '--key', 'x'], 'no --key'],
      [['cancel', 'a/b', '--server', 'x'], 'no --server'],
      [['cancel', 'a/b', '--keep', '--put-back'], 'not both'],
      [['deploy', 'a/b', '--keep'], 'no --keep'],
      [['deploy', 'a/b', '--force'], 'no --force'],
      [['deploy', 'a/b', '--token', 'x'], 'token'],
    ]
    for (const [args, words] of wrong) expect(() => parseCommand(args)).toThrow(stops(words))
  })

  it('ends with the number that fits the refusal', () => {
    expect(
      [
        'invalid',
        'not_found',
        'forbidden',
        'unauthenticated',
        'conflict',
        'release_missing',
        'internal',
        'of tomorrow',
      ].map(exitFor),
    ).toEqual([2, 2, 3, 3, 4, 4, 3, 3])
  })
})

describe('text of others', () => {
  it('keeps colours and drops what would steer the terminal', () => {
    expect(clean('\x1b[31mred\x1b[0m \x1b[1;38;5;200mpink\x1b[m\tüber 😀\r\n')).toBe(
      '\x1b[31mred\x1b[0m \x1b[1;38;5;200mpink\x1b[m\tüber 😀\r\n',
    )
    expect(clean('a\x1b[2Jb\x1b[10;10Hc\x1b]0;title\x07d\x1b]52;c;ZXZpbA==\x1b\\e\x1bcf\x08\x07g\x9b31mh\x1b(0i')).toBe(
      'abcdefg31mhi',
    )
    expect(clean('\x1b]8;;https://evil.test\x07link\x1b]8;;\x07')).toBe('link')
  })

  it('is the same however it was cut', () => {
    const part = fc.constantFrom(
      '\x1b[31m',
      '\x1b[0m',
      '\x1b[2J',
      '\x1b]0;t\x07',
      '\x1bc',
      'text',
      '\n',
      'ü',
      '\x1b',
      '[',
      '\x07',
      '5m',
      ']',
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), fc.array(fc.nat(40), { maxLength: 6 }), (parts, cuts) => {
        const text = parts.join('')
        const ends = [...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length]
        const safe = new SafeText()
        const fed = ends.map((end, at) => safe.feed(text.slice(ends[at - 1] ?? 0, end))).join('') + safe.end()
        expect(fed).toBe(clean(text))
        expect(fed.replace(/\x1b\[[0-9;:]*m/g, '')).not.toMatch(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/)
      }),
      { numRuns: 2_000 },
    )
  })

  it('stands in columns', () => {
    expect(
      table([
        ['1', 'live', 'x'],
        ['12', 'complete', 'longer'],
      ]),
    ).toBe('1   live      x\n12  complete  longer\n')
    expect(table([])).toBe('')
  })
})

describe('the stream', () => {
  it('is read however it is cut', async () => {
    const text =
      'retry: 1000\n\nid: e1.c0\nevent: event\ndata: {"type":"nöte"}\n\n: still here\n\nevent: end\ndata: null\n\nid: e2.c0\nevent: ev'
    const bytes = new TextEncoder().encode(text)
    for (let size = 1; size < bytes.length; size += 3) {
      async function* pieces() {
        for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size))
      }
      const messages = []
      for await (const message of readMessages(pieces())) messages.push(message)
      expect(messages).toEqual([
        { event: 'event', data: { type: 'nöte' }, id: 'e1.c0' },
        { event: 'end', data: null, id: null },
      ])
    }
  })
})
