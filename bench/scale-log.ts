// A log of a million lines in a real browser: how soon there is something to read, how it scrolls, how fast it is searched.
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chromium, type Page } from '@playwright/test'
import type { Pool } from 'pg'
import { createOwnerOnConsole } from '@/lib/panel/setup.ts'
import { withOwnPanel } from '@/e2e/fixtures/panel.ts'
import { signIn } from '@/e2e/fixtures/test.ts'
import { owner } from './panel.ts'

const lines = 1_000_000
const linesInChunk = 1_000
/** A step with one line in each hundred thousand that a search is for. */
const line = `'[' || n || '] compiled module ' || md5(n::text) || CASE WHEN n % 100000 = 500 THEN ' the needle' ELSE '' END`

/** Milliseconds; `dropped` is the share of frames, in percent, that came later than the screen could have shown them. */
export type LogScaled = { firstPaintMs: number; wholeMs: number; dropped: number; wordsMs: number; patternMs: number }

/** With a panel of its own, whose production build has to be there. */
export async function measureLog(): Promise<LogScaled> {
  const measured: LogScaled[] = []
  await withOwnPanel(['web'], async ({ url, context: { db }, context }) => {
    await createOwnerOnConsole(context, owner)
    const id = await fillLog(db.pool)
    const browser = await chromium.launch({ ...executable(), args: ['--no-sandbox', '--disable-gpu'] })
    try {
      const page = await browser.newPage({ baseURL: url, viewport: { width: 1440, height: 900 }, bypassCSP: true })
      // The first visit also fetches scripts and wakes the server: what is measured is the one after.
      await signIn(page, owner)
      await page.goto(`/deployments/${id}`)
      await page.locator('[data-line="1"]').waitFor()
      measured.push(await look(page, id))
    } finally {
      await browser.close()
    }
  })
  return measured[0]!
}

async function look(page: Page, id: string): Promise<LogScaled> {
  await page.addInitScript(`
    const observer = new MutationObserver(() => {
      if (!document.querySelector('[data-line]')) return
      observer.disconnect()
      requestAnimationFrame(() => setTimeout(() => (window.firstPaint = performance.now())))
    })
    observer.observe(document, { childList: true, subtree: true })`)
  await page.goto(`/deployments/${id}`)
  const firstPaintMs = await (await page.waitForFunction('window.firstPaint')).jsonValue()
  const output = page.getByRole('region', { name: 'Output' })
  await page.waitForFunction(
    `document.querySelector('[aria-label=Output]')?.getAttribute('data-lines') === '${lines}'`,
    null,
    { timeout: 120_000 },
  )
  const wholeMs = await page.evaluate(() => performance.now())
  await output.focus()
  const dropped = await page.evaluate<number>(scroll)
  const search = page.getByRole('searchbox', { name: 'Search the log' })
  const wordsMs = await searched(page, '10 lines', () => search.fill('THE needle'))
  await search.fill('')
  await page.getByRole('button', { name: 'Regular expression' }).click()
  // Lines 111111, 222222 … 999999.
  const patternMs = await searched(page, '9 lines', () => search.fill('^.(\\d)\\1{5}\\] '))
  return { firstPaintMs: Number(firstPaintMs), wholeMs, dropped, wordsMs, patternMs }
}

/** Runs in the page: three seconds of fast scrolling; the share of late frames in percent. */
const scroll = `new Promise((resolve) => {
  const output = document.querySelector('[aria-label=Output]')
  const times = []
  const next = (now) => {
    times.push(now)
    output.scrollTop += 600
    if (now - times[0] < 3000) return requestAnimationFrame(next)
    const gaps = times.slice(1).map((time, index) => time - times[index])
    const usual = Math.max(16, [...gaps].sort((a, b) => a - b)[gaps.length >> 1])
    const late = gaps.reduce((sum, gap) => sum + Math.max(0, Math.round(gap / usual) - 1), 0)
    resolve((late / (gaps.length + late)) * 100)
  }
  requestAnimationFrame(next)
})`

async function searched(page: Page, found: string, type: () => Promise<void>): Promise<number> {
  const begun = performance.now()
  await type()
  await page.getByRole('search').getByRole('status').getByText(found, { exact: true }).waitFor()
  return performance.now() - begun
}

/** A deployment that has ended, with one step that wrote so much. */
async function fillLog(pool: Pool): Promise<string> {
  const [project, environment, id] = [randomUUID(), randomUUID(), randomUUID()]
  await pool.query(
    `INSERT INTO "Project" ("id", "name", "slug", "repositoryUrl", "access") VALUES ($1, 'Shop', 'shop', '/srv/shop.git', 'none')`,
    [project],
  )
  await pool.query(
    `INSERT INTO "Environment" ("id", "projectId", "name", "slug", "branch", "permissions")
     VALUES ($1, $2, 'production', 'production', 'main', '{"owner":"www-data","group":"deployer","mode":"off"}')`,
    [environment, project],
  )
  await pool.query(
    `INSERT INTO "Deployment" ("id", "environmentId", "number", "kind", "source", "requestedBy", "requestedByName", "status", "startedAt", "finishedAt")
     VALUES ($1, $2, 1, 'deploy', '{"type":"git","ref":"main"}', 'user:1', 'Ada', 'succeeded', now(), now())`,
    [id, environment],
  )
  const events = [
    ['requested', { by: 'user:1', kind: 'deploy', source: null }],
    ['claimed', { worker: 'w', attempt: 1, epoch: '1' }],
    ['finished', { status: 'succeeded', failure: null }],
  ] as const
  for (const [index, [type, data]] of events.entries())
    await pool.query('INSERT INTO "Event" ("deploymentId", "seq", "type", "data") VALUES ($1, $2, $3, $4)', [
      id,
      index + 1,
      type,
      data,
    ])
  await pool.query(
    `INSERT INTO "LogChunk" ("deploymentId", "segment", "step", "offset", "firstLine", "lines", "bytes")
     SELECT $1, 'main', 1, c * 65536, c * $2::int, $2::int, convert_to(text, 'UTF8')
     FROM generate_series(0, $3::int / $2::int - 1) c,
       LATERAL (SELECT string_agg(${line} || E'\\n', '' ORDER BY n) AS text FROM generate_series(c * $2::int + 1, (c + 1) * $2::int) n) made
     ORDER BY c`,
    [id, linesInChunk, lines],
  )
  return id
}

/** The system’s browser where there is one, for `chromium.launch`. */
export function executable(): { executablePath?: string } {
  const known = [process.env.CHROMIUM, '/usr/bin/chromium-headless-shell', '/usr/bin/chromium']
  const found = known.find((path) => path !== undefined && existsSync(path))
  return found === undefined ? {} : { executablePath: found }
}
