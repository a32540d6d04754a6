// An environment on several servers that differ. No worker runs here: what is asked for stays queued.
import { lookAt } from './fixtures/look.ts'
import { spread } from './fixtures/several.ts'
import { expect, test } from './fixtures/test.ts'

test('servers that differ are named on every tab, and seen one by one', async ({ page, seeded, panel }) => {
  test.setTimeout(180_000)
  const address = `/environments/${seeded.environments.several}`
  await lookAt(page, 'servers that differ', async () => {
    await page.goto(`${address}?tab=servers`)
    const notice = page.getByRole('region', { name: 'Servers that differ' })
    await expect(notice).toContainText('Release 3 is on 1 of 3 servers')
    await expect(notice.getByRole('listitem').filter({ hasText: 'has release 2' })).toHaveCount(1)
    await expect(notice).toContainText(/unknown since .*, given up by Anna/)
  })
  await page.goto(address)
  await expect(page.getByText('Release 3 is live on 1 of 3 servers')).toBeVisible()
  await page.getByRole('button', { name: 'Deploy', exact: true }).click()
  await lookAt(page, 'deploy to some servers', async () => {
    await expect(page.getByRole('dialog').getByText('On all 3 servers')).toBeVisible()
  })
  await page.keyboard.press('Escape')

  const dialog = page.getByRole('dialog')
  await page.getByRole('button', { name: 'More for release 2' }).click()
  await page.getByRole('menuitem', { name: 'Put it live on some servers…' }).click()
  await lookAt(page, 'put live on some servers', async () => {
    await expect(dialog.getByText('On 2 of 3 servers')).toBeVisible()
  })
  await dialog.getByRole('button', { name: 'Not now' }).click()
  await page.getByRole('button', { name: /^Roll back some servers to / }).click()
  await dialog.getByRole('checkbox', { checked: true }).last().uncheck()
  await dialog.getByRole('button', { name: /^Roll back to / }).click()
  await expect(page).toHaveURL(/\/deployments\//)
  const asked = await panel.context.db.prisma.deployment.findFirstOrThrow({
    where: { environmentId: seeded.environments.several },
    orderBy: { number: 'desc' },
  })
  expect(asked).toMatchObject({ kind: 'activate', targetIds: [expect.any(String)] })
})

test('a server is made the first, taken out and added again; a run is for those that lag behind', async ({
  page,
  panel,
}) => {
  const { prisma } = panel.context.db
  const { id, targets } = await prisma.environment.findFirstOrThrow({
    where: { name: 'preview', project: { name: 'Newsletter' } },
    include: { targets: { include: { server: true } } },
  })
  const others = ['web1', 'web2', 'web3'].filter((name) => name !== targets[0]!.server.name)
  await spread(panel.context, id, [others[0]!, others[1]!])
  const [lagging, unknown] = others as [string, string]
  const servers = page.getByRole('list', { name: 'Servers', exact: true })

  await page.goto(`/environments/${id}?tab=servers`)
  await page.getByRole('button', { name: `Make ${unknown} the first` }).click()
  await expect(servers.getByRole('heading').first()).toHaveText(unknown)
  await page.getByRole('button', { name: `Take ${lagging} out` }).click()
  const leaving = page.getByRole('dialog')
  await expect(leaving.getByRole('radio', { name: 'Keep what is live' })).toBeChecked()
  await leaving.getByRole('radio', { name: 'Only forget it' }).check()
  await leaving.getByRole('button', { name: `Take ${lagging} out` }).click()
  await expect(servers.getByRole('heading')).toHaveCount(2)
  await page.getByText('Add a server', { exact: true }).click()
  const form = page.getByRole('form', { name: 'Add a server' })
  await form.getByLabel('Server', { exact: true }).selectOption({ label: lagging })
  await form.getByRole('button', { name: 'Add the server' }).click()
  await expect(servers.getByRole('heading')).toHaveCount(3)
  await expect(servers.getByText('No release of this environment is live there.')).toBeVisible()

  await page.goto(`/environments/${id}?tab=variables`)
  await page.getByLabel('Text of the .env file').fill('CHOSEN=yes\n')
  await page.getByRole('button', { name: 'Save the variables' }).click()
  const draft = page.getByRole('region', { name: 'Draft' })
  const apply = draft.getByRole('button', { name: 'Apply now' })
  const boxes = draft.getByRole('checkbox')
  await expect(boxes).toHaveCount(3)
  for (const box of await boxes.all()) await box.uncheck()
  await expect(draft).toContainText('Choose at least one.')
  await expect(apply).toHaveCount(0)
  await boxes.first().check()
  await apply.click()
  await expect(page.getByRole('heading', { name: 'Configuration' })).toBeVisible()
  const last = { where: { environmentId: id }, orderBy: { number: 'desc' } } as const
  expect((await prisma.deployment.findFirstOrThrow(last)).source).toMatchObject({ servers: [unknown] })
  await page.getByRole('button', { name: 'Cancel before it starts' }).click()
  await expect(page.getByText('Cancelled', { exact: true })).toBeVisible()

  await page.goto(`/environments/${id}`)
  await page.getByRole('button', { name: 'Deploy', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Only those without the live release' }).click()
  await expect(dialog.getByText('On 2 of 3 servers')).toBeVisible()
  await dialog.getByRole('button', { name: 'Deploy', exact: true }).click()
  await expect(page).toHaveURL(/\/deployments\//)
  const asked = await prisma.deployment.findFirstOrThrow(last)
  expect(asked.source).toMatchObject({ servers: [unknown, lagging] })
})
