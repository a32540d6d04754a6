// Ten servers, two at a time. In the middle the panel's machine loses power, one server falls off the network and the disk of another
// fills; the panel comes back, says what it knows of each, goes on where it can and puts back where it has to.
import { expect, test, type Page } from '@playwright/test'
import AxeBuilder from '@axe-core/playwright'
import { saveHook } from '@/lib/panel/hooks.ts'
import { actor, openPanel, type Panel } from '../test/faults/panel.ts'
import type { Site } from '../test/faults/site.ts'
import { startHost } from '../test/hosts/hosts.ts'
import { openRelay } from '../test/ssh/relay.ts'
import { sizes, takePicture } from './fixtures/picture.ts'
import { signIn } from './fixtures/test.ts'

const count = 10
const owner = { email: 'owner@example.org', password: 'correct horse battery staple' }

const story = test.extend<{ panel: Panel }>({
  panel: [
    async ({}, use) => {
      const panel = await openPanel({
        isBuilt: true,
        hosts: Array.from({ length: count }, () => startHost({ diskMb: 64 })),
      })
      try {
        await use(panel)
      } finally {
        await panel.close()
      }
    },
    { timeout: 240_000 },
  ],
  baseURL: ({ panel }, use) => use(panel.web!.url),
})

/** Asks for a deployment of what was committed last. */
async function deploy(page: Page, { environmentId }: Site): Promise<void> {
  await page.goto(`/environments/${environmentId}`)
  await page.getByRole('button', { name: 'Deploy', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Deploy', exact: true }).click()
  await expect(page).toHaveURL(/\/deployments\//)
}

async function summary(page: Page, text: RegExp | string): Promise<void> {
  await expect(page.getByRole('region', { name: 'Steps', exact: true }).getByRole('status').first()).toContainText(
    text,
    {
      timeout: 120_000,
    },
  )
}

/** On the servers themselves. */
function served({ targets }: Site): Promise<string[]> {
  return Promise.all(targets.map(({ host, root }) => host.shell(`cat ${root}/current/index.html`)))
}

async function looksRight(page: Page, name: string): Promise<void> {
  await takePicture(page, name)
  for (const viewport of [sizes.desk, sizes.phone]) {
    await page.setViewportSize(viewport)
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  }
  await page.setViewportSize(sizes.desk)
}

story('ten servers, two at a time, while the panel, a line and a disk fail', async ({ page, panel }) => {
  story.setTimeout(600_000)
  const { ctx, workers, web, sample } = panel
  const site = await panel.newSite(count)
  const options = {
    strategy: { batch: { count: 2 } },
    readiness: [{ kind: 'exec', name: 'served', command: 'test -s index.html', pauseSeconds: 1 }],
  }
  await ctx.db.prisma.environment.update({ where: { id: site.environmentId }, data: { options } })
  for (const worker of workers) worker.start()
  await signIn(page, owner)
  const first = '<h1>1</h1>\n'
  sample.commit(false)
  await deploy(page, site)
  await summary(page, 'All 10 servers have release 1.')
  await looksRight(page, 'ten servers done')

  const [fourth, sixth] = [site.targets[3]!, site.targets[5]!]
  const relay = await openRelay(fourth.host.address)
  const { host, port } = relay.address
  await ctx.db.prisma.server.update({ where: { name: fourth.name }, data: { host, port } })
  // Connections that are warm go on by the way that they were made.
  for (const worker of workers) {
    await worker.stop()
    worker.start()
  }
  const holding = `[ "$FAIRLEAD_SERVER" != ${fourth.name} ] || until [ -e "$FAIRLEAD_ROOT/go" ]; do sleep .2; done`
  await saveHook(ctx, actor, { environmentId: site.environmentId, event: 'after.deploy', text: holding })
  sample.commit(false)
  await deploy(page, site)
  await summary(page, /Batch 2 of 5: web-3 and web-4\./)
  await story.step('power, line and disk fail', async () => {
    await Promise.all([...workers, web!.kept].map((one) => one.kill()))
    await relay.close()
    await sixth.host.shell(`head -c 100000000 /dev/zero >${sixth.root}/filling 2>/dev/null || true`)
  })
  await story.step('the panel comes back, and knows what it doesn’t know', async () => {
    for (const one of [web!.kept, ...workers]) one.start()
    await expect(async () => void (await page.reload())).toPass({ timeout: 60_000 })
    await summary(
      page,
      /Looking for web-4: what happens there goes on by itself, and the others wait until \d\d:\d\d:\d\d UTC/,
    )
    await expect(page.getByRole('list', { name: 'Servers that need a look' })).toContainText('web-4')
    await looksRight(page, 'ten servers looking')
  })
  await story.step('the line is back: it goes on, until a disk is full; then all are put back', async () => {
    const { address } = fourth.host
    await ctx.db.prisma.server.update({
      where: { name: fourth.name },
      data: { host: address.host, port: address.port },
    })
    await fourth.host.shell(`touch ${fourth.root}/go`)
    await summary(page, 'All 10 servers have release 1.')
    await expect(page.getByText('The disk of web-6 is full').first()).toBeVisible()
    await looksRight(page, 'ten servers put back')
    expect(await served(site)).toEqual(Array(count).fill(first))
  })
  await sixth.host.shell(`rm ${sixth.root}/filling`)
  await story.step('the next one needs no cleaning', async () => {
    await deploy(page, site)
    await summary(page, 'All 10 servers have release 3.')
    expect(await served(site)).toEqual(Array(count).fill('<h1>2</h1>\n'))
  })
})
