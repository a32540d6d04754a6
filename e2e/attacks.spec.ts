// Attacks on who may what, from a browser whose forms were tampered with: each action is sent as the page sends it, with other fields in it.
import type { Page, Route } from '@playwright/test'
import { systemActor } from '@/lib/panel/context.ts'
import { requestDeployment } from '@/lib/panel/deployments.ts'
import { makeSetupToken } from '@/lib/panel/setup.ts'
import { withOwnPanel } from './fixtures/panel.ts'
import { expect, inAnotherBrowser, makePerson, signIn, test, type Team } from './fixtures/team.ts'

/** Whoever keeps the project Shop alone. */
async function keeperOf(team: Team, name: string) {
  const person = await makePerson(team, name, 'member')
  const fields = { userId: person.actor.id, projectId: team.shop.projectId, role: 'admin' }
  await team.panel.context.db.prisma.membership.create({ data: fields })
  return person
}

/** The next action of the page goes out with `change` made to its fields; gives what the server answered. */
async function tampered(page: Page, change: object, send: () => Promise<void>): Promise<string> {
  const answered = new Promise<string>((resolve, reject) => {
    const tamper = async (route: Route): Promise<void> => {
      const request = route.request()
      if (!request.headers()['next-action']) return route.fallback()
      const [fields, ...more] = JSON.parse(request.postData()!) as [object]
      const response = await route.fetch({ postData: JSON.stringify([{ ...fields, ...change }, ...more]) })
      // Read before the page goes on and forgets it.
      const text = await response.text()
      await route.fulfill({ response, body: text })
      resolve(text)
    }
    page
      .route('**/*', (route) => tamper(route).catch(reject))
      .then(send)
      .catch(reject)
  })
  const answer = await answered
  await page.unrouteAll({ behavior: 'wait' })
  return answer
}

test('attack 25: nobody invites to more than they have, whatever their form sends', async ({ browser, team }) => {
  const keeper = await keeperOf(team, 'Kim Keeper')
  const { prisma } = team.panel.context.db
  await inAnotherBrowser(browser, team, async (page) => {
    await signIn(page, keeper)
    const invite = async (change: object) => {
      await page.goto('/people')
      await page.getByRole('textbox', { name: 'E-mail' }).fill('evil@example.org')
      await page.locator('select[name^="project-"]').selectOption('viewer')
      return tampered(page, change, () => page.getByRole('button', { name: 'Make the link' }).click())
    }
    const other = { projectId: team.blog.projectId, role: 'viewer' }
    expect(await invite({ role: 'owner' })).toContain('forbidden')
    expect(await invite({ role: 'viewer', projects: [] })).toContain('forbidden')
    expect(await invite({ projects: [{ projectId: team.shop.projectId, role: 'owner' }] })).toContain('invalid')
    expect(await invite({ projects: [other] })).toContain('not_found')
    expect(await prisma.invitation.count({ where: { email: 'evil@example.org' } })).toBe(0)
    expect(await invite({})).toContain('secret')
    expect(await prisma.invitation.count({ where: { email: 'evil@example.org' } })).toBe(1)
  })
})

test('attack 25: roles of others are changed by whom they are below alone', async ({ browser, team }) => {
  const admin = await makePerson(team, 'Alex Admin', 'admin')
  const below = await makePerson(team, 'Bo Below', 'viewer')
  const { prisma } = team.panel.context.db
  const owner = await prisma.user.findFirstOrThrow({ where: { role: 'owner' } })
  const roleOf = async (id: string) => (await prisma.user.findUniqueOrThrow({ where: { id } })).role
  await inAnotherBrowser(browser, team, async (page) => {
    await signIn(page, admin)
    const choose = async (change: object) => {
      await page.goto('/people')
      const select = page.getByLabel('Role of Bo Below in the panel')
      const next = (await select.inputValue()) === 'viewer' ? 'developer' : 'viewer'
      return tampered(page, change, async () => void (await select.selectOption(next)))
    }
    expect(await choose({ role: 'owner' })).toContain('forbidden')
    expect(await choose({ id: owner.id, role: 'viewer' })).toContain('forbidden')
    expect(await choose({ id: admin.actor.id, role: 'owner' })).toContain('forbidden')
    expect([await roleOf(owner.id), await roleOf(admin.actor.id), await roleOf(below.actor.id)]).toEqual([
      'owner',
      'admin',
      'viewer',
    ])
    await choose({})
    expect(await roleOf(below.actor.id)).toBe('developer')
  })
})

test('attacks 24 and 29: an action asks anew who sends it, whatever page it was taken from', async ({
  page,
  browser,
  team,
}) => {
  const { prisma } = team.panel.context.db
  await signIn(page)
  await page.goto('/people')
  await page.getByRole('textbox', { name: 'E-mail' }).fill('copied@example.org')
  await page.getByLabel('In the panel', { exact: true }).selectOption('viewer')
  const sent = page.waitForRequest((request) => request.headers()['next-action'] !== undefined)
  await page.getByRole('button', { name: 'Make the link' }).click()
  await expect(page.getByText(/\/invitation#[\w-]{43}$/)).toBeVisible()
  const request = await sent
  const copy = (headers: Record<string, string> = {}) => ({
    data: request.postData()!,
    headers: {
      'next-action': request.headers()['next-action']!,
      'content-type': 'text/plain;charset=UTF-8',
      accept: 'text/x-component',
      ...headers,
    },
  })
  await prisma.invitation.deleteMany({ where: { email: 'copied@example.org' } })
  const viewer = await makePerson(team, 'Vera Viewer', 'viewer')
  await inAnotherBrowser(browser, team, async (other) => {
    const claims: Record<string, string>[] = [
      {},
      { 'x-middleware-subrequest': 'proxy:proxy:proxy' },
      { cookie: 'authjs.session-token=x' },
    ]
    for (const headers of claims) {
      const answer = await other.request.post('/people', copy(headers))
      expect(await answer.text()).toContain('unauthenticated')
    }
    await signIn(other, viewer)
    expect(await (await other.request.post('/people', copy())).text()).toContain('forbidden')
    expect(await (await other.request.post('/sign-in', copy())).text()).toContain('forbidden')
  })
  expect(await prisma.invitation.count({ where: { email: 'copied@example.org' } })).toBe(0)
  // The copy is a whole one: whoever may, can send it.
  expect(await (await page.request.post('/people', copy())).text()).toContain('secret')
  expect(await prisma.invitation.count({ where: { email: 'copied@example.org' } })).toBe(1)
})

test('attacks 22 and 28: whoever keeps one project hears and reads nothing of another', async ({ browser, team }) => {
  const keeper = await keeperOf(team, 'Kai Keeper')
  const { context: ctx } = team.panel
  const { id } = await requestDeployment(ctx, systemActor('test'), { environmentId: team.blog.environmentId })
  await inAnotherBrowser(browser, team, async (page) => {
    await signIn(page, keeper)
    for (const path of [`/events?deployment=${id}`, `/deployments/${id}/log`, `/deployments/${id}/raw`])
      expect((await page.request.get(path)).status(), path).toBe(404)
    for (const part of ['commits', 'plan', 'comparison?from=1', 'logs/files', 'logs/text?path=a'])
      expect((await page.request.get(`/environments/${team.blog.environmentId}/${part}`)).status(), part).toBe(404)
    expect(await (await page.request.get('/search?text=blog')).text()).not.toMatch(/blog/i)
    expect(await (await page.request.get('/audit/export?format=jsonl')).text()).not.toContain(team.blog.projectId)
    expect((await page.request.get(`/audit/export?projectId=${team.blog.projectId}`)).status()).toBe(404)
    for (const path of [`/deployments/${id}`, `/environments/${team.blog.environmentId}/history`]) {
      const answer = await page.request.get(path)
      expect(await answer.text(), path).not.toMatch(/Blog/)
    }
    // One who listens to everything hears what is one's own, and what came before it of others not.
    const pieces: string[] = await page.evaluate(async (environmentId) => {
      const source = new EventSource(`/events?environment=${environmentId}`)
      const heard: string[] = []
      await new Promise<void>((resolve) => {
        for (const type of ['work', 'change', 'event'])
          source.addEventListener(type, ({ data }: MessageEvent<string>) => {
            heard.push(data)
            if (type === 'work') resolve()
          })
      })
      source.close()
      return heard
    }, team.blog.environmentId)
    expect(pieces.join('')).not.toMatch(/Blog/)
    expect(pieces.join('')).not.toContain(id)
  })
})

test('attack 30: of two who hold the set-up token at once, one owns the panel', async ({ browser }) => {
  // A panel of its own is started for it.
  test.setTimeout(240_000)
  await withOwnPanel(['web'], async (panel) => {
    const token = await makeSetupToken(panel.context)
    const pages = await Promise.all(
      ['ada', 'eve'].map(async (name) => {
        const page = await (await browser.newContext({ baseURL: panel.url })).newPage()
        await page.goto(`/setup?token=${token}`)
        await page.getByLabel('Your name').fill(name)
        await page.getByLabel('E-mail').fill(`${name}@example.org`)
        await page.getByLabel('Password').fill('a long enough password')
        return page
      }),
    )
    const answers = await Promise.all(
      pages.map((page) => tampered(page, {}, () => page.getByLabel('Password').press('Enter'))),
    )
    expect(answers.filter((text) => text.includes('"ok":true'))).toHaveLength(1)
    expect(await panel.context.db.prisma.user.findMany({ select: { role: true } })).toEqual([{ role: 'owner' }])
    const late = pages[0]!
    await late.goto(`/setup?token=${token}`)
    await expect(late).not.toHaveURL(/setup/)
    for (const page of pages) await page.context().close()
  })
})
