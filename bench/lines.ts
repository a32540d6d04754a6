// How long a line takes from a hook on the server to the page of the deployment in a real browser. One machine, one clock.
import { existsSync } from 'node:fs'
import { chromium } from '@playwright/test'
import { systemActor } from '@/lib/panel/context.ts'
import { requestDeployment } from '@/lib/panel/deployments.ts'
import { saveHook } from '@/lib/panel/hooks.ts'
import type { Host } from '@/test/hosts/hosts.ts'
import { openLine } from './line.ts'
import { owner, type BenchPanel } from './panel.ts'

const actor = systemActor('console')
const wanted = 200
/** Says when it wrote each line; 40 ms apart, for long enough that the page is open. */
const hook = `for n in $(seq ${wanted + 100}); do echo "written at $(date +%s%3N)"; sleep 0.04; done\n`

/** Milliseconds of each line, from its echo until it stands in the document. */
export async function measureLines(
  { panel, host }: { panel: BenchPanel; host: Host },
  url: string,
  roundTripMs: number,
): Promise<number[]> {
  const line = await openLine(host.address.port, roundTripMs)
  const browser = await chromium.launch({ ...executable(), args: ['--no-sandbox', '--disable-gpu'] })
  try {
    const root = await host.root()
    const serverId = await panel.addServer(host, line.port, root)
    const environmentId = await panel.addEnvironment([serverId], root, url)
    await saveHook(panel.ctx, actor, { environmentId, event: 'after.pull', text: hook, user: null, timeoutMs: 120_000 })
    const page = await browser.newPage()
    await page.goto(`${panel.url}/sign-in`)
    await page.getByLabel('E-mail').fill(owner.email)
    await page.getByLabel('Password').fill(owner.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL((address) => !address.pathname.startsWith('/sign-in'))
    const { id } = await requestDeployment(panel.ctx, actor, { environmentId })
    await page.goto(`${panel.url}/deployments/${id}`)
    await page
      .getByText(/written at \d+/)
      .first()
      .waitFor()
    // Our loader names functions by a helper of its own, which the page doesn't have.
    await page.evaluate('globalThis.__name = (named) => named')
    return await page.evaluate(watchLines, wanted)
  } finally {
    await browser.close()
    await line.close()
  }
}

/** Runs in the page. */
function watchLines(count: number): Promise<number[]> {
  const begun = Date.now()
  const seen = new Set<number>()
  const delays: number[] = []
  return new Promise((resolve) => {
    const look = (): void => {
      const now = Date.now()
      for (const [, text] of (document.body.textContent ?? '').matchAll(/written at (\d{13})/g)) {
        const at = Number(text)
        if (at <= begun || seen.has(at)) continue
        seen.add(at)
        delays.push(now - at)
      }
      if (delays.length < count) return
      observer.disconnect()
      resolve(delays.slice(0, count))
    }
    const observer = new MutationObserver(look)
    observer.observe(document.body, { childList: true, subtree: true, characterData: true })
  })
}

function executable(): { executablePath?: string } {
  const known = [process.env.CHROMIUM, '/usr/bin/chromium-headless-shell', '/usr/bin/chromium']
  const found = known.find((path) => path !== undefined && existsSync(path))
  return found === undefined ? {} : { executablePath: found }
}
