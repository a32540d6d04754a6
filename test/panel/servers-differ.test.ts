// What is said of servers that don't have what is live.
import { expect, it } from 'vitest'
import { differing, onHowMany, whatIsThere } from '@/lib/format/servers-differ.ts'

const on = (server: string, liveNumber: number | null, more: object = {}) => ({
  server,
  liveNumber,
  liveRelease: liveNumber === null ? null : `deployment_${liveNumber}.abcdef0`,
  unknownSince: null,
  unknownWhy: null,
  ...more,
})
const unknown = { unknownSince: '2026-11-21T14:02:00.000Z', unknownWhy: 'given up by Anna' }

it('counts the servers that have the live release, and names what the others have', () => {
  const strange = on('web-5', null, { liveRelease: 'by-hand' })
  const fleet = [
    on('web-1', 12),
    on('web-2', 12),
    on('web-3', 11),
    on('web-4', null),
    strange,
    on('web-6', 12, unknown),
  ]
  expect(onHowMany(12, fleet)).toBe(' on 2 of 6 servers')
  expect(differing(fleet, 12).map((one) => `${one.server} ${whatIsThere(one)}`)).toEqual([
    'web-3 has release 11',
    'web-4 has nothing live',
    'web-5 has by-hand, which is none of these releases',
    'web-6 unknown',
  ])
})

it('says nothing of what goes without saying', () => {
  expect(onHowMany(12, [on('web-1', 12), on('web-2', 12)])).toBe(' on 2 servers')
  expect(onHowMany(12, [on('web-1', 12)])).toBe('')
  expect(differing([on('web-1', null), on('web-2', null)], null)).toEqual([])
  expect(differing([on('web-1', 11)], 12)).toEqual([])
  expect(differing([on('web-1', 12, unknown)], 12)).toHaveLength(1)
})
