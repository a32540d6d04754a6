// How several servers change, chosen in the settings that say what it means; and on which of them a hook runs.
import { lookWhetherItFits } from './fixtures/look.ts'
import { writeScript } from './fixtures/script.ts'
import { expect, test } from './fixtures/test.ts'

test.use({ ground: 'pipeline' })

test('settings say what a strategy means for the servers, and a hook runs on chosen ones', async ({ page, panel }) => {
  const { prisma } = panel.context.db
  const where = { slug: 'training', project: { slug: 'docs' } }
  const { id, targets } = await prisma.environment.findFirstOrThrow({ where, include: { targets: true } })
  const others = await prisma.server.findMany({
    where: { id: { not: targets[0]!.serverId } },
    orderBy: { name: 'asc' },
    take: 2,
  })
  for (const [at, { id: serverId }] of others.entries())
    await prisma.target.create({ data: { environmentId: id, serverId, root: `/srv/strategy-${at}`, position: at + 1 } })

  await page.goto(`/environments/${id}?tab=settings`)
  const form = page.getByRole('form', { name: 'Ready-made steps' })
  const meaning = form.getByRole('status')
  await expect(meaning).toContainText('All 3 change at once.')
  await form.getByLabel('Change at once').selectOption('count')
  await form.getByLabel('So many (servers)').fill('2')
  await expect(meaning).toContainText('Batches of 2, 1; at least 1 goes on serving meanwhile.')
  await form.getByLabel('Have to go on serving').selectOption('percent')
  await form.getByLabel('At least (percent)').fill('90')
  await expect(meaning).toContainText('At least 3 of 3 servers have to go on serving')
  await form.getByLabel('At least (percent)').fill('100')
  await form.getByRole('button', { name: 'Save the steps' }).click()
  await expect(form.getByText('At most 99.')).toBeVisible()
  await form.getByLabel('At least (percent)').fill('60')
  await form.getByLabel('The first server').selectOption('person')
  await expect(meaning).toContainText('the others follow when somebody lets them')
  await form.getByRole('button', { name: 'Save the steps' }).click()
  await expect(page.getByText('Saved. It counts from the next deployment on.')).toBeVisible()
  await lookWhetherItFits(page, 'strategy', async () => {
    await page.goto(`/environments/${id}?tab=settings`)
    await expect(form.getByLabel('At least (percent)')).toHaveValue('60')
    await meaning.scrollIntoViewIfNeeded()
  })
  await expect(form.getByLabel('The first server')).toHaveValue('person')

  await page.goto(`/environments/${id}?tab=pipeline`)
  await page.getByRole('button', { name: 'Write the after.deploy hook' }).click()
  const hook = page.getByRole('form', { name: 'The after.deploy hook' })
  await writeScript(hook, 'make cron')
  await hook.getByLabel('Runs on').selectOption('servers')
  await hook.getByRole('button', { name: 'Save the hook' }).click()
  await expect(hook.getByText('Choose a server.')).toBeVisible()
  await hook.getByLabel(others[0]!.name, { exact: true }).check()
  await hook.getByRole('button', { name: 'Save the hook' }).click()
  await expect(page.getByText(`, on ${others[0]!.name}`)).toBeVisible()
})
