import { describe, expect, it } from 'vitest'
import { hasCome, savedOver } from '@/components/environment/hook-standing.ts'

const revision = (number: number) => ({ number })
const [one, two, four] = [revision(1), revision(2), revision(4)]

/** What a page that is drawn with these, one after the other, shows after the person did something. */
function shownWith(did: ReturnType<typeof savedOver>, drawings: ({ number: number } | null)[]) {
  let saved: typeof did | null = did
  return drawings.map((drawn) => {
    if (saved && hasCome(saved, drawn)) saved = null
    return saved ? saved.hook : drawn
  })
}

describe('what stands at a place of the lifecycle', () => {
  it('is what was written first, until the page shows it', () => {
    expect(shownWith(savedOver(one, null, null), [null, one, null])).toEqual([one, one, null])
  })

  it('is what was saved last, though the drawing after the saving before comes later', () => {
    expect(shownWith(savedOver(two, one, null), [null, one, two, null])).toEqual([two, two, two, null])
    expect(shownWith(savedOver(two, one, one), [one, two])).toEqual([two, two])
  })

  it('is nothing after it was removed, and what somebody wrote after that', () => {
    expect(shownWith(savedOver(null, one, one), [one, null, four])).toEqual([null, null, four])
    expect(shownWith(savedOver(null, one, null), [null, one, null, four])).toEqual([null, null, null, four])
    expect(shownWith(savedOver(four, null, two), [two, null, four])).toEqual([four, four, four])
  })

  it('is what somebody else did after the saving', () => {
    expect(shownWith(savedOver(two, one, one), [one, four])).toEqual([two, four])
    expect(shownWith(savedOver(two, one, one), [one, null])).toEqual([two, null])
  })
})
