// What happens is shown as it happens, over one stream a tab that survives a cut line.
import type { Page } from '@playwright/test'
import { openRelay } from './fixtures/relay.ts'
import { expect, test } from './fixtures/test.ts'
import { holdClaim, printLines, runningStep, tell } from './fixtures/writer.ts'

// Deployments that run here come to their end.
test.use({ ground: 'live' })

const output = (page: Page) => page.getByRole('region', { name: 'Output' })
const numbered = (from: number, to: number, word: string) =>
  Array.from({ length: to - from + 1 }, (_, index) => `${word} ${from + index}`)

test('lines arrive as they are written; scrolling up lets go and says how many wait', async ({
  page,
  panel,
  seeded,
}) => {
  const { db } = panel.context
  const id = seeded.deployments.running
  const held = await holdClaim(db, id)
  const step = await runningStep(db, id)
  await page.goto(`/deployments/${id}`)
  await printLines(db, held, step, numbered(1, 500, 'arrived'))
  await expect(output(page).getByText('arrived 500', { exact: true })).toBeInViewport()

  await output(page).hover()
  await page.mouse.wheel(0, -2000)
  await expect(page.getByRole('button', { name: 'Follow the end' })).toBeVisible()
  await printLines(db, held, step, numbered(501, 525, 'arrived'))
  const waiting = page.getByRole('button', { name: '25 new lines' })
  await expect(waiting).toBeVisible()
  await expect(output(page).getByText('arrived 525', { exact: true })).not.toBeInViewport()
  await waiting.click()
  await expect(output(page).getByText('arrived 525', { exact: true })).toBeInViewport()
  await printLines(db, held, step, ['one more'])
  await expect(output(page).getByText('one more', { exact: true })).toBeInViewport()
})

test('a cut line is said, and nothing is missing or doubled afterwards', async ({ browser, full, panel, seeded }) => {
  const { db } = panel.context
  const id = seeded.deployments.looking
  const held = await holdClaim(db, id)
  await tell(db, held, { type: 'segment.attached', data: { segment: 'main' } })
  const step = (await runningStep(db, id)) - 2 > 0 ? await firstPrintingStep() : 1
  const relay = await openRelay(panel.url)
  const context = await browser.newContext({ storageState: full.state, baseURL: relay.url })
  const page = await context.newPage()
  const streams: Promise<Record<string, string>>[] = []
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === '/events') streams.push(request.allHeaders())
  })
  await page.goto(`/deployments/${id}`)
  await printLines(db, held, step, numbered(1, 10, 'before'))
  await expect(output(page).getByText('before 10', { exact: true })).toBeVisible()
  expect(streams).toHaveLength(1)

  relay.cut()
  await expect(page.getByText('Reconnecting')).toBeVisible()
  await printLines(db, held, step, numbered(1, 10, 'meanwhile'))
  relay.mend()
  await expect(output(page).getByText('meanwhile 10', { exact: true })).toBeVisible()
  await expect(page.getByText('Reconnecting')).toHaveCount(0)
  for (const line of [...numbered(1, 10, 'before'), ...numbered(1, 10, 'meanwhile')])
    await expect(output(page).getByText(line, { exact: true })).toHaveCount(1)
  await context.close()
  await relay.close()

  async function firstPrintingStep(): Promise<number> {
    const log = await db.prisma.stepLog.findFirstOrThrow({ where: { deploymentId: id }, orderBy: { step: 'desc' } })
    return log.step
  }
})

test('the overview shows a new state by itself', async ({ page, panel, seeded }) => {
  const { db } = panel.context
  const held = await holdClaim(db, seeded.deployments.running)
  const step = await runningStep(db, seeded.deployments.running)
  await page.goto('/')
  const row = page.getByRole('listitem').filter({ has: page.getByRole('link', { name: 'API / production' }) })
  await expect(row.locator('[data-status]')).toHaveText('Running')
  const failure = {
    code: 'command_failed',
    server: 'web2',
    step: 'after.pull',
    exit: 2,
    message: 'The hook ended with exit code 2.',
  } as const
  await tell(
    db,
    held,
    { type: 'step.ended', data: { segment: 'main', step, outcome: 'failed', exit: 2, size: 100, at: Date.now() } },
    { type: 'segment.ended', data: { segment: 'main', outcome: 'failed', at: Date.now() } },
    { type: 'finished', data: { status: 'failed', failure } },
  )
  await expect(row.locator('[data-status]')).toHaveText('Failed')
})
