// The log viewer on a log of 100,000 lines, whatever is in it.
import { logLines, needleAt } from './fixtures/full.ts'
import { hostileLines } from './fixtures/log-text.ts'
import { expect, test } from './fixtures/test.ts'
import type { Page } from '@playwright/test'

const output = (page: Page) => page.getByRole('region', { name: 'Output' })
const drawn = (page: Page) => output(page).locator('[data-line]')

async function openLong(page: Page, id: string, hash = '') {
  await page.goto(`/deployments/${id}${hash}`)
  await expect(output(page)).toHaveAttribute('data-lines', String(logLines + 40))
}

test('only the lines in sight are drawn, from the first to the last', async ({ page, seeded }) => {
  await openLong(page, seeded.deployments.long)
  await expect(drawn(page).first()).toHaveAttribute('data-line', '1')
  for (const share of [0.25, 0.5, 0.75, 1]) {
    await output(page).evaluate((element, part) => element.scrollTo(0, element.scrollHeight * part), share)
    await expect(drawn(page).first()).toBeVisible()
    await expect
      .poll(() => drawn(page).first().getAttribute('data-line').then(Number))
      .toBeGreaterThan(logLines * share * 0.9)
    expect(await drawn(page).count()).toBeLessThan(150)
  }
  await expect(drawn(page).last()).toHaveAttribute('data-line', String(logLines + 40))
})

test('the first lines are there before the rest has come, and were asked for once', async ({ page, seeded }) => {
  const asked: string[] = []
  let letGo = () => {}
  const rest = new Promise<void>((resolve) => (letGo = resolve))
  await page.route('**/log?after=*', async (route) => {
    const after = new URL(route.request().url()).searchParams.get('after')!
    asked.push(after)
    if (after !== '0') await rest
    await route.continue()
  })
  await page.goto(`/deployments/${seeded.deployments.long}`)
  await expect(drawn(page).first()).toHaveAttribute('data-line', '1')
  // By the page itself, before its scripts ran: they take what it has.
  expect(asked.filter((after) => after === '0')).toHaveLength(1)
  await expect(page.locator('link[rel=preload][as=fetch]')).toHaveAttribute('href', /\/log\?after=0&/)
  letGo()
  await expect(output(page)).toHaveAttribute('data-lines', String(logLines + 40))
})

test('what was written after the first lines were asked for ahead is read once it is over', async ({
  page,
  seeded,
}) => {
  // As when the browser asked while nothing had been written yet, and the page came when all was over.
  await page.route('**/log?after=0&limit=4', (route) => route.fulfill({ json: { chunks: [] } }))
  await page.goto(`/deployments/${seeded.deployments.long}`)
  await expect(output(page)).toHaveAttribute('data-lines', String(logLines + 40))
})

test('words are found with count and place, and one goes from hit to hit', async ({ page, seeded }) => {
  await openLong(page, seeded.deployments.long)
  const search = page.getByRole('searchbox', { name: 'Search the log' })
  await search.fill('the NEEDLE')
  await expect(page.getByRole('search').getByRole('status')).toHaveText('1 line')
  await search.press('Enter')
  await expect(page.getByRole('search').getByRole('status')).toHaveText('1 of 1 line')
  await expect(page.locator(`[data-line="${needleAt}"] mark`)).toHaveText('the needle')

  await search.fill('built in')
  await expect(page.getByRole('search').getByRole('status')).toContainText('2000 lines')
  await page.getByRole('button', { name: 'Next hit' }).click()
  const first = await page.getByRole('search').getByRole('status').textContent()
  await page.getByRole('button', { name: 'Next hit' }).click()
  await expect(page.getByRole('search').getByRole('status')).not.toHaveText(first!)
  await page.getByRole('button', { name: 'Previous hit' }).click()
  await expect(page.getByRole('search').getByRole('status')).toHaveText(first!)
})

test('regular expressions are found, wrong ones named, endless ones ended', async ({ page, seeded }) => {
  await openLong(page, seeded.deployments.long)
  await page.getByRole('button', { name: 'Regular expression' }).click()
  const search = page.getByRole('searchbox', { name: 'Search the log' })
  const status = page.getByRole('search').getByRole('status')
  await search.fill('needle in the (hay|straw)stack$')
  await expect(status).toHaveText('1 line')
  await search.fill('needle (')
  await expect(status).toHaveText('Not a regular expression.')
  await search.fill('^(.+)+#$')
  await expect(status).toHaveText('This expression takes too long.')
  // The page itself was never held up.
  await search.fill('needle')
  await expect(status).toHaveText('1 line')
})

test('a line has an address', async ({ page, seeded }) => {
  await openLong(page, seeded.deployments.long, `#L${needleAt}`)
  const line = page.locator(`[data-line="${needleAt}"]`)
  await expect(line).toBeInViewport()
  await expect(line).toContainText('the needle in the haystack')
  await line.getByRole('link', { name: `Line ${needleAt}` }).click()
  await expect(page).toHaveURL(new RegExp(`#L${needleAt}$`))
})

test('attack 31: nothing in a log becomes markup, and only http addresses become links', async ({ page, seeded }) => {
  await openLong(page, seeded.deployments.long)
  await expect(page.locator('[data-line="1"]')).toContainText(hostileLines[0]!)
  await expect(page.locator('[data-line="2"]')).toContainText(hostileLines[1]!)
  expect(await output(page).locator('script, img, iframe, b').count()).toBe(0)
  expect(
    await output(page)
      .locator('[data-line] a[target]')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href'))),
  ).toEqual(['https://example.org/fine?a=1&b='])
  await expect(page.locator('[data-line="3"]')).toHaveText(/click me$/)
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false)
})

test('attack 31: colours are drawn, other control characters are not', async ({ page, seeded }) => {
  await openLong(page, seeded.deployments.long)
  await expect(page.locator('[data-line="5"] .ansi-red')).toHaveText('red')
  await expect(page.locator('[data-line="5"] .ansi-green.ansi-bold')).toHaveText('bold green')
  await expect(page.locator('[data-line="5"]').getByText('orange')).toHaveAttribute('style', /255, 135, 0/)
  await expect(page.locator('[data-line="5"]').getByText('true colour')).toHaveCSS(
    'background-color',
    'rgb(20, 40, 90)',
  )
  await expect(page.locator('[data-line="6"]')).toHaveText('progress 100%')
  await expect(page.locator('[data-line="7"]')).toContainText('Grüße, 你好, こんにちは, 🚀')
  await expect(page.locator('[data-line="7"]')).toContainText(', right to left, tab')
  await expect(page.locator('[data-line="8"]')).toHaveText('nothing was cleared')
})

test('one step alone, wrapped lines, the raw file', async ({ page, seeded }) => {
  await openLong(page, seeded.deployments.long)
  await page.getByRole('combobox', { name: 'Show steps' }).selectOption({ label: 'before.deploy' })
  await expect(drawn(page).first()).toHaveAttribute('data-line', String(logLines + 1))
  await page.getByRole('button', { name: 'Wrap long lines' }).click()
  await expect(page.getByRole('button', { name: 'Wrap long lines' })).toHaveAttribute('aria-pressed', 'true')
  await expect(drawn(page).first()).toHaveAttribute('data-line', String(logLines + 1))

  const coming = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download the raw log' }).click()
  const raw = await (await coming).createReadStream()
  let text = ''
  for await (const part of raw) text += String(part)
  expect(text).toContain(`line ${needleAt}: the needle`)
  expect(text).toContain(hostileLines[4])
  const response = await page.request.get(`/deployments/${seeded.deployments.long}/raw`)
  expect(response.headers()['content-type']).toBe('text/plain; charset=utf-8')
  expect(response.headers()['x-content-type-options']).toBe('nosniff')
})
