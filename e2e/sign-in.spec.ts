// Who gets in, and who is out.
import { expect, signIn, test } from './fixtures/test.ts'
import { owner } from './fixtures/people.ts'

const nobody = { cookies: [], origins: [] }

test('one is sent to sign in and then to where one wanted to go', async ({ browser, panel }) => {
  const context = await browser.newContext({ baseURL: panel.url, storageState: nobody })
  const page = await context.newPage()
  await page.goto('/servers?from=mail')
  await expect(page).toHaveURL(/\/sign-in\?next=/)
  await page.getByLabel('E-mail').fill(owner.email)
  await page.getByLabel('Password').fill('not the password')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert').filter({ hasText: 'wrong' })).toHaveText(
    'The e-mail address or the password is wrong.',
  )
  await expect(page.getByLabel('E-mail')).toHaveValue(owner.email)
  await page.getByLabel('Password').fill(owner.password)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/servers\?from=mail$/)
  await context.close()
})

test('attack 36: an address of another site is no place to go on to', async ({ browser, panel }) => {
  const context = await browser.newContext({ baseURL: panel.url, storageState: nobody })
  const page = await context.newPage()
  // Browsers drop the tab, and see a host.
  await page.goto('/sign-in?next=/%09/evil.example.org/')
  await page.getByLabel('E-mail').fill(owner.email)
  await page.getByLabel('Password').fill(owner.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('heading', { name: 'Environments' })).toBeVisible()
  expect(new URL(page.url()).origin).toBe(panel.url)
  await context.close()
})

test('after signing out a copy of the cookie opens nothing', async ({ browser, panel }) => {
  const context = await browser.newContext({ baseURL: panel.url, storageState: nobody })
  const page = await context.newPage()
  await signIn(page)
  const copy = await context.storageState()
  await page.goto('/account')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(page).toHaveURL(/\/sign-in$/)
  const other = await browser.newContext({ baseURL: panel.url, storageState: copy })
  const again = await other.newPage()
  await again.goto('/servers')
  await expect(again).toHaveURL(/\/sign-in/)
  expect((await other.request.get('/events')).status()).toBe(401)
  await context.close()
  await other.close()
})

test('a session that is ended elsewhere is over at once', async ({ browser, page, panel }) => {
  const context = await browser.newContext({
    baseURL: panel.url,
    storageState: nobody,
    userAgent: 'Mozilla/5.0 (Windows NT 10.0) Firefox/150.0',
  })
  const elsewhere = await context.newPage()
  await signIn(elsewhere)
  await page.goto('/account')
  const row = page.getByRole('listitem').filter({ hasText: 'Firefox on Windows' })
  await row.getByRole('button', { name: /^End/ }).click()
  await expect(row).toHaveCount(0)
  await elsewhere.goto('/servers')
  await expect(elsewhere).toHaveURL(/\/sign-in/)
  await context.close()
})

test('a token is shown once, and revoked', async ({ page }) => {
  await page.goto('/account')
  await page.getByLabel('What it is for').fill('nightly report')
  await page.getByLabel('It may').selectOption('viewer')
  await page.getByRole('button', { name: 'Make a token' }).click()
  await expect(page.getByText(/^fl_[\w-]{43}$/)).toBeVisible()
  await page.reload()
  await expect(page.getByText(/^fl_[\w-]{43}$/)).toHaveCount(0)
  const row = page.getByRole('listitem').filter({ hasText: 'nightly report' })
  await row.getByRole('button', { name: 'Revoke' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await expect(row).toHaveCount(0)
})

test('guessing is slowed down, also for addresses that nobody has', async ({ browser, panel }) => {
  const context = await browser.newContext({ baseURL: panel.url, storageState: nobody })
  const page = await context.newPage()
  await page.goto('/sign-in')
  for (let attempt = 1; attempt <= 8; attempt++) {
    await page.getByLabel('E-mail').fill('nobody@example.org')
    await page.getByLabel('Password').fill(`guess number ${attempt}`)
    const answered = page.waitForResponse((response) => response.request().method() === 'POST')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await answered
    await expect(page.getByRole('alert').filter({ hasText: 'is wrong' })).toBeVisible()
  }
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'Too many attempts. Try again in' })).toBeVisible()
  await context.close()
})
