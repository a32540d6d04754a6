// A file of each target: made, deployed, changed, applied to what is live, undone with a deployment that fails, brought back.
// A worker and OpenSSH servers are at it; what stands on the server is looked at there.
import { AxeBuilder } from '@axe-core/playwright'
import { test as base, expect, type Page } from '@playwright/test'
import { saveHook } from '@/lib/panel/hooks.ts'
import { actor, withDaily, type Daily } from './fixtures/daily.ts'
import { sizes, takePicture } from './fixtures/picture.ts'
import { failOnErrors, signIn } from './fixtures/test.ts'

const test = base.extend<{ daily: Daily }>({
  daily: [({}, use) => withDaily(use), { timeout: 180_000 }],
  baseURL: ({ daily }, use) => use(daily.panel.url),
})

const secret = 'open-sesame-please'

test('files with each target, from the form to the server and back', async ({ page, daily }) => {
  test.setTimeout(400_000)
  const { host, root, shop, panel } = daily
  const away = (await host.person('mktemp -d')).trim()
  const files = {
    release: { title: 'In each release', path: 'config/key.json', on: `${root}/current/config/key.json` },
    shared: { title: 'Shared by all releases', path: 'storage/app/key.json', on: `${root}/storage/app/key.json` },
    server: { title: 'Elsewhere on the server', path: `${away}/shop.conf`, on: `${away}/shop.conf` },
  }
  const onServer = async () => Promise.all(Object.values(files).map(async ({ on }) => host.person(`cat ${on}`)))
  const texts = (text: string, ...others: string[]) => [text, ...others].map((one) => `key = ${one}\n`)
  const variables = `/environments/${shop.production}?tab=variables`
  await failOnErrors(page, async () => {
    await signIn(page)
    await test.step('three files are made', async () => {
      await page.goto(variables)
      for (const { title, path } of Object.values(files)) {
        await page.getByRole('button', { name: 'Add a file' }).click()
        const form = page.getByRole('form', { name: 'A new file' })
        await form.getByRole('radio', { name: title }).check()
        await form.getByRole('textbox', { name: /^Path/ }).fill(path)
        await form.getByLabel('Content').fill(`key = ${secret}-1\n`)
        await form.getByRole('button', { name: 'Save the file' }).click()
        await expect(form).toHaveCount(0)
        await expect(page.getByText(path, { exact: true })).toBeVisible()
      }
    })
    await test.step('a deployment brings them along', async () => {
      await deploy(page, shop.production)
      await ended(page, 'Succeeded')
      expect(await onServer()).toEqual(texts(`${secret}-1`, `${secret}-1`, `${secret}-1`))
    })
    await test.step('one is changed: the plan says which, and the live release gets it now', async () => {
      await change(page, variables, files.server.path, `key = ${secret}-2\n`)
      const notice = page.getByRole('region', { name: 'Files that are not live' })
      await expect(notice).toContainText('1 file is not live')
      await notice.getByRole('link', { name: 'Preview plan' }).click()
      await page.getByText('Put files in their places').first().click()
      await expect(page.getByRole('list', { name: 'Files' })).toHaveText(
        `${away}/shop.confon the server · 0640 · changed`,
      )
      expect(await page.content()).not.toContain(secret)
      await page.getByRole('button', { name: 'Apply exactly this' }).click()
      await ended(page, 'Succeeded')
      expect(await onServer()).toEqual(texts(`${secret}-1`, `${secret}-1`, `${secret}-2`))
      expect(await page.content()).not.toContain(secret)
    })
    await test.step('a deployment that fails after its switch leaves them as they were', async () => {
      await change(page, variables, files.shared.path, `key = ${secret}-3\n`)
      const text = `! grep -q please-3 ${files.shared.on}\n`
      const hook = { environmentId: shop.production, event: 'after.deploy', text, failure: 'stops' } as const
      await saveHook(panel.context, actor, hook)
      await deploy(page, shop.production)
      await ended(page, 'Failed')
      expect(await onServer()).toEqual(texts(`${secret}-1`, `${secret}-1`, `${secret}-2`))
    })
    await test.step('an earlier revision is brought back, and applied', async () => {
      await page.goto(variables)
      await page.getByRole('button', { name: `History of ${files.server.path}` }).click()
      const history = page.getByRole('dialog', { name: `History of ${files.server.path}` })
      await expect(history.getByRole('listitem')).toHaveCount(2)
      await history.getByRole('button', { name: `Bring back revision 1 of ${files.server.path}` }).click()
      await expect(page.getByRole('button', { name: `History of ${files.server.path}` })).toHaveText('Revision 3')
      await page.getByRole('button', { name: `History of ${files.shared.path}` }).click()
      await page.getByRole('button', { name: `Bring back revision 1 of ${files.shared.path}` }).click()
      await expect(page.getByText('2 files are not live')).toBeVisible()
      await page.getByRole('button', { name: 'Apply files now' }).click()
      await ended(page, 'Succeeded')
      expect(await onServer()).toEqual(texts(`${secret}-1`, `${secret}-1`, `${secret}-1`))
      expect(await host.person(`grep -rl ${secret} ${root}/.fairlead || :`)).toBe('')
    })
    await test.step('it fits a phone, and axe finds nothing', async () => {
      for (const viewport of Object.values(sizes)) {
        await page.setViewportSize(viewport)
        await page.goto(variables)
        await page.getByRole('button', { name: 'Add a file' }).click()
        await page.getByRole('radio', { name: files.server.title }).check()
        await expect(page.getByLabel('Path on the server')).toBeVisible()
        await takePicture(page, 'files')
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        )
        expect(overflow).toBeLessThanOrEqual(0)
        expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
      }
    })
  })
})

async function deploy(page: Page, environmentId: string): Promise<void> {
  await page.goto(`/environments/${environmentId}`)
  await page.getByRole('button', { name: 'Deploy', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Deploy', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: /^Deployment/ })).toBeVisible()
}

async function ended(page: Page, how: 'Succeeded' | 'Failed'): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 })).toContainText(how, { timeout: 60_000 })
}

async function change(page: Page, address: string, path: string, text: string): Promise<void> {
  await page.goto(address)
  await page.getByRole('button', { name: `Edit ${path}` }).click()
  const form = page.getByRole('form', { name: `The file ${path}` })
  await form.getByLabel('Content').fill(text)
  await form.getByRole('button', { name: 'Save the file' }).click()
  await expect(form).toHaveCount(0)
}
