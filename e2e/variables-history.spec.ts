// A history of variables that is longer than a page.
import { systemActor } from '@/lib/panel/context.ts'
import { saveVariables } from '@/lib/panel/variables.ts'
import { expect, signIn, test } from './fixtures/team.ts'

test('older sets are on pages of their own, and come back from there', async ({ page, team }) => {
  const { environmentId } = team.blog
  for (let number = 1; number <= 32; number++)
    await saveVariables(team.panel.context, systemActor('test'), { environmentId, text: `SIZE=${number}\n` })
  await signIn(page)
  await page.goto(`/environments/${environmentId}?tab=variables`)
  const history = page.getByRole('region', { name: 'History' })
  await expect(history.getByRole('listitem').first()).toContainText('Set 32')
  await history.getByRole('link', { name: 'Older' }).click()
  await expect(history.getByText(/^Set \d+$/)).toHaveText(['Set 2', 'Set 1'])
  await expect(history.getByRole('link', { name: 'Older' })).toHaveCount(0)
  await history.getByRole('button', { name: 'Bring set 1 back' }).click()
  await expect(page.getByText('Set 1 is back as set 33.')).toBeVisible()
  await history.getByRole('link', { name: 'Newest' }).click()
  await expect(history.getByRole('listitem').first()).toContainText('Set 33')
})
