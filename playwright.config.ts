// Browser stories on the production build. `npx playwright test` builds what isn't built and starts panels of its own.
import { existsSync } from 'node:fs'
import { defineConfig } from '@playwright/test'

// The system's browser, as scripts/system-packages.sh installs it: Playwright's own download isn't needed.
const browsers = ['/usr/bin/chromium-headless-shell', '/usr/lib/chromium/chromium-headless-shell', '/usr/bin/chromium']
const executablePath = process.env.CHROMIUM ?? browsers.find((path) => existsSync(path))

/** Takes longest; begun last, it would be waited for alone. */
const longest = '**/ten-servers.spec.ts'

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results/e2e',
  globalSetup: './e2e/fixtures/before.ts',
  // Each worker keeps a panel with its database; a story waits as much as it works, so two share two cores well.
  workers: 2,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  projects: [
    { name: 'longest', testMatch: longest },
    { name: 'others', testIgnore: longest },
  ],
  forbidOnly: true,
  retries: 0,
  reporter: [['list'], ['json', { outputFile: 'test-results/playwright.json' }]],
  use: {
    // A sixth of the time of all stories; `--trace retain-on-failure` for one that is looked into.
    trace: 'off',
    launchOptions: {
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
})
