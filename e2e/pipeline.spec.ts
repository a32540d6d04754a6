// Hooks in their editor, and the ready-made steps. No worker runs here: nothing is deployed, and no server is asked.
import type { Page } from '@playwright/test'
import { script, writeScript } from './fixtures/script.ts'
import { expect, test } from './fixtures/test.ts'

test.use({ ground: 'pipeline' })

const open = (page: Page, environmentId: string, tab: string) => page.goto(`/environments/${environmentId}?tab=${tab}`)

test('a hook is written, changed, brought back and removed where it runs', async ({ page, seeded }) => {
  await open(page, seeded.environments.never, 'pipeline')
  await page.getByRole('button', { name: 'Write the after.pull hook' }).click()
  const form = page.getByRole('form', { name: 'The after.pull hook' })
  await writeScript(form, 'set -e\nmake build\n')
  await form.getByLabel('Ends after (seconds)').fill('0')
  await form.getByRole('button', { name: 'Save the hook' }).click()
  await expect(form.getByText('At least one second.')).toBeVisible()
  await expect(script(form)).toContainText('make build')
  await form.getByLabel('Ends after (seconds)').fill('90')
  await form.getByLabel('A failure').selectOption('ignored')
  await form.getByRole('button', { name: 'Save the hook' }).click()
  await expect(page.getByText('at most 1m 30s')).toBeVisible()

  await page.getByRole('button', { name: 'Edit the after.pull hook' }).click()
  await writeScript(form, 'set -e\nmake another\n')
  await form.getByRole('button', { name: 'Save the hook' }).click()
  await expect(form).toHaveCount(0)
  await page.getByRole('button', { name: 'Edit the after.pull hook' }).click()
  await expect(script(form)).toContainText('make another')
  await form.getByRole('button', { name: 'Show the history' }).click()
  const revisions = form.getByRole('list', { name: 'Revisions of after.pull' })
  await expect(revisions.getByRole('listitem')).toHaveCount(2)
  await revisions.getByRole('button', { name: 'Show revision 1' }).click()
  await expect(revisions.getByText('make build')).toBeVisible()
  await revisions.getByRole('button', { name: 'Bring back revision 1' }).click()
  await expect(page.getByText('is back, as revision 3')).toBeVisible()
  await page.getByRole('button', { name: 'Edit the after.pull hook' }).click()
  await expect(script(form)).toContainText('make build')
  await expect(form.getByLabel('A failure')).toHaveValue('ignored')

  await form.getByRole('button', { name: 'Remove the hook' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove the hook' }).click()
  await expect(page.getByRole('button', { name: 'Write the after.pull hook' })).toBeVisible()
})

test('the editor is left by Tab, and typed into by keyboard alone', async ({ page, seeded }) => {
  await open(page, seeded.environments.never, 'pipeline')
  await page.getByRole('button', { name: 'Write the before.deploy hook' }).press('Enter')
  const form = page.getByRole('form', { name: 'The before.deploy hook' })
  await expect(form.locator('.cm-lineNumbers')).toBeVisible()
  await script(form).focus()
  await page.keyboard.press('Control+End')
  await page.keyboard.type('npm run build')
  await page.keyboard.press('Tab')
  await expect(form.getByRole('button', { name: 'Check the script' })).toBeFocused()
  await expect(form.locator('textarea[name=text]')).toHaveValue(/\nnpm run build$/)
})

test('without a worker the check of a script says so', async ({ page, seeded }) => {
  await open(page, seeded.environments.never, 'pipeline')
  await page.getByRole('button', { name: 'Write the deploy.success hook' }).click()
  const form = page.getByRole('form', { name: 'The deploy.success hook' })
  await form.getByRole('button', { name: 'Check the script' }).click()
  await expect(page.getByText('No worker is running')).toBeVisible()
})

test('ready-made steps are switched on in the settings and drawn where they run', async ({ page, seeded }) => {
  const id = seeded.environments.never
  await open(page, id, 'settings')
  const form = page.getByRole('form', { name: 'Ready-made steps' })
  await form.getByRole('button', { name: 'Add' }).click()
  await form.getByLabel('Service').fill('-x')
  await form.getByLabel('Address').fill('https://shop.example/up')
  await form.getByLabel('When it does not pass').selectOption('rollback')
  await form.getByLabel('Composer install').check()
  await form.getByLabel('node_modules').selectOption('seed')
  await expect(form.getByLabel('Files of submodules')).toBeChecked()
  await form.getByLabel('Files that Git LFS keeps').uncheck()
  await form.getByLabel('Folders that all releases share').fill('storage\npublic/uploads')
  await form.getByRole('button', { name: 'Save the steps' }).click()
  await expect(form.getByText('Not a name of a service.')).toBeVisible()
  await form.getByLabel('Service').fill('php8.3-fpm')
  await form.getByRole('button', { name: 'Save the steps' }).click()
  await expect(page.getByText('Saved. It counts from the next deployment on.')).toBeVisible()
  await page.reload()
  await expect(form.getByLabel('Service')).toHaveValue('php8.3-fpm')
  await expect(form.getByLabel('Files that Git LFS keeps')).not.toBeChecked()
  await expect(form.getByLabel('Folders that all releases share')).toHaveValue('storage\npublic/uploads')

  await open(page, id, 'pipeline')
  const deploy = page.getByRole('heading', { name: 'Deploy', exact: true }).locator('..').getByRole('listitem')
  const drawn = (await deploy.allInnerTexts()).map((text) => text.split('\n')[0]!.trim())
  expect(
    drawn.filter((text) => /shared|copy|composer|after\.pull|after\.deploy|reload|health|success/.test(text)),
  ).toEqual([
    'shared paths',
    'copy node_modules',
    'composer install',
    'after.pull',
    'after.deploy',
    'reload php8.3-fpm',
    'health check',
    'deploy.success',
  ])
})

test('a readiness check is written in the settings and drawn where it runs', async ({ page, seeded }) => {
  const id = seeded.environments.never
  await open(page, id, 'settings')
  const form = page.getByRole('form', { name: 'Ready-made steps' })
  await form.getByRole('button', { name: 'New check' }).click()
  const check = form.getByRole('group', { name: 'Readiness' })
  await check.getByLabel('Name').fill('not a name')
  await check.getByLabel('Port').fill('8080')
  await check.getByLabel('Path').fill('/up')
  await check.getByLabel('Headers').fill('Authorization: Bearer ${HEALTH_TOKEN}')
  await form.getByRole('button', { name: 'Save the steps' }).click()
  await expect(check.getByText('Use letters, digits')).toBeVisible()
  await check.getByLabel('Name').fill('up')
  await form.getByRole('button', { name: 'Save the steps' }).click()
  await expect(page.getByText('Saved. It counts from the next deployment on.')).toBeVisible()
  await page.reload()
  await expect(check.getByLabel('Headers')).toHaveValue('Authorization: Bearer ${HEALTH_TOKEN}')
  await expect(check.getByLabel('Seconds in all')).toHaveValue('300')

  await open(page, id, 'pipeline')
  await expect(page.getByText('ready: up', { exact: true }).first()).toBeVisible()
  await expect(page.getByText('http://127.0.0.1:8080/up').first()).toBeVisible()
})
