// Every screen of a panel that is in use. With none, with long names and with faults: screens-empty, -wide and -failing.
import { lookAt } from './fixtures/look.ts'
import { pagesThere, screens, screensOutside } from './fixtures/screens.ts'
import { expect, test } from './fixtures/test.ts'

for (const [name, { path, shows }] of Object.entries(screens)) {
  test(name, async ({ page, seeded }) => {
    // axe looks at each of four pictures; a page with 250 rows takes it ten seconds each on a busy machine.
    test.setTimeout(180_000)
    await lookAt(page, name, async () => {
      await page.goto(path(seeded))
      await expect(page.getByText(shows).first()).toBeVisible()
      await expect(page.getByText('Reading the log…')).toHaveCount(0)
    })
  })
}

test('no page is left out', () => {
  const looked = [...Object.values(screens).map(({ page }) => page), ...screensOutside]
  expect([...new Set(looked)].sort()).toEqual(pagesThere())
})
