import { describe, expect, it } from 'vitest'
import { addChunks, noLines, plain, Rows, visible } from '@/components/log/lines.ts'
import { findWords } from '@/components/log/search.ts'

const line = (text: string) => ({ text, carry: '', at: '' })
const chunk = (offset: number, text: string) => ({
  id: String(offset),
  segment: 'main',
  step: 1,
  offset,
  firstLine: 0,
  lines: 0,
  text,
  at: '2026-11-21T00:00:00.000Z',
})

describe('a line of a log', () => {
  it.each([
    ['as it is: Grüße\t🚀 [1m] <b>', 'as it is: Grüße\t🚀 [1m] <b>'],
    ['ends with a return\r', 'ends with a return'],
    ['10 %\r100 %', '100 %'],
    ['\x1b[31mred\x1b[0m', '\x1b[31mred\x1b[0m'],
    ['\x1b[2Kcleared \x1b]0;title\x07bell\x07', 'cleared bell'],
    ['NUL\0 and DEL\x7f', 'NUL and DEL'],
    ['\u202egnp.exe\u202c \u2067is\u2069 \x9b2J', 'gnp.exe is 2J'],
    ['שלום مرحبا \u200f!', 'שלום مرحبا \u200f!'],
  ])('%j is shown as %j', (raw, shown) => {
    expect(visible(raw)).toBe(shown)
  })

  it('is searched and copied without its colours', () => {
    expect(plain(line('\x1b[1;31mred\x1b[0m and plain'))).toBe('red and plain')
    expect(plain(line('plain'))).toBe('plain')
  })
})

describe('a log', () => {
  it('grows by portions, each of them once, a line in two of them as one', () => {
    let log = addChunks(noLines, [chunk(0, 'one\ntw'), chunk(6, 'o\nthree\n')])
    log = addChunks(log, [chunk(6, 'o\nthree\n'), chunk(14, 'four\n')])
    expect(log.count).toBe(4)
    const rows = new Rows(log)
    expect([...rows.lines()].map(({ number, line: { text } }) => `${number} ${text}`)).toEqual([
      '1 one',
      '2 two',
      '3 three',
      '4 four',
    ])
    expect(findWords(rows, 'O').numbers).toEqual([1, 2, 4])
  })
})
