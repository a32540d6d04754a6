// Windows in which nothing is deployed: where they begin and end, across changes of clocks, too.
import { describe, expect, it } from 'vitest'
import { freezeAt, freezeWindow, frozenUntil } from '@/lib/spec/freeze.ts'

const until = (window: unknown, now: string): string | null =>
  frozenUntil(freezeWindow.parse(window), new Date(now))?.toISOString() ?? null
const weekend = { kind: 'weekly', day: 5, at: '16:00', hours: 64, timeZone: 'Europe/Berlin' }

describe('a window', () => {
  it('lasts from its first moment until just before its last', () => {
    const window = { kind: 'once', from: '2026-12-24T12:00:00+01:00', until: '2026-12-27T00:00:00Z' }
    expect(until(window, '2026-12-24T10:59:59.999Z')).toBeNull()
    expect(until(window, '2026-12-24T11:00:00Z')).toBe('2026-12-27T00:00:00.000Z')
    expect(until(window, '2026-12-27T00:00:00Z')).toBeNull()
  })

  it('comes each week at its time of day, whatever the clocks do', () => {
    // Fridays: 16:00 is 15:00 UTC in winter and 14:00 in summer.
    expect(until(weekend, '2026-11-20T14:59:59.500Z')).toBeNull()
    expect(until(weekend, '2026-11-20T15:00:00Z')).toBe('2026-11-23T07:00:00.000Z')
    expect(until(weekend, '2026-11-23T06:59:59.500Z')).toBe('2026-11-23T07:00:00.000Z')
    expect(until(weekend, '2026-11-23T07:00:00Z')).toBeNull()
    expect(until(weekend, '2026-07-03T14:00:00Z')).toBe('2026-07-06T06:00:00.000Z')
    // It lasts as long as ever over the night in which an hour is left out.
    expect(until(weekend, '2026-03-29T03:00:00Z')).toBe('2026-03-30T07:00:00.000Z')
  })

  it('is refused when it ends before it begins, or its zone is none', () => {
    const parses = (window: unknown): boolean => freezeWindow.safeParse(window).success
    expect(parses({ kind: 'once', from: '2026-01-02T00:00:00Z', until: '2026-01-01T00:00:00Z' })).toBe(false)
    expect(parses({ ...weekend, timeZone: 'Europe/Nowhere' })).toBe(false)
    expect(parses({ ...weekend, at: '24:00' })).toBe(false)
    expect(parses({ ...weekend, hours: 168 })).toBe(false)
  })

  it('that ends last counts, of several', () => {
    const now = new Date('2026-11-21T12:00:00Z')
    const day = { kind: 'once', from: '2026-11-21T00:00:00Z', until: '2026-11-22T00:00:00Z' }
    expect(
      freezeAt(
        [
          { reason: 'Today', window: day },
          { reason: 'Weekend', window: weekend },
        ],
        now,
      ),
    ).toMatchObject({ reason: 'Weekend' })
    expect(freezeAt([{ reason: 'Today', window: day }], new Date('2026-11-22T00:00:00Z'))).toBeNull()
  })
})
