// Attacks on who may what, from a browser whose forms were tampered with: each action is sent as the page sends it, with other fields in it.
import type { Page, Route } from '@playwright/test'
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

test('attack 30: of two who hold the set-up token at once, one owns the panel', async ({ browser }) => {
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
