// What anybody may make the panel keep in memory by posting, and for how long.
import { describe, expect, it } from 'vitest'
import { InFlight, limitedBody } from '@/lib/web/limited-body.ts'
import { dawdler } from './dawdler.ts'

const posted = (body: ReadableStream) =>
  new Request('http://panel.test/', { method: 'POST', body, duplex: 'half' } as RequestInit)
const room = { most: 1_000_000, mostOfOne: 1_000_000 }
const limits = (more: Partial<Parameters<typeof limitedBody>[1]> = {}) => ({
  most: 100_000,
  withinMs: 60_000,
  inFlight: new InFlight(room),
  to: 'shop',
  ...more,
})

/** `count` bytes, each a part of its own that is used again for the next. */
function crumbs(count: number): ReadableStream {
  const crumb = new Uint8Array(1)
  let sent = 0
  return new ReadableStream(
    {
      pull(controller) {
        if (sent === count) return controller.close()
        crumb[0] = sent++ % 256
        controller.enqueue(crumb)
      },
    },
    { highWaterMark: 0 },
  )
}

describe('a body', () => {
  it('is copied as it comes: none of its parts is kept', async () => {
    const given = limits()
    const body = await limitedBody(posted(crumbs(20_000)), given)
    expect(body).toEqual(Uint8Array.from({ length: 20_000 }, (_, at) => at % 256))
    expect(given.inFlight.bytes).toBe(0)
  })

  it('that is too large is not read on', async () => {
    const given = limits({ most: 10 })
    expect(await limitedBody(posted(crumbs(11)), given)).toBe('too_large')
    expect(await limitedBody(posted(crumbs(10)), given)).toHaveLength(10)
    expect(given.inFlight.bytes).toBe(0)
  })

  it('that never ends is left after a while', async () => {
    expect(await limitedBody(posted(new ReadableStream()), limits({ withinMs: 1 }))).toBe('too_slow')
  })

  it('shares what is there with others: whatever takes up most for the longest goes', async () => {
    const given = limits({ inFlight: new InFlight({ most: 120_000, mostOfOne: 80_000 }) })
    const [first, second, other] = [dawdler(40_000), dawdler(20_000), dawdler(40_000)]
    const begun = [limitedBody(posted(first.body), given), limitedBody(posted(second.body), given)]
    await Promise.all([first.read, second.read])
    // There is room for all, but not for more to the same one.
    expect(await limitedBody(posted(crumbs(30_000)), given)).toHaveLength(30_000)
    expect(await begun[0]).toBe('busy')
    begun.push(limitedBody(posted(other.body), { ...given, to: 'blog' }))
    await other.read
    expect(given.inFlight.bytes).toBe(60_000)
    expect(await limitedBody(posted(crumbs(65_000)), { ...given, to: 'third' })).toHaveLength(65_000)
    const left = await Promise.race([begun[1], begun[2]])
    expect(left).toBe('busy')
    second.end()
    other.end()
    await Promise.all(begun)
    expect(given.inFlight.bytes).toBe(0)
  })

  it('that takes up most itself is the one that goes', async () => {
    const given = limits({ inFlight: new InFlight({ most: 50_000, mostOfOne: 50_000 }) })
    expect(await limitedBody(posted(crumbs(60_000)), given)).toBe('busy')
    expect(await limitedBody(posted(crumbs(30_000)), given)).toHaveLength(30_000)
  })
})
