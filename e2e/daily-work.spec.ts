// A team's daily work, on servers with OpenSSH that are read with their own shell: a secret applied live, the next deployment seen
// beforehand, a commit deployed from the palette, releases compared and put back, and others who look but do not touch.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import { getDeployment } from '@/lib/panel/deployments.ts'
import { commit } from './fixtures/commit.ts'
import { changingControls } from './fixtures/controls.ts'
import { actor, firstSecret, withDaily, type Daily } from './fixtures/daily.ts'
import { changeSecret, invite, partsOf, succeeded } from './fixtures/daily-steps.ts'
import { takePicture } from './fixtures/picture.ts'
import { sendAgain, tryOperations } from './fixtures/refusals.ts'
import { inAnotherBrowser, makePerson, password } from './fixtures/team.ts'
import { failOnErrors, signIn } from './fixtures/test.ts'

const test = base.extend<{ daily: Daily }>({
  daily: [({}, use) => withDaily(use), { timeout: 180_000 }],
  baseURL: ({ daily }, use) => use(daily.panel.url),
})

const secret = 'staple-battery-horse'
const laterSecret = 'horse-staple-correct'

test('daily work of a team with three environments', async ({ page, browser, daily }) => {
  test.setTimeout(420_000)
  const { host, root, repository, shop, panel } = daily
  const address = `/environments/${shop.production}`
  const live = (path: string) => host.shell(`cat ${root}/current/${path}`)

  await failOnErrors(page, async () => {
    await signIn(page)
    await test.step('the first deployment', async () => {
      await page.goto(address)
      await page.getByRole('button', { name: 'Deploy', exact: true }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Deploy', exact: true }).click()
      await succeeded(page)
      expect(await live('.env')).toContain(`DB_PASSWORD=${firstSecret}`)
    })

    const applying = await test.step('a secret is changed and applied live, and never shown', async () => {
      await changeSecret(page, address, secret)
      await expect(page.getByText('Set 2 is a draft.')).toBeVisible()
      const asked = page.waitForRequest((request) => request.headers()['next-action'] !== undefined)
      await page.getByRole('button', { name: 'Apply now' }).click()
      await succeeded(page)
      expect(await live('.env')).toContain(`DB_PASSWORD=${secret}`)
      expect(await page.content()).not.toContain(secret)
      await page.goto(`${address}?tab=variables`)
      await expect(page.getByText('DB_PASSWORD').first()).toBeVisible()
      expect(await page.content()).not.toContain(secret)
      return asked
    })

    const sha =
      await test.step('the next deployment is seen beforehand: what would run, and what would change', async () => {
        await commit(repository, 'Say second release', async (work) => {
          const path = join(work, 'index.html')
          await writeFile(path, (await readFile(path, 'utf8')).replace('first release', 'second release'))
        })
        await changeSecret(page, address, laterSecret)
        await page.goto(address)
        await page.getByRole('button', { name: 'Deploy', exact: true }).click()
        await page.getByRole('dialog').getByRole('link', { name: 'Preview plan' }).click()
        await expect(page.getByRole('heading', { name: '1 commit · 1 file' })).toBeVisible()
        await expect(page.getByRole('region', { name: 'What changes' })).toContainText('DB_PASSWORD')
        const steps = page.getByRole('region', { name: 'Steps on web1' })
        await steps.getByText('after.deploy', { exact: true }).click()
        await expect(steps.getByRole('region', { name: 'Text of after.deploy' }).first()).toContainText('echo')
        await takePicture(page, 'daily plan')
        expect(await live('index.html')).toContain('first release')
        return (await page.getByRole('region', { name: 'What changes' }).locator('code').first().innerText()).trim()
      })

    await test.step('that commit is deployed from the palette, by keys alone', async () => {
      await page.goto('/')
      await expect(async () => {
        await page.keyboard.press('Control+k')
        await expect(page.getByRole('combobox', { name: 'Find, go or do' })).toBeFocused({ timeout: 1_000 })
      }).toPass()
      await page.keyboard.type('deploy shop production')
      const said = page.getByRole('dialog').getByRole('status')
      await expect(said).toHaveText(/^2 lines/)
      await page.keyboard.press('ArrowDown')
      await expect(page.getByRole('option', { selected: true })).toContainText('Deploy a commit to Shop / production')
      await page.keyboard.press('Enter')
      const commits = page.getByRole('combobox', { name: 'Deploy a commit to Shop / production' })
      await expect(commits).toBeFocused()
      await page.keyboard.type(sha)
      await expect(said).toHaveText(/^1 line\./)
      await expect(page.getByRole('option', { selected: true })).toContainText('Say second release')
      await page.keyboard.press('Enter')
      await succeeded(page)
      expect(await live('index.html')).toContain('second release')
      expect(await live('.env')).toContain(`DB_PASSWORD=${laterSecret}`)
    })

    await test.step('the two releases are compared', async () => {
      await page.goto(address)
      await page.getByRole('button', { name: 'More for release 1' }).click()
      await page.getByRole('menuitem', { name: 'Compare with the live release' }).click()
      await expect(page.getByRole('heading', { name: '1 commit · 1 file' })).toBeVisible()
      const changed = page.getByRole('region', { name: 'What changed' })
      await expect(changed).toContainText('variables 2 → 3')
      await expect(changed).toContainText('DB_PASSWORD')
      await takePicture(page, 'daily compare')
    })

    await test.step('the older one is put back with the variables that it was live with last', async () => {
      await page.goto(address)
      await page.getByRole('button', { name: 'Activate release 1 …' }).click()
      const dialog = page.getByRole('dialog')
      await expect(dialog).toContainText('Its variables come back with it: set 2')
      await expect(dialog.getByRole('listitem')).toHaveText([/DB_PASSWORD/])
      await dialog.getByRole('button', { name: 'Activate release 1' }).click()
      await succeeded(page)
      expect(await live('index.html')).toContain('first release')
      expect(await live('.env')).toContain(`DB_PASSWORD=${secret}`)
    })

    const finished = page.url()
    const link = await invite(page)
    await test.step('somebody who may only look sees all of the project and is offered nothing that is refused', () =>
      inAnotherBrowser(browser, { panel }, async (viewer) => {
        await viewer.goto(link)
        await viewer.getByLabel('Your name').fill('Noor Haddad')
        await viewer.getByLabel('Password').fill(password)
        await viewer.getByRole('button', { name: 'Join' }).click()
        await expect(viewer.getByRole('heading', { name: 'Environments' })).toBeVisible()
        for (const name of ['production', 'staging', 'testing'])
          await expect(viewer.getByRole('link', { name: `Shop / ${name}` })).toBeVisible()
        await expect(viewer.getByText('Blog')).toHaveCount(0)
        for (const [path, seen] of partsOf(address, finished)) {
          await viewer.goto(path)
          await expect(viewer.getByText(seen).first()).toBeVisible()
          expect.soft(await changingControls(viewer), `on ${path}`).toEqual([])
        }
        for (const path of [`${address}/preview`, `${address}/clone`, '/environments/new', '/servers', '/people']) {
          await viewer.goto(path)
          await expect(viewer.getByRole('heading', { name: 'There is no such page' })).toBeVisible()
        }
        await viewer.goto(address)
        await takePicture(viewer, 'daily viewer')
        expect(await sendAgain(viewer, applying)).toContain('"code":"forbidden"')
        expect(await tryOperations(viewer, panel.url, shop.production)).toEqual([200, 403, 403, 403, 403])
      }))

    await test.step('an administrator of another project sees nothing of it', async () => {
      const luis = await makePerson({ panel }, 'Luis Ortega', 'member')
      const own = { userId: luis.actor.id, projectId: daily.projects.blog, role: 'admin' }
      await panel.context.db.prisma.membership.create({ data: own })
      await inAnotherBrowser(browser, { panel }, async (stranger) => {
        await signIn(stranger, luis)
        await expect(stranger.getByRole('link', { name: 'Blog / production' })).toBeVisible()
        await expect(stranger.getByText('Shop')).toHaveCount(0)
        for (const path of [address, `${address}/compare`, finished, `${address}/logs`]) {
          await stranger.goto(path)
          await expect(stranger.getByRole('heading', { name: 'There is no such page' })).toBeVisible()
        }
        const found = await stranger.request.get('/search?text=shop')
        expect(await found.json()).toEqual({ environments: [], servers: [], projects: [], releases: [] })
        expect(await sendAgain(stranger, applying)).toContain('"code":"not_found"')
        expect(await tryOperations(stranger, panel.url, shop.production)).toEqual([404, 404, 404, 404, 404])
        // Where his own project is already, he may go on.
        await stranger.goto('/environments/new')
        await expect(stranger.getByLabel('Server').getByRole('option')).toHaveText(['web2'])
      })
    })

    const id = finished.split('/').at(-1)!
    expect(await getDeployment(panel.context, actor, { id })).toMatchObject({ kind: 'activate', status: 'succeeded' })
    expect(await live('.env')).toContain(`DB_PASSWORD=${secret}`)
  })
})
