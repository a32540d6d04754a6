// Every screen, in both themes and on a desk and a phone: opens, fits its width, axe finds nothing, and a picture is kept in
// test-results/screens to be looked at.
import { AxeBuilder } from '@axe-core/playwright'
import { sizes } from './fixtures/picture.ts'
import { expect, test } from './fixtures/test.ts'
import type { Seeded } from './fixtures/full.ts'

/** Name → path, and what must be there before the picture is taken. */
const screens: Record<string, { path: (seeded: Seeded) => string; shows: string }> = {
  overview: { path: () => '/', shows: 'Environments' },
  releases: { path: ({ environments }) => `/environments/${environments.shop}`, shows: 'Show the price per unit' },
  'never deployed': { path: ({ environments }) => `/environments/${environments.never}`, shows: 'No releases yet' },
  pipeline: { path: ({ environments }) => `/environments/${environments.shop}?tab=pipeline`, shows: 'before.deploy' },
  variables: {
    path: ({ environments }) => `/environments/${environments.shop}?tab=variables`,
    shows: 'Set 3 is a draft.',
  },
  targets: { path: ({ environments }) => `/environments/${environments.shop}?tab=servers`, shows: 'Live there' },
  settings: {
    path: ({ environments }) => `/environments/${environments.shop}?tab=settings`,
    shows: 'Releases to keep',
  },
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

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

// Without motion, so that nobody looks at colours half way.
test.use({ contextOptions: { reducedMotion: 'reduce' } })

for (const [name, { path, shows }] of Object.entries(screens)) {
  test(name, async ({ page, seeded }) => {
    // axe looks at each of four pictures; a page with 250 rows takes it ten seconds each on a busy machine.
    test.setTimeout(180_000)
    for (const [size, viewport] of Object.entries(sizes)) {
      await page.setViewportSize(viewport)
      await page.goto(path(seeded))
      await expect(page.getByText(shows).first()).toBeVisible()
      await expect(page.getByText('Reading the log…')).toHaveCount(0)
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      expect.soft(overflow, `wider than the window on a ${size}`).toBeLessThanOrEqual(0)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        await page.screenshot({ path: `test-results/screens/${name} ${size} ${colorScheme}.png` })
        const axe = new AxeBuilder({ page })
        // Another theme changes colours and nothing else.
        const { violations } = await (
          colorScheme === 'light' ? axe.withTags(rules) : axe.withRules('color-contrast')
        ).analyze()
        const found = violations.map(
          ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
        )
        expect.soft(found, `axe on a ${size}, ${colorScheme}`).toEqual([])
      }
    }
  })
}
