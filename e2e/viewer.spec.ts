// What somebody is offered who may only look: nothing that the panel would refuse, in any state of an environment or deployment.
import type { Page } from '@playwright/test'
import { holdEnvironment } from '@/lib/panel/holds.ts'
import { systemActor } from '@/lib/panel/context.ts'
import { saveConfigFile } from '@/lib/panel/files.ts'
import { changingControls } from './fixtures/controls.ts'
import { inAnotherBrowser, makePerson } from './fixtures/team.ts'
import { expect, signIn, test } from './fixtures/test.ts'

test.use({ ground: 'viewer' })

const actor = systemActor('console')

test('a viewer finds no control on any page that would change something', async ({ browser, panel, seeded }) => {
  test.setTimeout(300_000)
  const { shop, held, never } = seeded.environments
  await saveConfigFile(panel.context, actor, { environmentId: shop, path: 'auth.json', content: '{}' })
  await holdEnvironment(panel.context, actor, { environmentId: never, reason: 'Stocktaking' })
  const viewer = await makePerson({ panel }, 'Mei Tanaka', 'viewer')
  await inAnotherBrowser(browser, { panel }, async (page) => {
    await signIn(page, viewer)
    const tabs = [
      '',
      '?tab=pipeline',
      '?tab=triggers',
      '?tab=variables',
      '?tab=servers',
      '?tab=settings',
      '/statistics',
      '/compare',
    ]
    const places = [shop, held, never].flatMap((id) => tabs.map((tab) => `/environments/${id}${tab}`))
    const runs = Object.values(seeded.deployments).map((id) => `/deployments/${id}`)
    const project = ['', '?tab=deliveries', '?tab=notifications', '?tab=freezes']
    const parts = project.map((tab) => `/projects/${seeded.projects.shop}${tab}`)
    for (const path of ['/', ...places, ...parts, ...runs]) {
      await page.goto(path)
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      expect.soft(await changingControls(page), `on ${path}`).toEqual([])
    }
    await test.step('a failure, once its log is there', async () => {
      await page.goto(`/deployments/${seeded.deployments.failed}`)
      await expect(failure(page)).toBeVisible()
      expect(await changingControls(page)).toEqual([])
    })
    await test.step('menus and what opens in place', async () => {
      await page.goto(`/environments/${shop}`)
      await page
        .getByRole('button', { name: /^More for release/ })
        .nth(1)
        .click()
      await expect(page.getByRole('menuitem')).toHaveText(['Compare with the live release'])
      await page.goto(`/environments/${shop}?tab=pipeline`)
      await page
        .getByRole('button', { name: /^Show the .* hook$/ })
        .first()
        .click()
      await page.getByRole('button', { name: 'Show the history' }).click()
      await expect(page.getByRole('list', { name: /^Revisions of/ })).toBeVisible()
      expect(await changingControls(page)).toEqual([])
    })
    await test.step('pages that are nothing but a form', async () => {
      const webhooks = `/projects/${seeded.projects.shop}?tab=webhooks`
      const forms = [`/environments/${shop}/preview`, `/environments/${shop}/clone`, '/environments/new', '/start']
      for (const path of [...forms, '/projects/new', '/servers', '/servers/new', '/people', '/audit', webhooks])
        await notThere(page, path)
    })
    await test.step('the palette and its keys', async () => {
      await page.goto('/')
      await page.getByRole('button', { name: 'Find, go or do' }).click()
      const field = page.getByRole('combobox', { name: 'Find, go or do' })
      await expect(page.getByRole('option', { name: /^(Deploy|Roll back|Make|Add)/ })).toHaveCount(0)
      await field.fill('deploy shop production')
      await expect(page.getByText('Nothing found for “deploy shop production”.')).toBeVisible()
    })
  })
})

test('the same pages offer somebody else what they do', async ({ page, seeded }) => {
  await page.goto(`/environments/${seeded.environments.shop}`)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  expect(await changingControls(page)).toContain('Deploy')
  await page.goto(`/environments/${seeded.environments.shop}?tab=settings`)
  expect(await changingControls(page)).toEqual(expect.arrayContaining(['Name', 'Save the settings', 'Save the steps']))
  await page.goto(`/deployments/${seeded.deployments.failed}`)
  await expect(failure(page)).toBeVisible()
  expect(await changingControls(page)).toContainEqual(expect.stringMatching(/^(Deploy|Activate) .* again$/))
})

const failure = (page: Page) => page.getByRole('region', { name: / failed/ })

async function notThere(page: Page, path: string): Promise<void> {
  await page.goto(path)
  await expect(page.getByRole('heading', { name: 'There is no such page' }), path).toBeVisible()
}
