// Names, paths and texts as long as they may be: nothing is wider than its place.
import { expect, test } from '@playwright/test'
import { lookWhetherItFits } from './fixtures/look.ts'
import { withOwnPanel } from './fixtures/panel.ts'
import { failOnErrors, signIn } from './fixtures/test.ts'
import { seedWide, type Wide } from './fixtures/wide.ts'

/** Name → path, and what must be there. */
const screens: Record<string, [path: (wide: Wide) => string, shows: string]> = {
  overview: [() => '/', 'Needs a look'],
  releases: [({ environment }) => `/environments/${environment}`, 'What happened'],
  pipeline: [({ environment }) => `/environments/${environment}?tab=pipeline`, 'before.deploy'],
  triggers: [({ environment }) => `/environments/${environment}?tab=triggers`, 'Deployed by itself last'],
  variables: [({ environment }) => `/environments/${environment}?tab=variables`, 'Set 1 is a draft.'],
  targets: [({ environment }) => `/environments/${environment}?tab=servers`, 'Write access'],
  settings: [({ environment }) => `/environments/${environment}?tab=settings`, 'Remove this environment'],
  clone: [({ environment }) => `/environments/${environment}/clone`, 'Folder on the server'],
  webhooks: [({ project }) => `/projects/${project}?tab=webhooks`, 'How it is set up there'],
  deliveries: [({ project }) => `/projects/${project}?tab=deliveries`, 'Deploy anyway'],
  notifications: [({ project }) => `/projects/${project}?tab=notifications`, 'Tell somebody'],
  freezes: [({ project }) => `/projects/${project}?tab=freezes`, 'Frozen now'],
  failed: [({ failed }) => `/deployments/${failed}`, 'with exit code 127'],
  servers: [() => '/servers', 'Not ready'],
  server: [({ server }) => `/servers/${server}`, 'Write access'],
  people: [() => '/people', 'Invited'],
  audit: [() => '/audit', 'held an environment'],
  account: [() => '/account', 'API tokens'],
}

test('long names widen no page', async ({ browser }) => {
  test.setTimeout(300_000)
  await withOwnPanel(['web'], async ({ url, context: ctx }) => {
    const wide = await seedWide(ctx)
    const context = await browser.newContext({ baseURL: url })
    const page = await context.newPage()
    await failOnErrors(page, async () => {
      await signIn(page)
      for (const [name, [path, shows]] of Object.entries(screens))
        await lookWhetherItFits(page, `wide ${name}`, async () => {
          await page.goto(path(wide))
          await expect(page.getByText(shows).first()).toBeVisible()
          await expect(page.getByText('Reading the log…')).toHaveCount(0)
        })
    })
    await context.close()
  })
})
