// Everything by keyboard alone.
import { logLines } from './fixtures/full.ts'
import { expect, test } from './fixtures/test.ts'

test('the first stop skips to the content', async ({ page }) => {
  await page.goto('/')
  await page.keyboard.press('Tab')
  const skip = page.getByRole('link', { name: 'Skip to the content' })
  await expect(skip).toBeFocused()
  await expect(skip).toBeVisible()
})

test('the deploy dialog opens, holds the focus, closes and gives it back', async ({ page, seeded }) => {
  await page.goto(`/environments/${seeded.environments.shop}`)
  const button = page.getByRole('button', { name: 'Deploy', exact: true })
  await button.focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await expect(dialog).toBeVisible()
  for (let stop = 0; stop < 8; stop++) {
    await page.keyboard.press('Tab')
    expect(await dialog.evaluate((element) => element.contains(document.activeElement))).toBe(true)
  }
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
  await expect(button).toBeFocused()
})

test('the theme is chosen by arrow keys and stays', async ({ page }) => {
  await page.goto('/servers')
  const item = (name: string) => page.getByRole('menuitem', { name })
  // A key that comes before the page's scripts is lost, as one that comes before the menu; another one would close it again.
  await expect(async () => {
    if (!(await item('As the system').isVisible())) await page.getByRole('button', { name: 'Theme' }).press('Enter')
    await expect(item('As the system')).toBeFocused({ timeout: 1_000 })
  }).toPass()
  for (const name of ['Light', 'Dark']) {
    await page.keyboard.press('ArrowDown')
    await expect(item(name)).toBeFocused()
  }
  await page.keyboard.press('Enter')
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await expect(async () => {
    await page.reload()
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark', { timeout: 500 })
  }).toPass()
})

test('the log is reached and scrolled by keys', async ({ page, seeded }) => {
  await page.goto(`/deployments/${seeded.deployments.long}`)
  const output = page.getByRole('region', { name: 'Output' })
  await expect(output.locator('[data-line="1"]')).toBeVisible()
  await output.focus()
  await page.keyboard.press('End')
  await expect(output.locator('[data-line]').last()).toHaveAttribute('data-line', String(logLines + 40))
  await page.keyboard.press('Home')
  await expect(output.locator('[data-line="1"]')).toBeInViewport()
})
