// From the token on the console to a page that is live, changed and put back: a whole panel with a worker, a real SSH server
// and a real repository.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import { makeSetupToken } from '@/lib/panel/setup.ts'
import { ensureRepository } from '../scripts/demo-repository.ts'
import { startSandbox, type Sandbox } from '../scripts/sandbox.ts'
import { withOwnPanel, type OwnPanel } from './fixtures/panel.ts'
import { commit } from './fixtures/commit.ts'
import { script, writeScript } from './fixtures/script.ts'
import { failOnErrors } from './fixtures/test.ts'
import { takePicture } from './fixtures/picture.ts'

type Whole = { panel: OwnPanel; sandbox: Sandbox; repository: string }

const test = base.extend<{ whole: Whole }>({
  whole: [
    ({}, use) =>
      withOwnPanel(['web', 'worker'], async (panel) => {
        const repository = join(panel.folder, 'repositories/sample.git')
        await ensureRepository(repository)
        const sandbox = await startSandbox({ folder: join(panel.folder, 'sandbox') })
        await use({ panel, sandbox, repository }).finally(() => sandbox.stop())
      }),
    { timeout: 120_000 },
  ],
  baseURL: ({ whole }, use) => use(whole.panel.url),
})

test('from the set-up token to a first deployment, a second one, and back', async ({ page, whole }) => {
  test.setTimeout(300_000)
  const { panel, sandbox, repository } = whole
  const site = join(sandbox.home, 'site')
  const live = () => readFile(join(site, 'current/index.html'), 'utf8')
  await failOnErrors(page, async () => {
    await test.step('without a session everything leads to set-up', async () => {
      await page.goto('/servers')
      await expect(page).toHaveURL(/\/setup$/)
    })
    const token = await makeSetupToken(panel.context)
    await test.step('the token makes the owner, once', async () => {
      await page.goto(`/setup?token=${token}`)
      await takePicture(page, 'set up')
      await page.getByLabel('Your name').fill('Ada Lindqvist')
      await page.getByLabel('E-mail').fill('ada@example.org')
      await page.getByLabel('Password').fill('too short')
      await page.getByRole('button', { name: 'Create the owner' }).click()
      await expect(page.getByLabel('Password')).toBeFocused()
      await page.getByLabel('Password').fill('correct horse battery staple')
      await page.keyboard.press('Enter')
      await expect(page).toHaveURL(/\/start$/)
    })
    await test.step('a server: address, host key, access, check', async () => {
      await takePicture(page, 'start server')
      await page.getByLabel('Host name or address').fill('127.0.0.1')
      await page.getByLabel('SSH port').fill(String(sandbox.port))
      await page.getByLabel('User to sign in as').fill('deployer')
      await page.getByLabel('Name in this panel').fill('sandbox')
      await page.getByRole('button', { name: 'Add the server' }).click()
      await page.getByRole('button', { name: 'Read the server’s key' }).click()
      await expect(page.getByText(sandbox.fingerprint)).toBeVisible()
      await takePicture(page, 'start host key')
      await page.getByRole('button', { name: 'It is the same: trust this key' }).click()
      await expect(page.getByText('This key is pinned')).toBeVisible()
      const check = page.getByRole('button', { name: 'Check the server' })
      await check.click()
      await expect(page.getByText('Add this line to ~/.ssh/authorized_keys')).toBeVisible()
      const command = await page
        .getByText(/ssh-ed25519 \S+ fairlead/)
        .first()
        .textContent()
      await sandbox.authorize(/ssh-ed25519 \S+/.exec(command ?? '')![0])
      await page.getByRole('button', { name: 'Check again' }).click()
      await expect(page.getByText('lets us in as')).toBeVisible()
      await takePicture(page, 'start check')
      await page.getByRole('link', { name: 'Add a server behind it' }).click()
      await expect(page.getByLabel('Reached through').getByRole('option', { selected: true })).toHaveText('sandbox')
      await page.goBack()
      await page.getByRole('link', { name: /^Go on/ }).click()
    })
    await test.step('a repository, read live', async () => {
      await page.getByLabel('Name').fill('Sample')
      await page.getByLabel('Git repository').fill(repository)
      await takePicture(page, 'start repository')
      await page.getByRole('button', { name: 'Add the project' }).click()
      await expect(page.getByText('The repository answers: 1 branch.')).toBeVisible()
    })
    await test.step('an environment, and its first deployment with it', async () => {
      await page.getByLabel('Folder on the server').fill(site)
      await page.getByLabel('Permissions of a release').selectOption('off')
      await takePicture(page, 'start environment')
      await page.getByRole('button', { name: 'Make it and deploy' }).click()
      await expect(page.getByRole('heading', { name: 'Deployment 1' })).toBeVisible()
      await expect(page.getByRole('heading', { level: 1 })).toContainText('Succeeded', { timeout: 60_000 })
      await expect(page.getByText('This is revision')).toBeVisible()
      await takePicture(page, 'first deployment')
      expect(await live()).toContain('Hello from the first release')
    })
    await deployAndRollBack()
  })

  async function deployAndRollBack() {
    await commit(repository, 'Say second release', async (work) => {
      const page = join(work, 'index.html')
      await writeFile(page, (await readFile(page, 'utf8')).replace('first release', 'second release'))
    })
    await test.step('a pushed commit is shown before it is deployed, and its log while it runs', async () => {
      await page.goto('/')
      await page.getByRole('link', { name: 'Sample / production' }).click()
      await page.getByRole('button', { name: 'Deploy' }).click()
      await expect(page.getByText('1 commit on main since the live release')).toBeVisible()
      await takePicture(page, 'deploy dialog')
      await page.getByRole('dialog').getByRole('button', { name: 'Deploy' }).click()
      await expect(page.getByRole('heading', { name: 'Deployment 2' })).toBeVisible()
      await expect(page.getByText('The new page is live')).toBeVisible({ timeout: 60_000 })
      await expect(page.getByRole('heading', { level: 1 })).toContainText('Succeeded')
      expect(await live()).toContain('Hello from the second release')
    })
    await test.step('one tap puts the first release back', async () => {
      await page.goto('/')
      await page.getByRole('button', { name: 'Roll back to 1: Sample production' }).click()
      await expect(page.getByRole('heading', { name: 'Activation 3' })).toBeVisible()
      await expect(page.getByRole('heading', { level: 1 })).toContainText('Succeeded', { timeout: 60_000 })
      expect(await live()).toContain('Hello from the first release')
    })
    await test.step('a hook that runs on is cancelled, and what is live stays', async () => {
      await writeHook('echo begun\nsleep 300\n')
      await deploy()
      await expect(page.getByText('begun', { exact: true })).toBeVisible({ timeout: 60_000 })
      await takePicture(page, 'under way')
      await page.getByRole('button', { name: 'Cancel; the live release stays' }).click()
      await expect(page.getByRole('heading', { level: 1 })).toContainText('Cancelled', { timeout: 60_000 })
      expect(await live()).toContain('Hello from the first release')
    })
    await test.step('a hook that fails is named with its last words, and one is led to it', async () => {
      await writeHook('echo this will not do >&2\nexit 3\n')
      await deploy()
      await expect(
        page.getByRole('heading', { name: /before\.deploy.* failed on sandbox with exit code 3/ }),
      ).toBeVisible({ timeout: 60_000 })
      await expect(page.getByRole('region', { name: 'Last lines of its output' })).toContainText('this will not do')
      await takePicture(page, 'failed for real')
      await page.getByRole('link', { name: 'Edit the before.deploy hook' }).click()
      const form = page.getByRole('form', { name: 'The before.deploy hook' })
      await expect(script(form)).toContainText('exit 3')
      expect(await live()).toContain('Hello from the first release')
    })
    await test.step('set-up stays closed', async () => {
      await page.goto('/setup?token=anything')
      await expect(page.getByRole('heading', { name: 'Environments' })).toBeVisible()
    })
  }

  async function writeHook(text: string) {
    await page.goto('/')
    await page.getByRole('link', { name: 'Sample / production' }).click()
    await page.getByRole('link', { name: 'Pipeline' }).click()
    await page.getByRole('button', { name: /the before\.deploy hook$/ }).click()
    const form = page.getByRole('form', { name: 'The before.deploy hook' })
    await writeScript(form, text)
    await form.getByRole('button', { name: 'Save the hook' }).click()
    await expect(form).toHaveCount(0)
  }

  async function deploy() {
    await page.getByRole('button', { name: 'Deploy', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Deploy', exact: true }).click()
    await expect(page.getByRole('heading', { level: 1, name: /^Deployment/ })).toBeVisible()
  }
})
