// `npm run lighthouse`: what Lighthouse says of accessibility and best practices on the main screens, signed in, production build, as a
// phone. Prints a table; ends with 1 when one is below 95. Lighthouse is fetched by npx, as it brings 200 packages that nothing else wants.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { chromium, expect, type BrowserContext } from '@playwright/test'
import { seedFull, type Seeded } from '@/e2e/fixtures/full.ts'
import { withOwnPanel } from '@/e2e/fixtures/panel.ts'
import { withSample } from '@/e2e/fixtures/sample.ts'
import { signIn } from '@/e2e/fixtures/test.ts'
import { buildPanel, isBuilt } from '@/scripts/build-panel.ts'
import { freePort } from '@/test/hosts/port.ts'
import { executable } from './scale-log.ts'

/** The last one for Node 20. */
const lighthouse = 'lighthouse@12.8.2'
const wanted = 95
const categories = ['accessibility', 'best-practices'] as const

type Category = (typeof categories)[number]
type Score = { name: string; scores: Record<Category, number>; faults: string[] }
type Report = {
  finalDisplayedUrl: string
  runtimeError?: { message: string }
  categories: Record<Category, { score: number | null; auditRefs: { id: string; weight: number }[] }>
  audits: Record<string, { title: string; score: number | null }>
}

/** Name → path on the panel of `seedFull`. */
function screens({ environments: { shop }, deployments, servers }: Seeded): Record<string, string> {
  const tabs = ['pipeline', 'variables', 'servers', 'settings']
  return {
    overview: '/',
    'environment, releases': `/environments/${shop}`,
    ...Object.fromEntries(tabs.map((tab) => [`environment, ${tab}`, `/environments/${shop}?tab=${tab}`])),
    'environment, logs': `/environments/${shop}/logs`,
    statistics: `/environments/${shop}/statistics`,
    compare: `/environments/${shop}/compare`,
    'failed deployment with its log': `/deployments/${deployments.failed}`,
    'deployment under way': `/deployments/${deployments.running}`,
    people: '/people',
    audit: '/audit',
    'account and tokens': '/account',
    servers: '/servers',
    server: `/servers/${servers.ready}`,
  }
}

const { values } = parseArgs({ options: { only: { type: 'string' } } })
if (!isBuilt()) await buildPanel()
const found = [...(await ofFullPanel()), ...(await ofPlan())]
console.table(
  Object.fromEntries(
    found.map(({ name, scores, faults }) => [name, { ...scores, 'what is missing': faults.join('; ') || 'nothing' }]),
  ),
)
const isGood = found.every(({ scores }) => categories.every((category) => scores[category] >= wanted))
console.log(`${found.length} screens, each ≥ ${wanted}: ${isGood ? 'met' : 'MISSED'}`)
process.exit(isGood ? 0 : 1)

async function ofFullPanel(): Promise<Score[]> {
  const scores: Score[] = []
  await withOwnPanel(['web'], async ({ url, context }) => {
    const seeded = await seedFull(context)
    await withBrowser(url, async (browser, port) => {
      scores.push(...(await measure(url, port, { 'sign in': '/sign-in' })))
      await signIn(await browser.newPage())
      scores.push(...(await measure(url, port, screens(seeded))))
    })
  })
  return scores
}

/** A plan has to be made by a worker that reaches server and repository. */
async function ofPlan(): Promise<Score[]> {
  const scores: Score[] = []
  const browser = await chromium.launch(executable())
  try {
    await withSample(browser, async ({ panel: { url }, environments, state }) => {
      await withBrowser(url, async (signedIn, port) => {
        await signedIn.addCookies(state.cookies)
        const path = `/environments/${environments.production}/preview?ref=main`
        const page = await signedIn.newPage()
        await page.goto(path)
        await expect(page.getByRole('button', { name: 'Deploy exactly this' })).toBeVisible()
        scores.push(...(await measure(url, port, { 'plan preview': path })))
      })
    })
  } finally {
    await browser.close()
  }
  return scores
}

/** A browser that Lighthouse can join at `port`, in the one profile that it and our pages share. */
async function withBrowser(baseURL: string, story: (browser: BrowserContext, port: number) => Promise<void>) {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-lighthouse-'))
  const port = await freePort()
  const args = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', `--remote-debugging-port=${port}`]
  const browser = await chromium.launchPersistentContext(folder, { ...executable(), args, baseURL })
  try {
    await story(browser, port)
  } finally {
    await browser.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function measure(url: string, port: number, paths: Record<string, string>): Promise<Score[]> {
  const scores: Score[] = []
  for (const [name, path] of Object.entries(paths)) {
    if (values.only !== undefined && values.only !== name) continue
    console.error(`${name} …`)
    scores.push({ name, ...scored(await ask(`${url}${path}`, port), path) })
  }
  return scores
}

async function ask(url: string, port: number): Promise<Report> {
  const options = [`--port=${port}`, `--only-categories=${categories.join(',')}`, '--disable-storage-reset']
  const { stdout } = await promisify(execFile)(
    'npx',
    ['--yes', lighthouse, url, ...options, '--output=json', '--quiet'],
    { maxBuffer: 2 ** 26, env: { ...process.env, CI: '1' } },
  )
  return JSON.parse(stdout) as Report
}

function scored(report: Report, path: string): Omit<Score, 'name'> {
  if (report.runtimeError) throw new Error(report.runtimeError.message)
  const { pathname, search } = new URL(report.finalDisplayedUrl)
  if (`${pathname}${search}` !== path) throw new Error(`${path} led to ${pathname}${search}`)
  const scores = { accessibility: 0, 'best-practices': 0 }
  const faults = new Set<string>()
  for (const category of categories) {
    const { score, auditRefs } = report.categories[category]
    scores[category] = Math.round((score ?? 0) * 100)
    for (const { id, weight } of auditRefs) {
      const audit = report.audits[id]
      if (weight > 0 && audit?.score != null && audit.score < 1) faults.add(`${id}: ${audit.title}`)
    }
  }
  return { scores, faults: [...faults] }
}
