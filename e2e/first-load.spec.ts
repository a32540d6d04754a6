// How much script a page brings with it the first time: at most 250 kB on the line. What is only needed later, as the editor of
// hooks, is fetched when it is.
import { gzipSync } from 'node:zlib'
import { screens } from './fixtures/screens.ts'
import { expect, test } from './fixtures/test.ts'

const most = 250_000
/** As most servers and proxies compress. */
const level = 6

test('no page brings more than 250 kB of script', async ({ page, seeded }) => {
  test.setTimeout(120_000)
  const sizes = new Map<string, number>()
  for (const [name, { path }] of Object.entries(screens)) {
    // Whatever the page names, whether in its head or in what it hands to its scripts.
    const html = await (await page.request.get(path(seeded))).text()
    const old = new Set(addresses(html.match(/<script\b[^>]*nomodule[^>]*>/gi)?.join('') ?? ''))
    const scripts = addresses(html).filter((address) => !old.has(address))
    expect(scripts.length, name).toBeGreaterThan(0)
    let bytes = 0
    for (const script of scripts) {
      if (!sizes.has(script))
        sizes.set(script, gzipSync(await (await page.request.get(script)).body(), { level }).length)
      bytes += sizes.get(script)!
    }
    expect.soft(bytes, `bytes of script of ${name}`).toBeLessThanOrEqual(most)
  }
})

const addresses = (html: string): string[] => [...new Set(html.match(/\/_next\/static\/chunks\/[\w.~-]+\.js/g) ?? [])]
