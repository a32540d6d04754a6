// Every screen, in both themes and on a desk and a phone: opens, fits its width, axe finds nothing, and a picture is kept in
// test-results/screens to be looked at.
import { AxeBuilder } from '@axe-core/playwright'
import { expect, test } from './fixtures/test.ts'
import type { Seeded } from './fixtures/full.ts'

const sizes = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const

/** Name → path, and what must be there before the picture is taken. */
const screens: Record<string, { path: (seeded: Seeded) => string; shows: string }> = {
  overview: { path: () => '/', shows: 'Environments' },
  releases: { path: ({ environments }) => `/environments/${environments.shop}`, shows: 'Show the price per unit' },
  'never deployed': { path: ({ environments }) => `/environments/${environments.never}`, shows: 'No releases yet' },
  pipeline: { path: ({ environments }) => `/environments/${environments.shop}?tab=pipeline`, shows: 'before.deploy' },
  variables: { path: ({ environments }) => `/environments/${environments.shop}?tab=variables`, shows: 'Text of the .env file' },
  targets: { path: ({ environments }) => `/environments/${environments.shop}?tab=servers`, shows: 'Live there' },
  settings: { path: ({ environments }) => `/environments/${environments.shop}?tab=settings`, shows: 'Releases to keep' },
  'new environment': { path: () => '/environments/new', shows: 'Make an environment' },
  'new project': { path: () => '/projects/new', shows: 'Add a project' },
  'long log': { path: ({ deployments }) => `/deployments/${deployments.long}`, shows: 'Deployment 200' },
  failed: { path: ({ deployments }) => `/deployments/${deployments.failed}`, shows: 'with exit code 1' },
  'timed out': { path: ({ deployments }) => `/deployments/${deployments.timedOut}`, shows: 'after 10 minutes' },
  running: { path: ({ deployments }) => `/deployments/${deployments.running}`, shows: 'Running' },
  looking: { path: ({ deployments }) => `/deployments/${deployments.looking}`, shows: 'The line to' },
  cancelled: { path: ({ deployments }) => `/deployments/${deployments.cancelled}`, shows: 'Cancelled' },
  queued: { path: ({ deployments }) => `/deployments/${deployments.queued}`, shows: 'Waiting for a worker' },
  'rolled back': { path: ({ deployments }) => `/deployments/${deployments.rolledBack}`, shows: 'Activation' },
  servers: { path: () => '/servers', shows: 'web1' },
  server: { path: ({ servers }) => `/servers/${servers.ready}`, shows: 'Has it what deployments need?' },
  'server failing': { path: ({ servers }) => `/servers/${servers.failing}`, shows: 'belongs to root' },
  'server fresh': { path: ({ servers }) => `/servers/${servers.fresh}`, shows: 'Read the server’s key' },
  'new server': { path: () => '/servers/new', shows: 'Host name or address' },
  account: { path: () => '/account', shows: 'API tokens' },
  'not found': { path: () => '/servers/nothing', shows: 'There is no such page' },
}

for (const [size, viewport] of Object.entries(sizes)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test.describe(`${size}, ${colorScheme}`, () => {
      // Without motion, so that axe doesn't look at colours half way.
      test.use({ viewport, colorScheme, contextOptions: { reducedMotion: 'reduce' } })
      for (const [name, { path, shows }] of Object.entries(screens)) {
        test(name, async ({ page, seeded }) => {
          await page.goto(path(seeded))
          await expect(page.getByText(shows).first()).toBeVisible()
          await expect(page.getByText('Reading the log…')).toHaveCount(0)
          await page.screenshot({ path: `test-results/screens/${name} ${size} ${colorScheme}.png` })
          const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
          expect(overflow, 'the page is wider than the window').toBeLessThanOrEqual(0)
          const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze()
          expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)).toEqual([])
        })
      }
    })
  }
}
