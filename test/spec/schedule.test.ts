// Times of cron expressions, above all where clocks change.
import { describe, expect, it } from 'vitest'
import { cronExpression, nextTime, timeZone } from '@/lib/spec/schedule.ts'

/** The next so many times. */
function times(cron: string, zone: string, after: string, count: number): string[] {
  const found: string[] = []
  for (let at = new Date(after); found.length < count;) {
    const next = nextTime(cron, zone, at)
    if (!next) break
    found.push(next.toISOString())
    at = next
  }
  return found
}

describe('the next time', () => {
  it('is of the day in its zone', () => {
    expect(times('30 3 * * 1-5', 'Europe/Berlin', '2026-11-20T12:00:00Z', 2)).toEqual([
      '2026-11-23T02:30:00.000Z',
      '2026-11-24T02:30:00.000Z',
    ])
    expect(times('0 9 1 * *', 'Asia/Kolkata', '2026-11-20T12:00:00Z', 1)).toEqual(['2026-12-01T03:30:00.000Z'])
  })

  it('in the hour that is left out comes right after it, once', () => {
    // Berlin, 29 March 2026: after 01:59 comes 03:00.
    expect(times('30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00:00Z', 3)).toEqual([
      '2026-03-28T01:30:00.000Z',
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ])
  })

  it('in the hour that comes twice comes once', () => {
    // Berlin, 25 October 2026: after 02:59 comes 02:00 again.
    expect(times('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ])
  })

  it('of several in such an hour is each one that comes', () => {
    expect(times('*/30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 5)).toEqual([
      '2026-10-25T00:00:00.000Z',
      '2026-10-25T00:30:00.000Z',
      '2026-10-25T01:00:00.000Z',
      '2026-10-25T01:30:00.000Z',
      '2026-10-26T01:00:00.000Z',
    ])
    expect(times('*/30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 1)).toEqual(['2026-03-30T00:00:00.000Z'])
  })

  it('is after the one that is given, even within a second', () => {
    expect(times('* * * * *', 'UTC', '2026-11-20T12:00:00.000Z', 1)).toEqual(['2026-11-20T12:01:00.000Z'])
    expect(times('* * * * *', 'UTC', '2026-11-20T11:59:59.999Z', 1)).toEqual(['2026-11-20T12:00:00.000Z'])
  })
})

describe('an expression', () => {
  const problem = (text: string) => cronExpression.safeParse(text).error?.issues[0]?.message

  it('whose time never comes, or that has other than five fields, is refused', () => {
    expect(problem('0 0 30 2 *')).toBe('This time never comes.')
    expect(problem('0 0 31 4,6,9,11 *')).toBe('This time never comes.')
    expect(problem('0 0 29 2 *')).toBeUndefined()
    for (const text of ['', '@daily', '* * * *', '0 * * * * *', '0 0 0 0 0 0 0'])
      expect(problem(text), text).toContain('five fields')
    for (const text of ['60 * * * *', '0 24 * * *', '* * 0 * *', 'a b c d e', '*/0 * * * *'])
      expect(problem(text), text).toBeTruthy()
    expect(problem('61 3 * * *')).toBe('Invalid value for minute: 61.')
    expect(problem('a b c d e')).toBe('Field 1 (a) contains illegal characters.')
  })

  it('has a zone that there is', () => {
    expect(timeZone.safeParse('Europe/Berlin').success).toBe(true)
    expect(timeZone.safeParse('Mars/Olympus').success).toBe(false)
    expect(timeZone.safeParse('').success).toBe(false)
  })
})
