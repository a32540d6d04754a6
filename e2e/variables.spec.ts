// What people do with variables. No worker runs here: what is applied stays queued.
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures/test.ts'

const open = (page: Page, id: string) => page.goto(`/environments/${id}?tab=variables`)

test('a secret is replaced without being seen, and the draft is applied to what is live', async ({ page, seeded }) => {
  await open(page, seeded.environments.shop)
  await expect(page.getByText('Set 3 is a draft.')).toBeVisible()
  await expect(page.locator('body')).not.toContainText('s3cret')
  expect(await page.content()).not.toContain('sk_live')
  await page.getByRole('button', { name: 'Replace DATABASE_URL' }).click()
  await page.getByLabel('Value of DATABASE_URL').fill("postgres://shop:it's new@db2/shop")
  await page.getByLabel('Value of MAIL_FROM').fill('orders@example.org')
  await page.getByLabel('Name of a new variable').fill('SENTRY_TOKEN')
  await page.getByLabel('Value of the new variable').fill('one two')
  await page.getByRole('button', { name: 'Add as a secret' }).click()
  const unsaved = page.getByRole('group', { name: 'Not saved yet' })
  await expect(unsaved.getByRole('listitem')).toHaveText([/SENTRY_TOKEN/, /DATABASE_URL/, /MAIL_FROM/])
  await page.getByRole('button', { name: 'Save the variables' }).click()
  await expect(page.getByText('Set 4 is a draft.')).toBeVisible()
  const draft = page.getByRole('region', { name: 'Draft' })
  await expect(draft.getByRole('listitem').filter({ hasText: 'DATABASE_URL' })).toContainText('changed')
  expect(await page.content()).not.toContain('db2/shop')

  await page.getByRole('button', { name: 'Text' }).click()
  await expect(page.getByLabel('Text of the .env file')).toHaveValue(
    /^# the shop\nAPP_ENV=production\nAPP_KEY=••••••••\nDATABASE_URL=••••••••\n[^]*# mail\nMAIL_FROM=orders@example\.org\nQUEUE_WORKERS=6 # as many as cores\n/,
  )
  await draft.getByRole('button', { name: 'Apply now' }).click()
  await expect(page.getByRole('heading', { name: 'Configuration' })).toBeVisible()
  await expect(page.getByText('variables 4')).toBeVisible()
  await page.getByRole('button', { name: 'Cancel before it starts' }).click()
  await expect(page.getByText('Cancelled', { exact: true })).toBeVisible()
})

test('what readers of the file would read otherwise is said while it is typed, and refused', async ({
  page,
  seeded,
}) => {
  await open(page, seeded.environments.shop)
  await page.getByRole('button', { name: 'Text' }).click()
  await page.getByLabel('Who reads the file').selectOption('php')
  await page.getByLabel('Text of the .env file').fill('APP_NAME=Our Shop\n')
  const said = 'Line 1: for phpdotenv, APP_NAME has blanks outside quotes, at which it stops.'
  await expect(page.getByRole('list', { name: 'How others read it' })).toContainText(said)
  await page.getByRole('button', { name: 'Save the variables' }).click()
  await expect(page.getByLabel('Text of the .env file')).toHaveAttribute('aria-invalid', 'true')
  await expect(page.getByLabel('Text of the .env file')).toHaveAccessibleDescription(
    /Line 1: for phpdotenv, APP_NAME has blanks outside quotes, at which it stops\./,
  )
  await page.getByRole('button', { name: 'Start over' }).click()
  await expect(page.getByLabel('Text of the .env file')).toHaveValue(/^# the shop/)
})

test('an earlier set comes back from the history, by whom and with what is said by name', async ({ page, seeded }) => {
  await open(page, seeded.environments.shop)
  const history = page.getByRole('region', { name: 'History' })
  await expect(history.getByRole('listitem').filter({ hasText: 'Set 2' }).first()).toContainText('STRIPE_SECRET')
  await history.getByRole('button', { name: 'Bring set 1 back' }).click()
  await expect(page.getByText('Set 1 is back as set')).toBeVisible()
  await expect(page.getByRole('region', { name: 'Draft' })).toContainText('STRIPE_SECRET')
})

test('before a release is activated it is said which variables come back with it', async ({ page, seeded }) => {
  await page.goto(`/environments/${seeded.environments.shop}`)
  await page.getByRole('button', { name: 'Activate release 194 …' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('Its variables come back with it: set 1')
  await expect(dialog.getByRole('listitem')).toHaveText([/QUEUE_WORKERS/, /STRIPE_SECRET/])
  await dialog.getByRole('button', { name: 'Activate release 194' }).click()
  await expect(page.getByRole('heading', { name: 'Activation' })).toBeVisible()
  await page.getByRole('button', { name: 'Cancel before it starts' }).click()
  await expect(page.getByText('Cancelled', { exact: true })).toBeVisible()
})
