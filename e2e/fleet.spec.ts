// A deployment on ten servers, as one finds it at night: one failed after its switch, one fell off the network.
import { expect, test, type Page } from '@playwright/test'
import { createOwnerOnConsole } from '@/lib/panel/setup.ts'
import { writeAs } from '@/lib/store/claims.ts'
import { Story, tenServers } from '../test/components/fleet-story.ts'
import { beginFleet, insertTargets, tell, write } from '../test/panel/fleet.ts'
import { insertEnvironment } from '../test/store/fixtures.ts'
import { lookAt } from './fixtures/look.ts'
import { withOwnPanel, type OwnPanel } from './fixtures/panel.ts'
import { owner } from './fixtures/people.ts'
import { failOnErrors, signIn } from './fixtures/test.ts'

const lines = (page: Page) => page.getByRole('region', { name: 'Output' }).locator('[data-line]')

/** Two deployments: one that is over, and one in the middle of it, whose next events the story writes itself. */
async function seed({ context: ctx }: OwnPanel) {
  await createOwnerOnConsole(ctx, owner)
  const begin = async () => {
    const environmentId = await insertEnvironment(ctx.db)
    const begun = await beginFleet(ctx, environmentId, await insertTargets(ctx, environmentId, 10))
    await write(ctx, begun.held, [
      ['ship-1', 5, 'one begins\none is '],
      ['ship-2', 5, 'two begins\n'],
      ['ship-1', 5, 'whole\n'],
      ['switch-3', 2, 'Connection refused\n'],
    ])
    await ctx.db.pool.query(
      `UPDATE "Deployment" SET "leaseUntil" = clock_timestamp() + interval '1 day' WHERE "id" = $1`,
      [begun.held.deploymentId],
    )
    return begun
  }
  const over = await begin()
  await tell(ctx, over.held, tenServers(over.plan, 'over', new Story(over.plan, Date.now() - 60_000)))
  const running = await begin()
  const story = tenServers(running.plan, 'trouble', new Story(running.plan, Date.now() - 60_000))
  await tell(ctx, running.held, story)
  return { over: over.held.deploymentId, running, told: story.events.length }
}

test('ten servers: what failed where, what is unknown, each server’s lines, and what happens next', async ({
  browser,
}) => {
  test.setTimeout(480_000)
  await withOwnPanel(['web'], async (panel) => {
    const { over, running, told } = await seed(panel)
    const context = await browser.newContext({ baseURL: panel.url })
    const page = await context.newPage()
    await failOnErrors(page, async () => {
      await signIn(page)
      const matrix = page.getByRole('table', { name: 'Steps by server' })

      await test.step('it opens at the failing server and step', async () => {
        await page.goto(`/deployments/${over}`)
        await expect(page.getByRole('heading', { name: 'after.deploy failed on web-3 with exit code 1' })).toBeVisible()
        await expect(page.getByText('What is live on web-4 is unknown.')).toBeVisible()
        await expect(matrix.getByRole('button', { name: /^Failed web-3 / })).toHaveAttribute('aria-pressed', 'true')
        await expect(lines(page)).toHaveText(['Connection refused'])
      })

      await test.step('all servers together, each line whole and with its server', async () => {
        await page.getByLabel('Show servers').selectOption('All servers')
        await expect(lines(page)).toHaveText([
          'web-1one begins',
          'web-1one is whole',
          'web-2two begins',
          'web-3Connection refused',
        ])
      })

      await test.step('a cell shows its part of the log, arrows go from cell to cell', async () => {
        await matrix.getByRole('button', { name: /^after\.pull on web-1:/ }).click()
        await expect(lines(page)).toHaveText(['one begins', 'one is whole'])
        await page.keyboard.press('ArrowRight')
        await expect(matrix.getByRole('button', { name: /^after\.pull on web-2:/ })).toBeFocused()
        await page.keyboard.press('Enter')
        await expect(lines(page)).toHaveText(['two begins'])
        // The number of a line is the same, whatever is shown beside it.
        await expect(lines(page)).toHaveAttribute('data-line', '3')
      })

      await test.step('only those with trouble', async () => {
        await page.getByRole('button', { name: 'Only those with trouble (2)' }).click()
        await expect(matrix.getByRole('columnheader', { name: /web-/ })).toHaveCount(2)
      })

      await test.step('it goes on before one’s eyes', async () => {
        await page.goto(`/deployments/${running.held.deploymentId}`)
        await expect(matrix.getByText('unknown: looking', { exact: false })).toBeVisible()
        await expect(page.getByRole('button', { name: 'Stop waiting for web-4' })).toBeVisible()
        const { events } = tenServers(running.plan, 'undoing', new Story(running.plan, Date.now()))
        await writeAs(panel.context.db, running.held, (write) => write.append(...events.slice(told)))
        await expect(page.getByText('Putting back what was live before on web-2.')).toBeVisible()
        await expect(
          matrix.getByRole('button', { name: 'rollback/after on web-2: Running', exact: false }),
        ).toBeVisible()
      })

      await test.step('on a phone servers are a list that opens', async () => {
        await page.setViewportSize({ width: 390, height: 844 })
        await page.getByRole('button', { name: /^Failed web-3 / }).click()
        await expect(page.getByRole('button', { name: /^Failed after\.deploy/ })).toBeVisible()
      })

      await lookAt(page, 'ten servers', async () => {
        await page.goto(`/deployments/${over}`)
        await expect(page.getByText('Reading the log…')).toHaveCount(0)
      })
    })
    await context.close()
  })
})
