// The palette, the keys, what is under way on every page, the overview's search, and the figures: by keyboard.
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures/test.ts'
import { holdClaim, runningStep, tell } from './fixtures/writer.ts'

// What ends here is looked for elsewhere.
test.use({ ground: 'palette' })

const palette = (page: Page) => page.getByRole('dialog', { name: 'Find, go or do' })
const field = (page: Page) => page.getByRole('combobox', { name: 'Find, go or do' })
const chosen = (page: Page) => page.getByRole('option', { selected: true })

/** The dialog's code comes when it is first wanted; the keys are heard once the page is alive. */
async function openPalette(page: Page) {
  await expect(async () => {
    await page.keyboard.press('Control+k')
    await expect(field(page)).toBeFocused({ timeout: 1_000 })
  }).toPass()
}

test('an environment is found by a few letters and opened by Enter', async ({ page }) => {
  await page.goto('/servers')
  await openPalette(page)
  await page.keyboard.type('shop prod')
  await expect(chosen(page)).toContainText('Shop / production')
  await expect(field(page)).toHaveAttribute('aria-activedescendant', (await chosen(page).getAttribute('id'))!)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/Shop\s*\/\s*production/)
  await expect(palette(page)).toHaveCount(0)
})

test('arrows choose, Escape closes and gives the focus back, and axe finds nothing', async ({ page }) => {
  await page.goto('/servers')
  const link = page.getByRole('link', { name: 'Add a server' }).first()
  await link.focus()
  await openPalette(page)
  await page.keyboard.type('web')
  await expect(page.getByRole('group', { name: 'Servers' }).getByRole('option').first()).toContainText('web')
  const first = await chosen(page).textContent()
  await page.keyboard.press('ArrowDown')
  await expect(chosen(page)).not.toHaveText(first!)
  await page.keyboard.press('ArrowUp')
  await expect(chosen(page)).toHaveText(first!)
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([])
  await page.keyboard.press('Escape')
  await expect(palette(page)).toHaveCount(0)
  await expect(link).toBeFocused()
})

test('what is typed is read as a wish: a commit to deploy, a release to go back to, a part to open', async ({
  page,
}) => {
  await page.goto('/')
  await openPalette(page)
  await field(page).fill('deploy commit 0123abcd to shop production')
  await expect(chosen(page)).toContainText('Deploy 0123abcd to Shop / production')
  await field(page).fill('roll back shop production')
  await expect(chosen(page)).toContainText('Roll back Shop / production to')
  await field(page).fill('variables shop production')
  await expect(chosen(page)).toHaveText('Go to variables of Shop / production')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\?tab=variables$/)
  // Where one is comes first.
  await openPalette(page)
  await expect(chosen(page)).toContainText('Shop / production')
  await field(page).fill('nothing of that name')
  await expect(palette(page).getByRole('status')).toHaveText('Nothing found for “nothing of that name”.')
})

test('a deployment is asked for by keys alone', async ({ page }) => {
  await page.goto('/servers')
  await openPalette(page)
  await page.keyboard.type('deploy intranet preview')
  await expect(chosen(page)).toContainText('Deploy Intranet / preview')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/deployments\//)
  await expect(page.getByText('Waiting for a worker')).toBeVisible()
  await page.getByRole('button', { name: /Cancel/ }).click()
})

test('keys go, search, deploy and list themselves, and none does while one types or when switched off', async ({
  page,
  seeded,
}) => {
  await page.goto('/servers')
  await expect(async () => {
    await page.keyboard.press('?')
    await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible({ timeout: 1_000 })
  }).toPass()
  await page.keyboard.press('Escape')
  await page.keyboard.press('g')
  await page.keyboard.press('o')
  await expect(page).toHaveURL(/\/$/)
  await page.keyboard.press('/')
  const search = page.getByRole('searchbox', { name: 'Find an environment' })
  await expect(search).toBeFocused()
  await page.keyboard.type('?dgs')
  await expect(search).toHaveValue('?dgs')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(page).toHaveURL(/q=%3Fdgs$/)

  await page.goto(`/environments/${seeded.environments.shop}`)
  await expect(async () => {
    await page.keyboard.press('d')
    await expect(page.getByRole('dialog', { name: 'Deploy Shop to production' })).toBeVisible({ timeout: 1_000 })
  }).toPass()
  await page.keyboard.press('Escape')
  await page.keyboard.press('r')
  await expect(chosen(page)).toContainText('Roll back Shop / production to')
  await page.keyboard.press('Escape')

  await page.keyboard.press('?')
  await page.getByRole('checkbox', { name: /Keys without Ctrl/ }).uncheck()
  await page.keyboard.press('Escape')
  await page.keyboard.press('g')
  await page.keyboard.press('s')
  await page.keyboard.press('?')
  await openPalette(page)
  await expect(page).toHaveURL(/\/environments\//)
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toHaveCount(0)
})

test('what is under way is on every page, over one stream, and leaves when it is over', async ({
  page,
  panel,
  seeded,
}) => {
  let streams = 0
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === '/events') streams += 1
  })
  await page.goto('/account')
  const presence = page.getByRole('button', { name: /under way: show/ })
  await expect(presence).toHaveText('3')
  await presence.click()
  const entry = page.getByRole('link', { name: /API \/ production/ })
  await expect(entry).toContainText('Running')
  const { db } = panel.context
  const held = await holdClaim(db, seeded.deployments.running)
  const step = await runningStep(db, seeded.deployments.running)
  await tell(
    db,
    held,
    { type: 'step.ended', data: { segment: 'main', step, outcome: 'ok', exit: 0, size: 1, at: Date.now() } },
    { type: 'finished', data: { status: 'succeeded', failure: null } },
  )
  await expect(presence).toHaveText('2')
  await expect(entry).toHaveCount(0)
  expect(streams).toBe(1)
})

test('the overview is searched by the server, and says so when nothing is found', async ({ page }) => {
  await page.goto('/')
  const search = page.getByRole('searchbox', { name: 'Find an environment' })
  await expect(async () => {
    await search.fill('warehouse web')
    await expect(page).toHaveURL(/q=warehouse/, { timeout: 1_000 })
  }).toPass()
  await expect(page.getByRole('search').getByRole('status')).toHaveText(/^\d+ found$/)
  await expect(page.getByRole('link', { name: 'Shop / production' })).toHaveCount(0)
  await search.fill('no such thing')
  await expect(page.getByRole('search').getByRole('status')).toHaveText('No environment matches “no such thing”.')
  await search.press('Escape')
  await expect(page.getByRole('link', { name: 'Shop / production' })).toBeVisible()
})

test('figures have their tables, and axe finds nothing', async ({ page, seeded }) => {
  await page.goto(`/environments/${seeded.environments.shop}/statistics`)
  for (const name of [
    'Outcomes per week',
    'How long a run takes',
    'From the commit until it is live',
    'Slowest steps',
  ]) {
    const plot = page.getByRole('region', { name, exact: true })
    await plot.getByText('The figures').click()
    expect(await plot.getByRole('row').count()).toBeGreaterThan(4)
  }
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([])
  await page.getByRole('link', { name: 'Half a year' }).click()
  await expect(page.getByRole('link', { name: 'Half a year' })).toHaveAttribute('aria-current', 'true')
})

test('logs on the server say when no worker can ask for them', async ({ page, seeded }) => {
  await page.goto(`/environments/${seeded.environments.shop}/logs`)
  await expect(page.getByText('No worker is running')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible()
})
