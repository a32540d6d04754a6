// When the database refuses everyone: pages say so and what goes on without it, and go on once it is back.
import { expect, test, type Page } from '@playwright/test'
import pg from 'pg'
import { openContext } from '@/lib/panel/context.ts'
import { createOwnerOnConsole } from '@/lib/panel/setup.ts'
import { lookAt } from './fixtures/look.ts'
import { withOwnPanel } from './fixtures/panel.ts'
import { owner } from './fixtures/people.ts'
import { signIn } from './fixtures/test.ts'

const broken = (page: Page) => page.getByRole('heading', { name: 'This page couldn’t be made' })

test('a database that refuses is said, and is tried again', async ({ browser }) => {
  test.setTimeout(180_000)
  await withOwnPanel(['web'], async ({ url, context: ctx }) => {
    // With a way to the database of its own, closed before: the one of the panel here is then not cut off with the others.
    const own = openContext(ctx.settings)
    await createOwnerOnConsole(own, owner)
    await own.db.close()
    const context = await browser.newContext({ baseURL: url })
    const page = await context.newPage()
    await signIn(page)
    await whileRefused(ctx.db.url, async () => {
      await lookAt(page, 'database away', async () => {
        await page.goto('/people')
        await expect(broken(page)).toBeVisible()
      })
      await expect(page.getByText('What is live stays live')).toBeVisible()
      expect((await page.request.get('/api/health')).status()).toBe(503)
      await page.getByRole('button', { name: 'Try again' }).click()
      await expect(broken(page)).toBeVisible()
    })
    await page.getByRole('button', { name: 'Try again' }).click()
    await expect(page.getByRole('heading', { name: 'People' })).toBeVisible()
    await context.close()
  })
})

/** Runs `story` while the database at `url` takes no connection and has ended those that there were. */
async function whileRefused(url: string, story: () => Promise<void>): Promise<void> {
  const address = new URL(url)
  const name = decodeURIComponent(address.pathname.slice(1))
  address.pathname = '/postgres'
  const admin = new pg.Client({ connectionString: address.href })
  await admin.connect()
  const allow = (isAllowed: boolean) =>
    admin.query('UPDATE pg_database SET datallowconn = $1 WHERE datname = $2', [isAllowed, name])
  try {
    await allow(false)
    await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name])
    await story()
  } finally {
    await allow(true)
    await admin.end()
  }
}
