// What is about to happen is shown before it does, and exactly that happens; and what one does with releases that there are.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, test as base, type Page } from '@playwright/test'
import { commit } from './fixtures/commit.ts'
import { takePicture } from './fixtures/picture.ts'
import { withSample, type Sample } from './fixtures/sample.ts'
import { failOnErrors } from './fixtures/test.ts'

const test = base.extend<{ sample: Sample }>({
  sample: [({ browser }, use) => withSample(browser, use), { timeout: 120_000 }],
  baseURL: ({ sample }, use) => use(sample.panel.url),
  storageState: ({ sample }, use) => use(sample.state),
})

test('what is shown is deployed, and what has changed since is said', async ({ page, sample }) => {
  test.setTimeout(240_000)
  const { repository, sandbox, environments } = sample
  const address = `/environments/${environments.production}`
  const liveIn = (name: string) => readFile(join(sandbox.home, name, 'current/index.html'), 'utf8')
  const say = (words: string) =>
    commit(repository, `Say ${words}`, async (work) => {
      const path = join(work, 'index.html')
      await writeFile(
        path,
        (await readFile(path, 'utf8')).replace(/Hello from the \w+ release/, `Hello from the ${words}`),
      )
    })
  await failOnErrors(page, async () => {
    await test.step('the first deployment', async () => {
      await page.goto(address)
      await page.getByRole('button', { name: 'Deploy', exact: true }).click()
      const dialog = page.getByRole('dialog')
      await expect(dialog.getByText('The first release: everything is new')).toBeVisible()
      await dialog.getByRole('button', { name: 'Deploy', exact: true }).click()
      await succeeded(page)
    })

    await say('second release')
    await test.step('the dialog finds a commit and says what it would change', async () => {
      await page.goto(address)
      await page.getByRole('button', { name: 'Deploy', exact: true }).click()
      const dialog = page.getByRole('dialog')
      await expect(dialog.getByRole('region', { name: 'What will change' })).toContainText('1 commit · 1 file')
      await dialog.getByText('Commits, files, variables and hooks').click()
      await expect(dialog.getByText('index.html')).toBeVisible()
      await dialog.getByLabel('Search commits').fill('second')
      await expect(dialog.getByText('1 found on main')).toBeVisible()
      await pictured(page, 'deploy what will change')
      await dialog.getByRole('link', { name: 'Preview plan' }).click()
    })

    await test.step('the plan shows every step with its very text', async () => {
      const steps = page.getByRole('region', { name: 'Steps on sandbox' })
      await expect(steps.getByText('Check the server')).toBeVisible()
      await pictured(page, 'plan')
      await steps.getByText('after.deploy', { exact: true }).click()
      await expect(steps.getByRole('region', { name: 'Text of after.deploy' }).first()).toContainText('echo')
      await steps.getByText('What every hook finds').click()
      await expect(steps.getByText('FAIRLEAD_PREVIOUS_RELEASE')).toBeVisible()
      await pictured(page, 'plan opened')
    })

    await test.step('a commit that comes in between is not deployed unseen', async () => {
      await say('third release')
      await page.getByRole('button', { name: 'Deploy exactly this' }).click()
      const refusal = page.getByText(/Not what was shown any more: The commit is/)
      await expect(refusal).toBeVisible()
      await pictured(page, 'plan changed')
      expect(await liveIn('production')).not.toContain('third')
      await page.getByRole('button', { name: 'Show the plan of now' }).click()
      await expect(page.getByRole('heading', { name: '2 commits · 1 file' })).toBeVisible()
      await page.getByRole('button', { name: 'Deploy exactly this' }).click()
      await succeeded(page)
      expect(await liveIn('production')).toContain('third release')
    })

    await test.step('two releases are compared, and the address says which', async () => {
      await page.goto(address)
      await page.getByRole('button', { name: 'More for release 1' }).click()
      await pictured(page, 'release menu')
      await page.getByRole('menuitem', { name: 'Compare with the live release' }).click()
      await expect(page).toHaveURL(/compare\?from=1&to=2/)
      await expect(page.getByRole('heading', { name: '2 commits · 1 file' })).toBeVisible()
      await pictured(page, 'compare')
      await page.getByRole('link', { name: 'Swap' }).click()
      await expect(page.getByText('this goes back')).toBeVisible()
    })

    await test.step('a release is promoted to another environment of the project', async () => {
      await page.goto(address)
      await page.getByRole('button', { name: 'More for release 1' }).click()
      await page.getByRole('menuitem', { name: 'staging' }).click()
      await succeeded(page)
      expect(await liveIn('staging')).toContain('first release')
    })

    await test.step('what a roll back needs stays; an older release can be removed', async () => {
      await page.goto(address)
      await page.getByRole('button', { name: 'More for release 2' }).click()
      await page.getByRole('menuitem', { name: 'Deploy this commit again' }).click()
      await succeeded(page)
      await page.goto(address)
      await page.getByRole('button', { name: 'More for release 2' }).click()
      await expect(page.getByRole('menuitem', { name: 'Deploy this commit again' })).toBeVisible()
      await expect(page.getByRole('menuitem', { name: /^Remove/ })).toHaveCount(0)
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: 'More for release 1' }).click()
      await page.getByRole('menuitem', { name: /^Remove/ }).click()
      await pictured(page, 'remove a release')
      await page.getByRole('button', { name: 'Remove it' }).click()
      await expect(page.getByRole('heading', { level: 1 })).toContainText('Removal')
      await succeeded(page)
      await page.goto(address)
      await expect(page.getByText('1 older one was removed from the servers')).toBeVisible()
    })

    await test.step('an environment is cloned into a place of its own', async () => {
      await page.goto(`${address}/clone`)
      await page.getByLabel('Name').fill('demo')
      await page.getByLabel('Folder on the server').fill(join(sandbox.home, 'demo'))
      await page.getByLabel('Take variables and files along').check()
      await pictured(page, 'clone')
      await page.getByRole('button', { name: 'Make the environment' }).click()
      await expect(page.getByRole('heading', { level: 1 })).toContainText('demo')
      await expect(page.getByText('Nothing is live yet')).toBeVisible()
    })
  })
})

async function succeeded(page: Page): Promise<void> {
  await expect(page).toHaveURL(/\/deployments\//)
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Succeeded', { timeout: 60_000 })
}

/** A picture in both sizes and themes, and axe on what it shows. */
async function pictured(page: Page, name: string): Promise<void> {
  await takePicture(page, name)
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
    .analyze()
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
  expect.soft(found, `axe on ${name}`).toEqual([])
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect.soft(overflow, `${name} is wider than the window`).toBeLessThanOrEqual(0)
}
