// What lies in other places than the repository is shown before it is deployed, and switched off in the settings.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, test as base } from '@playwright/test'
import { ensureRepository } from '../scripts/demo-repository.ts'
import { commit } from './fixtures/commit.ts'
import { takePicture } from './fixtures/picture.ts'
import { withSample, type Sample } from './fixtures/sample.ts'
import { failOnErrors } from './fixtures/test.ts'

const test = base.extend<{ sample: Sample }>({
  sample: [({ browser }, use) => withSample(browser, use), { timeout: 120_000 }],
  baseURL: ({ sample }, use) => use(sample.panel.url),
  storageState: ({ sample }, use) => use(sample.state),
})

/** A commit with a submodule at `theme` and a picture that Git LFS keeps; the repository has its contents. */
async function link(repository: string): Promise<void> {
  const library = join(repository, '../theme.git')
  await ensureRepository(library)
  const picture = 'the contents of a picture'
  const oid = createHash('sha256').update(picture).digest('hex')
  const folder = join(repository, 'lfs/objects', oid.slice(0, 2), oid.slice(2, 4))
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, oid), picture)
  await commit(repository, 'A theme and a picture', async (work) => {
    execFileSync('git', ['clone', '--quiet', library, join(work, 'theme')])
    await writeFile(join(work, '.gitmodules'), '[submodule "theme"]\n\tpath = theme\n\turl = ../theme.git\n')
    await writeFile(join(work, '.gitattributes'), '*.png filter=lfs\n')
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${picture.length}\n`
    await writeFile(join(work, 'logo.png'), pointer)
  })
}

test('submodules and files in Git LFS are in the plan and on the server', async ({ page, sample }) => {
  test.setTimeout(240_000)
  const { repository, sandbox, environments } = sample
  const address = `/environments/${environments.production}`
  await link(repository)
  await failOnErrors(page, async () => {
    await test.step('the plan names the submodule with its commit, and what LFS brings', async () => {
      await page.goto(`${address}/preview?ref=main`)
      await expect(page.getByRole('heading', { name: 'Submodules 1' })).toBeVisible()
      await expect(page.getByText('theme.git')).toBeVisible()
      await expect(page.getByText('1 file from Git LFS, 25 bytes.')).toBeVisible()
      await takePicture(page, 'plan with contents')
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
    })
    await test.step('and just that is deployed', async () => {
      await page.getByRole('button', { name: 'Deploy exactly this' }).click()
      await expect(page).toHaveURL(/\/deployments\//)
      await expect(page.getByRole('heading', { level: 1 })).toContainText('Succeeded', { timeout: 60_000 })
      const live = join(sandbox.home, 'production/current')
      expect(await readFile(join(live, 'logo.png'), 'utf8')).toBe('the contents of a picture')
      expect(await readFile(join(live, 'theme/index.html'), 'utf8')).toContain('<')
    })
    await test.step('switched off, they are left out, and the plan says so', async () => {
      await page.goto(`${address}?tab=settings`)
      const form = page.getByRole('form', { name: 'Ready-made steps' })
      await form.getByLabel('Files of submodules').uncheck()
      await form.getByLabel('Files that Git LFS keeps').uncheck()
      await takePicture(page, 'settings with contents')
      await form.getByRole('button', { name: 'Save the steps' }).click()
      await expect(page.getByText('Saved. It counts from the next deployment on.')).toBeVisible()
      await page.goto(`${address}/preview?ref=main`)
      await expect(page.getByText('theme is a submodule: it is deployed as an empty directory.')).toBeVisible()
      await expect(page.getByText('This file is shipped as a pointer of Git LFS')).toBeVisible()
    })
  })
})
