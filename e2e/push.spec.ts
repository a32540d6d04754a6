// Push to deploy, as a person sets it up: a webhook, a rule, a delivery as the Git host sends it, and what came of it.
import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test as base, type Page } from '@playwright/test'
import { systemActor } from '@/lib/panel/context.ts'
import { saveTriggers } from '@/lib/panel/following.ts'
import { createWebhook } from '@/lib/panel/webhooks.ts'
import { readTriggers } from '@/lib/spec/triggers.ts'
import { delivery, type Pushed } from '../test/push/payloads.ts'
import { commit } from './fixtures/commit.ts'
import { takePicture } from './fixtures/picture.ts'
import { withListener } from './fixtures/listener.ts'
import { withSample, type Sample } from './fixtures/sample.ts'
import { failOnErrors } from './fixtures/test.ts'

const test = base.extend<object, { sample: Sample }>({
  sample: [({ browser }, use) => withSample(browser, use), { scope: 'worker', timeout: 120_000 }],
  baseURL: ({ sample }, use) => use(sample.panel.url),
  storageState: ({ sample }, use) => use(sample.state),
})

test('a push is told by a webhook and deployed by itself, where somebody wants that', async ({ page, sample }) => {
  test.setTimeout(240_000)
  const { repository, sandbox, environments } = sample
  await failOnErrors(page, async () => {
    const { address, secret } = await test.step('a webhook is made, and its secret shown once', async () => {
      await page.goto(`/environments/${environments.production}`)
      await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: 'Sample' }).click()
      await page.getByRole('link', { name: 'Webhooks' }).click()
      await page.getByLabel('Git host').selectOption('gitea')
      await page.getByRole('button', { name: 'Make the webhook' }).click()
      const made = page.getByRole('status').filter({ hasText: 'shown only now' })
      await expect(made).toBeVisible()
      const [address, secret] = await made.locator('code').allInnerTexts()
      await takePicture(page, 'push webhook')
      await page.reload()
      await expect(page.getByText('Nothing came in yet.')).toBeVisible()
      expect(await page.content()).not.toContain(secret)
      return { address: address!, secret: secret! }
    })

    await test.step('rules are written, and one that is none is complained of at its field', async () => {
      await page.goto(`/environments/${environments.production}?tab=triggers`)
      await page.getByLabel('Deploy pushes by themselves').check()
      const branches = page.getByLabel('Branches')
      await branches.fill('main\n/(/')
      await page.getByRole('button', { name: 'Save the rules' }).click()
      await expect(branches).toHaveAttribute('aria-invalid', 'true')
      await expect(branches).toHaveAccessibleDescription(/“\/\(\/” is not a regular expression/)
      await branches.fill('main')
      await page.getByRole('button', { name: 'Save the rules' }).click()
      await expect(page.getByText('Pushes are deployed by themselves: main.')).toBeVisible()
    })

    await commit(repository, 'Say pushed release', (work) => say(work, 'push'))
    const [before, after] = ['main~1', 'main'].map((ref) => shaIn(repository, ref)) as [string, string]
    const pushed = { repositoryUrl: repository, ref: 'refs/heads/main', before, after } as const

    await test.step('a delivery that somebody else signed gets nowhere', async () => {
      const forged = delivery('gitea', { ...pushed, secret: 'not the secret', id: crypto.randomUUID() })
      const answer = await page.request.post(address, { headers: forged.headers, data: forged.body })
      expect(answer.status()).toBe(401)
    })

    await test.step('the Git host’s own is deployed, and the list says so', async () => {
      const signed = delivery('gitea', { ...pushed, secret, id: crypto.randomUUID() })
      const answer = await page.request.post(address, { headers: signed.headers, data: signed.body })
      expect(answer.status()).toBe(202)
      await page.goto(`/environments/${environments.production}`)
      await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: 'Sample' }).click()
      await page.getByRole('link', { name: 'Deliveries' }).click()
      const list = page.getByRole('list', { name: 'Deliveries' })
      await expect(list.getByText('Refused')).toBeVisible()
      const deploys = list.getByRole('link', { name: 'Deployment 1' })
      await expect(deploys).toBeVisible()
      await takePicture(page, 'push deliveries')
      await deploys.click()
      await expect(page.getByText('Succeeded', { exact: true }).first()).toBeVisible({ timeout: 60_000 })
      const live = join(sandbox.home, 'production/current/index.html')
      expect(await readFile(live, 'utf8')).toContain('Hello from the push')
    })

    await test.step('looked at once more, it is deployed already', async () => {
      await page.goBack()
      await page.getByRole('button', { name: 'Look again' }).click()
      await expect(page.getByText(/deployed by itself already|live already/).first()).toBeVisible()
    })
  })
})

test('what is not deployed by itself is deployed by a person', async ({ page, sample }) => {
  test.setTimeout(240_000)
  const { repository, sandbox, environments } = sample
  const { projectId, webhook, secret } = await followStaging(sample)
  const project = `/projects/${projectId}`
  const environment = `/environments/${environments.staging}`
  const push = async (before: string, after: string, by = secret) => {
    const pushed = { repositoryUrl: repository, ref: 'refs/heads/main', before, after, secret: by } as const
    return post(page, webhook.path, pushed)
  }
  const live = () => readFile(join(sandbox.home, 'staging/current/index.html'), 'utf8')
  const succeeds = () => expect(page.getByText('Succeeded', { exact: true }).first()).toBeVisible({ timeout: 60_000 })
  await commit(repository, 'Say newest release', (work) => say(work, 'newest'))
  const [older, newest] = [shaIn(repository, 'main~1'), shaIn(repository, 'main')]

  await failOnErrors(page, async () => {
    await test.step('a new secret counts at once, the old one for a day', async () => {
      await page.goto(`${project}?tab=webhooks`)
      const own = page
        .getByRole('region', { name: 'Webhooks' })
        .getByRole('listitem')
        .filter({ has: page.getByRole('button', { name: 'New secret' }), hasText: 'GitHub' })
      await own.getByRole('button', { name: 'New secret' }).click()
      const made = own.getByRole('status')
      await expect(made).toContainText('What is entered there now counts for another day.')
      await takePicture(page, 'push new secret')
      const [, second] = await made.locator('code').allInnerTexts()
      expect(await push(older, newest, 'neither of them')).toBe(401)
      expect(await push(older, newest, secret)).toBe(202)
      expect(await push(older, newest, second)).toBe(202)
      await page.reload()
      await expect(own).toContainText(/What counted before its newest secret ends in (24 h|1 d)/)
      await page.goto(environment)
      await expect(page.getByText('Release 1 is live')).toBeVisible({ timeout: 60_000 })
      expect(await live()).toContain('Hello from the newest')
    })

    await test.step('an older commit is left alone, and deployed when somebody wants it', async () => {
      execFileSync('git', ['-C', repository, 'update-ref', 'refs/heads/main', older])
      await push(newest, older)
      await page.goto(`${project}?tab=deliveries`)
      await expect(page.getByText(`It is older than what is live (${newest.slice(0, 7)}).`).first()).toBeVisible()
      await page.getByRole('button', { name: `Deploy ${older.slice(0, 7)} to staging anyway` }).click()
      await succeeds()
      expect(await live()).not.toContain('Hello from the newest')
    })

    await test.step('after a roll back pushes wait until somebody lets them', async () => {
      await page.goto(environment)
      await page.getByRole('button', { name: 'Roll back to 1: Sample staging' }).click()
      await succeeds()
      await commit(repository, 'Say next release', (work) => say(work, 'next'))
      const next = shaIn(repository, 'main')
      await push(older, next)
      await page.goto(environment)
      const waits = page.getByRole('region', { name: 'Not deployed by itself' })
      await expect(waits).toContainText('rolled back to release 1: nothing is deployed by itself.')
      await expect(waits).toContainText(`Not deployed yet: branch main at ${next.slice(0, 7)}.`)
      expect(await live()).toContain('Hello from the newest')
      await takePicture(page, 'push held')
      await waits.getByRole('button', { name: 'Deploy by itself again' }).click()
      await expect(waits).toHaveCount(0)
      await expect(page.getByText('Release 4 is live')).toBeVisible({ timeout: 60_000 })
      expect(await live()).toContain('Hello from the next')
    })

    await test.step('in a freeze nothing is deployed but the release before, by those who could lift it', async () => {
      await page.goto(`${project}?tab=freezes`)
      await page.getByLabel('Why').fill('Nobody is here')
      await page.getByLabel('Where').selectOption('only in staging')
      await page.getByLabel('From').fill('2020-01-01T00:00')
      const until = page.getByLabel('Until')
      await until.fill('2020-01-02T00:00')
      await page.getByRole('button', { name: 'Add the freeze' }).click()
      await expect(until).toHaveAccessibleDescription(/This time is over already/)
      await takePicture(page, 'push freeze refused')
      await until.fill('2099-01-01T00:00')
      await page.getByRole('button', { name: 'Add the freeze' }).click()
      await expect(page.getByRole('region', { name: 'Freezes' }).getByText('Frozen now')).toBeVisible()

      await page.goto(environment)
      await expect(page.getByRole('region', { name: 'Frozen' })).toContainText('Nobody is here')
      await takePicture(page, 'push frozen')
      await page.getByRole('button', { name: /^Roll back to 2: Sample staging/ }).click()
      await succeeds()

      await page.goto('/')
      await page.getByRole('link', { name: 'Frozen now' }).click()
      await page.getByRole('button', { name: 'Remove' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
      await expect(page.getByRole('region', { name: 'Freezes' })).toContainText('There is none.')
    })
  })
})

test('schedules and channels are added, changed and removed', async ({ page, sample }) => {
  const { panel, environments } = sample
  await failOnErrors(page, async () => {
    await test.step('a schedule says when it comes next', async () => {
      await page.goto(`/environments/${environments.staging}?tab=triggers`)
      const form = page.getByRole('form', { name: 'Add a schedule' })
      const when = form.getByLabel('When', { exact: true })
      await when.fill('61 3 * * *')
      await form.getByLabel('Time zone').fill('Europe/Berlin')
      await form.getByRole('button', { name: 'Add the schedule' }).click()
      await expect(when).toHaveAccessibleDescription(/Invalid value for minute: 61\./)
      await takePicture(page, 'push schedule refused')
      await when.fill('30 3 * * 1-5')
      await form.getByRole('button', { name: 'Add the schedule' }).click()
      const list = page.getByRole('region', { name: 'Schedules' }).getByRole('listitem')
      await expect(list).toContainText(/Next time in .*, (Mon|Tue|Wed|Thu|Fri) .*, 03:30/)
      await list.locator('summary').click()
      const change = page.getByRole('form', { name: 'Change 30 3 * * 1-5' })
      await change.getByLabel('When', { exact: true }).fill('0 4 * * 6')
      await change.getByRole('button', { name: 'Save the schedule' }).click()
      await expect(list).toContainText(/Next time in .*, Sat .*, 04:00/)
      await takePicture(page, 'push schedule')
      await list.getByRole('button', { name: 'Remove' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
      await expect(page.getByRole('region', { name: 'Schedules' })).toContainText('There is none.')
    })

    await test.step('a channel is tested, and what was answered is shown', () =>
      withListener({ '/moved': 410, '/here': 204 }, async (listener) => {
        const { projectId } = await panel.context.db.prisma.environment.findUniqueOrThrow({
          where: { id: environments.staging },
        })
        await page.goto(`/projects/${projectId}?tab=notifications`)
        const form = page.getByRole('form', { name: 'Tell somebody' })
        await form.getByLabel('How').selectOption('Signed webhook')
        await form.getByLabel('Name').fill('Our program')
        await form.getByLabel('Address').fill(`${listener.url}/moved`)
        await form.getByLabel('Secret').fill('a secret of our own')
        await form.getByRole('button', { name: 'Add it' }).click()
        const channel = page.getByRole('region', { name: 'Who is told' }).getByRole('listitem')
        const messages = page.getByRole('region', { name: 'Messages' }).getByRole('listitem')
        await channel.getByRole('button', { name: 'Test Our program' }).click()
        await expect(messages.filter({ hasText: 'Failed' })).toContainText('410 Gone')
        await channel.locator('summary').click()
        await channel.getByLabel('Give address and secret anew').check()
        await channel.getByLabel('Address', { exact: true }).fill(`${listener.url}/here`)
        await channel.getByLabel('Secret', { exact: true }).fill('another secret of ours')
        await takePicture(page, 'push channel')
        await channel.getByRole('button', { name: 'Save the changes' }).click()
        await expect(channel.getByLabel('Address', { exact: true })).toHaveCount(0)
        await channel.getByRole('button', { name: 'Test Our program' }).click()
        await expect(messages.filter({ hasText: 'Sent' })).toContainText('204 No Content')
        expect(listener.paths).toEqual(['/moved', '/here'])
        await takePicture(page, 'push messages')
        await channel.getByRole('button', { name: 'Remove' }).click()
        await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
        await expect(page.getByRole('region', { name: 'Who is told' })).toContainText('There is none.')
      }))
  })
})

/** Pushes of main to staging are deployed; told by a webhook of its own. */
async function followStaging({ panel: { context }, environments: { staging } }: Sample) {
  const system = systemActor('console')
  const { projectId } = await context.db.prisma.environment.findUniqueOrThrow({ where: { id: staging } })
  const triggers = { ...readTriggers({}), isOn: true }
  await saveTriggers(context, system, { environmentId: staging, triggers })
  return { projectId, ...(await createWebhook(context, system, { projectId, provider: 'github' })) }
}

/** As GitHub does; the status of the answer. */
async function post(page: Page, path: string, pushed: Pushed): Promise<number> {
  const { headers, body } = delivery('github', pushed)
  return (await page.request.post(path, { headers, data: body })).status()
}

async function say(work: string, release: string): Promise<void> {
  const path = join(work, 'index.html')
  await writeFile(path, (await readFile(path, 'utf8')).replace(/Hello from the [\w ]+/, `Hello from the ${release}`))
}

function shaIn(repository: string, ref: string): string {
  return execFileSync('git', ['-C', repository, 'rev-parse', ref], { encoding: 'utf8' }).trim()
}
