// What answers mean: when a message is tried again, and when it isn't.
import { describe, expect, it } from 'vitest'
import { judge, nextTry } from '@/lib/worker/tell-answer.ts'

const reply = (status: number, headers: [string, string][] = [], body = '') => ({ status, reason: '', headers, body })
const hour = 3_600_000

describe('an answer', () => {
  it.each([200, 201, 204])('%i is taken', (status) => {
    expect(judge(reply(status), 1, 'slack').state).toBe('sent')
  })
  it.each([400, 405, 410, 413, 422])('%i is the end of it', (status) => {
    expect(judge(reply(status), 1, 'slack').state).toBe('failed')
  })
  it.each([401, 403, 404])('%i is tried three times', (status) => {
    expect([1, 2, 3].map((attempts) => judge(reply(status), attempts, 'slack').state)).toEqual([
      'waiting',
      'waiting',
      'failed',
    ])
  })
  it.each([408, 409, 425, 429, 500, 503, 101])('%i is tried again, until there were ten tries', (status) => {
    expect([1, 9, 10].map((attempts) => judge(reply(status), attempts, 'slack').state)).toEqual([
      'waiting',
      'waiting',
      'failed',
    ])
  })
  it('waits longer and longer, or as long as it is asked to, which is an hour at most', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((attempts) => nextTry(attempts, ''))
    expect(waits.map((one) => ('afterMs' in one ? one.afterMs / 1_000 : 0))).toEqual([
      5, 15, 60, 300, 900, 3_600, 10_800, 21_600, 43_200,
    ])
    const asked = (text: string) => judge(reply(429, [['Retry-After', text]]), 1, 'slack')
    expect(asked('30')).toMatchObject({ afterMs: 30_000 })
    expect(asked('7200')).toMatchObject({ afterMs: hour })
    expect(asked('Fri, 31 Dec 2100 23:59:59 GMT')).toMatchObject({ afterMs: hour })
    expect(asked('soon')).toMatchObject({ afterMs: 5_000 })
  })
  it.each([
    [[['Retry-After', '60']], '', 60_000],
    [[['X-RateLimit-Remaining', '0']], '', 60_000],
    [
      [
        ['X-RateLimit-Remaining', '0'],
        ['X-RateLimit-Reset', '4102444800'],
      ],
      '',
      hour,
    ],
    [[], '{"message":"You have exceeded a secondary rate limit."}', 60_000],
  ] as [[string, string][], string, number][])('403 of a limit is tried again: %j %s', (headers, body, afterMs) => {
    expect(judge(reply(403, headers, body), 1, 'github')).toMatchObject({ state: 'waiting', afterMs })
    expect(judge(reply(403, headers, body), 9, 'github')).toMatchObject({ state: 'waiting' })
    expect(judge(reply(403, headers, body), 10, 'github').state).toBe('failed')
  })
  it('403 is no limit where some are left', () => {
    expect(judge(reply(403, [['X-RateLimit-Remaining', '4999']]), 3, 'github').state).toBe('failed')
  })
  it('of GitLab about a mark that is there already is one', () => {
    const body = '{"message":"Cannot transition status via :run from :running"}'
    expect(judge(reply(400, [], body), 2, 'gitlab').state).toBe('sent')
  })
})
