import { describe, expect, it } from 'vitest'
import { FrameReader } from '@/lib/deploy/frames.ts'
import type { Frame } from '@/lib/deploy/frames.ts'
import { emptyJournal, parseJournal, parseJournalLine, wallTime } from '@/lib/deploy/journal.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
/** A character a byte: pieces may end inside a letter. */
const text = (data: Uint8Array): string => Buffer.from(data).toString('latin1')

/** Frames with neighbouring pieces of one log or journal put together, so that it doesn't matter where bytes were cut. */
function merged(frames: Frame[]): string[] {
  const out: string[] = []
  let last = { key: '', end: 0 }
  for (const frame of frames) {
    if (frame.type !== 'J' && frame.type !== 'O') {
      out.push(JSON.stringify(frame.type === 'Z' ? text(frame.bytes) : frame))
      last = { key: '', end: 0 }
      continue
    }
    const key = frame.type === 'J' ? 'J' : `O${frame.step}`
    if (last.key === key && last.end === frame.offset) out[out.length - 1] += text(frame.bytes)
    else out.push(`${key} ${frame.offset} ${text(frame.bytes)}`)
    last = { key, end: frame.offset + frame.bytes.length }
  }
  return out
}

describe('frames', () => {
  const stream = bytes(
    'motd: J 0 5\nX owner_conflict me\n\n%fairlead1\nS main 7 started 1700000000000 123\nJ 0 8\nbegin 1\nO 1 0 10\n%fair\nE d\n' +
      'H\nO 1 10 4\nü' +
      '12J 8 0\nO 2 0 0\nZ 7\n{"a":1}Z 0\nX need_full and more\nE done\n',
  )
  const whole = merged(new FrameReader().push(stream))

  it('reads every kind, and nothing before the opening line', () => {
    expect(whole).toEqual([
      '{"type":"S","segment":"main","epoch":"7","how":"started","wallMs":1700000000000,"uptimeCs":123}',
      'J 0 begin 1\n',
      'O1 0 %fair\nE d\n',
      '{"type":"H"}',
      'O1 10 Ã¼12',
      '"{\\"a\\":1}"',
      '""',
      '{"type":"X","code":"need_full","detail":"and more"}',
      '{"type":"E","how":"done"}',
    ])
  })

  it('reads the same wherever the bytes are cut', () => {
    for (let at = 0; at <= stream.length; at += 1) {
      const reader = new FrameReader()
      expect(merged([...reader.push(stream.slice(0, at)), ...reader.push(stream.slice(at))])).toEqual(whole)
    }
    const reader = new FrameReader()
    expect(merged([...stream].flatMap((byte) => reader.push(Uint8Array.of(byte))))).toEqual(whole)
  })

  it('passes a long log on in pieces and holds none of it', () => {
    const reader = new FrameReader()
    reader.push(bytes('%fairlead1\nO 3 100 3000000\n'))
    const lengths = Array.from({ length: 3 }, () => reader.push(new Uint8Array(1_000_000))).flat()
    expect(lengths.map((frame) => (frame.type === 'O' ? [frame.offset, frame.bytes.length] : null))).toEqual([
      [100, 1_000_000],
      [1_000_100, 1_000_000],
      [2_000_100, 1_000_000],
    ])
    expect(reader.push(bytes('H\n'))).toEqual([{ type: 'H' }])
  })

  it('drops any amount of chatter before the opening line', () => {
    const reader = new FrameReader()
    for (let i = 0; i < 100; i += 1) reader.push(new Uint8Array(100_000).fill(65))
    expect(reader.opened).toBe(false)
    expect(reader.push(bytes('\n%fairlead1\nH\n'))).toEqual([{ type: 'H' }])
    expect(reader.opened).toBe(true)
  })

  it.each([
    'nonsense',
    '',
    'J 1',
    'J -1 5',
    'J 1e3 5',
    'O 1 2',
    'O x 0 1',
    'E maybe',
    'S main 7 begun 0 0',
    'S main 7 started 0',
    'Z',
    'Z 99999999999',
    'J 0 9999999999999999999',
    'x'.repeat(5000),
  ])('refuses %j', (line) => {
    const reader = new FrameReader()
    expect(() => reader.push(bytes(`%fairlead1\n${line}\n`))).toThrow(
      expect.objectContaining({ code: 'invalid' }) as Error,
    )
  })
})

describe('the journal', () => {
  const journal = bytes(
    'open main 7 1700000000000 1000\nbegin 1 1010\nfact 1 failure disk_full it is full: ü\nfact 1 current \nend 1 failed 3 12 1050\n' +
      'end 2 skipped - 0 1050\nbogus line\nsum 1 12 ' +
      'a'.repeat(64) +
      '\nclose failed 1060\nbegin 9',
  )

  it('is read line by line, and a line counts once it is complete', () => {
    for (let at = 0; at <= journal.length; at += 1) {
      const first = parseJournal(emptyJournal, journal.slice(0, at))
      const second = parseJournal(first.state, journal.slice(at))
      expect([...first.entries, ...second.entries].map((entry) => entry.type)).toEqual([
        'open',
        'begin',
        'fact',
        'fact',
        'end',
        'end',
        'sum',
        'close',
      ])
      expect(second.state.offset).toBe(journal.length - 7)
      expect(first.state.offset).toBe(journal.slice(0, at).lastIndexOf(10) + 1)
    }
  })

  it.each([
    [
      'open main 7 1700000000000 1000',
      { type: 'open', segment: 'main', epoch: '7', wallMs: 1_700_000_000_000, uptimeCs: 1000 },
    ],
    ['fact 1 failure disk_full it is full', { type: 'fact', step: 1, key: 'failure', value: 'disk_full it is full' }],
    ['fact 3 current ', { type: 'fact', step: 3, key: 'current', value: '' }],
    ['end 2 skipped - 0 5', { type: 'end', step: 2, outcome: 'skipped', exit: null, size: 0, uptimeCs: 5 }],
    ['close not_killed 5', { type: 'close', outcome: 'not_killed', uptimeCs: 5 }],
  ])('reads %j', (line, entry) => {
    expect(parseJournalLine(line)).toEqual(entry)
  })

  it.each([
    '',
    'end 2 fine 0 0 5',
    'end 2 ok 0 0',
    'begin x 5',
    'sum 1 2 abc',
    'close ok',
    ' begin 1 5',
    'constructor 1',
  ])('takes %j for no entry', (line) => {
    expect(parseJournalLine(line)).toBeNull()
  })

  it('tells the time by the server’s clock at the start and its uptime since', () => {
    expect(wallTime({ wallMs: 1_700_000_000_000, uptimeCs: 1000 }, 1250)).toBe(1_700_000_002_500)
  })
})
