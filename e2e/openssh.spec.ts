// A server of a person's own, with OpenSSH: let in by the command that the panel shows, deployed to, and read with its own
// shell, not through the panel.
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test as base, type Page } from '@playwright/test'
import { createOwnerOnConsole } from '@/lib/panel/setup.ts'
import { fingerprint } from '@/lib/ssh/keys.ts'
import { ensureRepository } from '../scripts/demo-repository.ts'
import { startHost, type Host } from '../test/hosts/hosts.ts'
import { commit } from './fixtures/commit.ts'
import { withOwnPanel } from './fixtures/panel.ts'
import { owner } from './fixtures/people.ts'
import { failOnErrors, signIn } from './fixtures/test.ts'

const test = base.extend<{ whole: { url: string; host: Host; repository: string } }>({
  whole: [
    ({}, use) =>
      withOwnPanel(['web', 'worker'], async (panel) => {
        await createOwnerOnConsole(panel.context, owner)
        const repository = join(panel.folder, 'repositories/sample.git')
        await ensureRepository(repository)
        const host = await startHost()
        await use({ url: panel.url, host, repository }).finally(() => host.stop())
      }),
    { timeout: 120_000 },
  ],
  baseURL: ({ whole }, use) => use(whole.url),
})

/** A hook that prints, and goes on once there is a file `go` in the environment's folder. */
const waitingHook = (root: string) => `echo "Waiting for somebody to look"
until [ -e ${root}/go ]; do sleep 0.1; done
echo "Somebody looked"
`

test('a server with OpenSSH: added, let in, checked, deployed to twice, and put back', async ({ page, whole }) => {
  test.setTimeout(300_000)
  const { host, repository } = whole
  const { port, user, hostKey } = host.address
  const root = await host.root()
  const live = () => host.shell(`cat ${root}/current/index.html`)
  const current = async () => (await host.shell(`readlink ${root}/current`)).trim()
  const title = page.getByRole('heading', { level: 1 })

  await failOnErrors(page, async () => {
    await signIn(page)
    await test.step('its address, and the key that it presents', async () => {
      await page.goto('/servers')
      await page.getByRole('link', { name: 'Add a server' }).click()
      await page.getByLabel('Host name or address').fill('127.0.0.1')
      await page.getByLabel('SSH port').fill(String(port))
      await page.getByLabel('User to sign in as').fill(user)
      await page.getByLabel('Name in this panel').fill('web1')
      await page.getByRole('button', { name: 'Add the server' }).click()
      await expect(page.getByText(`${user}@127.0.0.1:${port}`)).toBeVisible()
      await page.getByRole('button', { name: 'Read the server’s key' }).click()
      await expect(page.getByText(fingerprint(hostKey!))).toBeVisible()
      await page.getByRole('button', { name: 'It is the same: trust this key' }).click()
      await expect(page.getByText('This key is pinned')).toBeVisible()
    })
    await test.step('it does not let the panel in, until its person ran the command', async () => {
      await page.getByRole('button', { name: 'Check the server' }).click()
      await expect(line(page, 'Reachable')).toContainText('it answers')
      await expect(line(page, 'Key')).toContainText('Add this line to ~/.ssh/authorized_keys')
      const command = await page.getByText(/^mkdir .*ssh-ed25519 .* >> ~\/\.ssh\/authorized_keys/).textContent()
      await host.person(command ?? 'false')
      await page.getByRole('button', { name: 'Check again' }).click()
      await expect(line(page, 'Key')).toContainText(`lets us in as ${user}`)
      await expect(line(page, 'Reachable')).toContainText('with the confirmed host key')
      await expect(line(page, 'Commands')).toContainText('GNU userland')
      await expect(line(page, 'Clock')).toContainText('agrees with the panel')
      await page.getByRole('link', { name: 'Servers' }).first().click()
      await expect(page.getByRole('listitem').filter({ hasText: 'web1' })).toContainText('Ready')
    })
    await test.step('a project and its environment', async () => {
      await page.goto('/projects/new')
      await page.getByLabel('Name').fill('Sample')
      await page.getByLabel('Git repository').fill(repository)
      await page.getByRole('button', { name: 'Add the project' }).click()
      await expect(page.getByText('The repository answers: 1 branch.')).toBeVisible()
      await page.getByLabel('Folder on the server').fill(root)
      await page.getByLabel('Permissions of a release').selectOption('off')
      await page.getByRole('button', { name: 'Make the environment' }).click()
      await expect(title).toContainText('production')
    })
    await test.step('the first deployment', async () => {
      await deploy(page)
      await expect(title).toContainText('Succeeded', { timeout: 60_000 })
      await expect(page.getByText('This is revision')).toBeVisible()
      expect(await live()).toContain('Hello from the first release')
    })
    const first = await current()

    await commit(repository, 'Say second release', async (work) => {
      const file = join(work, 'index.html')
      await writeFile(file, (await readFile(file, 'utf8')).replace('first release', 'second release'))
      await mkdir(join(work, '.amezmo'), { recursive: true })
      const hook = join(work, '.amezmo/before.deploy')
      await writeFile(hook, waitingHook(root))
      await chmod(hook, 0o755)
    })
    await test.step('the log of the second is there while it runs; until the switch the first is live', async () => {
      await page.goto('/')
      await page.getByRole('link', { name: 'Sample / production' }).click()
      await deploy(page)
      await expect(page.getByText('Waiting for somebody to look')).toBeVisible({ timeout: 60_000 })
      await expect(title).toContainText('Running')
      expect(await current()).toBe(first)
      expect(await live()).toContain('Hello from the first release')
      await host.person(`touch ${root}/go`)
      await expect(page.getByText('Somebody looked')).toBeVisible({ timeout: 60_000 })
      await expect(title).toContainText('Succeeded', { timeout: 60_000 })
      expect(await live()).toContain('Hello from the second release')
      expect(await current()).not.toBe(first)
    })
    await test.step('one tap puts the first back, the very same release', async () => {
      await page.goto('/')
      await page.getByRole('button', { name: 'Roll back to 1: Sample production' }).click()
      await expect(page.getByRole('heading', { name: 'Activation 3' })).toBeVisible()
      await expect(title).toContainText('Succeeded', { timeout: 60_000 })
      expect(await current()).toBe(first)
      expect(await live()).toContain('Hello from the first release')
    })
  })
})

/** A line of a server's check by its label. */
function line(page: Page, label: string) {
  return page.getByRole('listitem').filter({ has: page.getByText(label, { exact: true }) })
}

async function deploy(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Deploy', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Deploy', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: /^Deployment/ })).toBeVisible()
}
