// Ten servers, two at a time. In the middle the panel's machine loses power, one server falls off the network and the disk of another
// fills; the panel comes back, says what it knows of each, goes on where it can and puts back where it has to.
import { expect, test, type Page } from '@playwright/test'
import { saveHook } from '@/lib/panel/hooks.ts'
import { actor, openPanel, type Panel } from '../test/faults/panel.ts'
import type { Site } from '../test/faults/site.ts'
import { startHost } from '../test/hosts/hosts.ts'
import { openRelay } from '../test/ssh/relay.ts'
import { lookAt } from './fixtures/look.ts'
import { signIn } from './fixtures/test.ts'

const count = 10
const owner = { email: 'owner@example.org', password: 'correct horse battery staple' }

const story = test.extend<object, { panel: Panel }>({
  panel: [
    async ({}, use) => {
      const panel = await openPanel({
        isBuilt: true,
        hosts: Array.from({ length: count }, () => startHost({ diskMb: 64 })),
      })
      for (const worker of panel.workers) worker.start()
      try {
        await use(panel)
      } finally {
        await panel.close()
      }
    },
    { scope: 'worker', timeout: 240_000 },
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

/** It is on the page already. */
const settled = () => Promise.resolve()

story('ten servers, two at a time, while the panel, a line and a disk fail', async ({ page, panel }) => {
  story.setTimeout(600_000)
  const { ctx, workers, web, sample } = panel
  const site = await panel.newSite(count)
  const options = {
    strategy: { batch: { count: 2 } },
    readiness: [{ kind: 'exec', name: 'served', command: 'test -s index.html', pauseSeconds: 1 }],
  }
  await ctx.db.prisma.environment.update({ where: { id: site.environmentId }, data: { options } })
  await signIn(page, owner)
  const first = '<h1>1</h1>\n'
  sample.commit(false)
  await deploy(page, site)
  await summary(page, 'All 10 servers have release 1.')
  await lookAt(page, 'ten servers done', settled)

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
    await lookAt(page, 'ten servers looking', settled)
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
    await lookAt(page, 'ten servers put back', settled)
    expect(await served(site)).toEqual(Array(count).fill(first))
  })
  await sixth.host.shell(`rm ${sixth.root}/filling`)
  await story.step('the next one needs no cleaning', async () => {
    await deploy(page, site)
    await summary(page, 'All 10 servers have release 3.')
    expect(await served(site)).toEqual(Array(count).fill('<h1>2</h1>\n'))
  })
})

story(
  'three servers: a person lets the others follow, and what was changed by hand is shown',
  async ({ page, panel }) => {
    story.setTimeout(300_000)
    const site = await panel.newSite(3)
    const address = `/environments/${site.environmentId}?tab=servers`
    const options = { strategy: { canary: { seconds: null } } }
    await panel.ctx.db.prisma.environment.update({ where: { id: site.environmentId }, data: { options } })
    panel.sample.commit(false)
    await signIn(page, owner)

    await story.step('the first server serves, and the others wait until somebody says so', async () => {
      await deploy(page, site)
      await summary(
        page,
        /Release 1 is live on web-1\. The other 2 wait since \d\d:\d\d:\d\d UTC until somebody lets them follow/,
      )
      const live = await Promise.all(
        site.targets.map(({ host, root }) => host.shell(`readlink ${root}/current || true`)),
      )
      expect(live.filter((link) => link !== '')).toHaveLength(1)
      await lookAt(page, 'a person is waited for', settled)
      await page.getByRole('button', { name: 'Let the others follow' }).click()
      await summary(page, 'All 3 servers have release 1.')
    })

    const drift = page.getByRole('region', { name: 'As it was deployed?' })
    const verdicts = drift.locator('[data-status]')
    const look = async (found: string[]) => {
      await page.goto(address)
      await drift.getByRole('button', { name: 'Look now' }).click()
      await expect(verdicts).toHaveText(found)
    }
    await story.step('what was changed by hand is shown', async () => {
      await look(Array<string>(3).fill('As deployed'))
      const [first, second, third] = site.targets
      await first!.host.shell(`cd ${first!.root} && mkdir elsewhere && ln -sfn ${first!.root}/elsewhere current`)
      await second!.host.shell(`cd ${second!.root}/current/ && echo other >index.html && echo OTHER=1 >>.env`)
      await third!.host.shell(`echo somebody >${third!.root}/.fairlead/owner`)
      await look(['Lacks the live release', 'Differs', 'Somebody else’s folder'])
      await expect(drift).toContainText(`“current” leads to ${first!.root}/elsewhere, which Fairlead did not make.`)
      await expect(drift).toContainText('.env is not what was deployed.')
      await expect(drift).toContainText('The folder belongs to another environment, or another panel.')
      await drift.getByText('Which', { exact: true }).click()
      await expect(drift).toContainText('index.html (changed)')
      await lookAt(page, 'changed by hand', settled)
    })
    await story.step('and put right together, but for what is somebody else’s', async () => {
      await drift.getByRole('button', { name: 'Repair all 2' }).click()
      await expect(page).toHaveURL(/\/deployments\//)
      // Changes have to prove themselves on the first server, as any other.
      await page.getByRole('button', { name: 'Let the others follow' }).click()
      await summary(page, 'All 2 servers have release 1.')
      await look(['As deployed', 'As deployed', 'Somebody else’s folder'])
    })
    await story.step('a server is taken out, and left with what is live there', async () => {
      const [, second] = site.targets
      const servers = page.getByRole('list', { name: 'Servers', exact: true })
      await page.getByRole('button', { name: `Take ${second!.name} out` }).click()
      const leaving = page.getByRole('dialog')
      await expect(leaving.getByRole('radio', { name: 'Keep what is live' })).toBeChecked()
      await lookAt(page, 'taking a server out', settled)
      await leaving.getByRole('button', { name: `Take ${second!.name} out` }).click()
      await expect(page).toHaveURL(/\/deployments\//)
      await expect(page.getByRole('main')).toContainText('Succeeded', { timeout: 60_000 })
      await lookAt(page, 'a server was taken out', settled)
      await page.goto(address)
      await expect(servers.getByRole('heading')).toHaveText([site.targets[0]!.name, site.targets[2]!.name])
      expect(await second!.host.shell(`cat ${second!.root}/current/index.html; ls -A ${second!.root}`)).not.toContain(
        '.fairlead',
      )
    })
  },
)
