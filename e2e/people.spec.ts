// Who belongs to a team, what each of them gets to see, and how they leave.
import { AxeBuilder } from '@axe-core/playwright'
import { generateSync } from 'otplib'
import { removeMember } from '@/lib/panel/members.ts'
import { systemActor } from '@/lib/panel/context.ts'
import { takePicture } from './fixtures/picture.ts'
import { expect, inAnotherBrowser, makePerson, owner, password, signIn, test } from './fixtures/team.ts'

test('somebody is invited to one project, joins, and sees that project alone', async ({ page, browser, team }) => {
  await signIn(page)
  await page.goto('/people')
  await page.getByRole('textbox', { name: 'E-mail' }).fill('noor@example.org')
  await page.getByLabel('In the panel', { exact: true }).selectOption('member')
  const invite = page.getByRole('form', { name: 'Invite somebody' })
  await invite.getByRole('combobox', { name: 'Shop' }).selectOption('developer')
  await page.getByRole('button', { name: 'Make the link' }).click()
  const link = await page.getByText(/\/invitation#[\w-]{43}$/).innerText()
  await expect(page.getByText('Shop: developer')).toBeVisible()
  await takePicture(page, 'people invited')

  await inAnotherBrowser(browser, team, async (guest) => {
    await guest.goto(link)
    await expect(guest.getByText(`${owner.name} invites noor@example.org as Shop: developer.`)).toBeVisible()
    await takePicture(guest, 'invitation')
    expect((await new AxeBuilder({ page: guest }).analyze()).violations).toEqual([])
    await guest.getByLabel('Your name').fill('Noor Haddad')
    await guest.getByLabel('Password').fill('short')
    await guest.getByRole('button', { name: 'Join' }).click()
    await expect(guest.getByLabel('Password')).toHaveAttribute('aria-invalid', 'true')
    await guest.getByLabel('Password').fill(password)
    await guest.getByRole('button', { name: 'Join' }).click()
    await expect(guest.getByRole('heading', { name: 'Environments' })).toBeVisible()
    await expect(guest.getByText('Shop').first()).toBeVisible()
    await expect(guest.getByText('Blog')).toHaveCount(0)
    for (const place of ['Servers', 'People', 'Audit'])
      await expect(guest.getByRole('link', { name: place, exact: true })).toHaveCount(0)
    for (const path of [`/environments/${team.blog.environmentId}`, `/servers/${team.serverId}`, '/people', '/audit']) {
      await guest.goto(path)
      await expect(guest.getByRole('heading', { name: 'There is no such page' })).toBeVisible()
    }
    expect((await guest.request.get('/audit/export')).status()).toBe(403)
  })

  await inAnotherBrowser(browser, team, async (second) => {
    await second.goto(link)
    await expect(second.getByText('This invitation was used, taken back or is too old.')).toBeVisible()
  })
})

test('attack 26: whoever is removed is out of pages that are open, at once', async ({ browser, team }) => {
  const jonas = await makePerson(team, 'Jonas Weber', 'developer')
  await inAnotherBrowser(browser, team, async (page) => {
    await signIn(page, jonas)
    const listening = page.waitForResponse((response) => response.url().includes('/events?') && response.ok())
    await page.goto(`/environments/${team.shop.environmentId}`)
    await expect(page.getByRole('heading', { name: /production/ }).first()).toBeVisible()
    await listening
    await removeMember(team.panel.context, systemActor('test'), { id: jonas.actor.id })
    // Said by the stream that ended; or the page, which was just asking for something, is at the sign-in already.
    const said = page.getByText('Signed out: reload to sign in')
    await expect(said.or(page.getByRole('heading', { name: 'Sign in' })).first()).toBeVisible()
    await page.goto('/')
    await expect(page).toHaveURL(/\/sign-in/)
  })
})

test('a second step is set up, asked for, and passed with a code or a recovery code', async ({ browser, team }) => {
  const mei = await makePerson(team, 'Mei Tanaka', 'viewer')
  await inAnotherBrowser(browser, team, async (page) => {
    await signIn(page, mei)
    await page.goto('/account')
    const step = page.getByRole('region', { name: 'Second step at sign-in' })
    await step.getByLabel('Your password').fill(password)
    await step.getByRole('button', { name: 'Set it up' }).click()
    await expect(step.getByRole('img', { name: /QR code/ })).toBeVisible()
    await takePicture(page, 'second step')
    const secret = await step.getByText(/^[A-Z2-7]{32}$/).innerText()
    const codeAt = (steps: number) => generateSync({ secret, epoch: Math.floor(Date.now() / 1000) + steps * 30 })
    await step.getByLabel('Code', { exact: true }).fill('000000')
    await step.getByRole('button', { name: 'Turn it on' }).click()
    await expect(step.getByText('This is not the code that the app shows now.')).toBeVisible()
    await step.getByLabel('Code', { exact: true }).fill(codeAt(-1))
    await step.getByRole('button', { name: 'Turn it on' }).click()
    const codes = await step.getByText(/^([A-Z2-7]{4}-){3}/).innerText()
    await expect(step.getByText('10 recovery codes are left.')).toBeVisible()

    await inAnotherBrowser(browser, team, async (other) => {
      await other.goto('/sign-in')
      await other.getByLabel('E-mail').fill(mei.email)
      await other.getByLabel('Password').fill(password)
      await other.getByRole('button', { name: 'Sign in' }).click()
      await expect(other.getByLabel('Code')).toBeFocused()
      await takePicture(other, 'sign in second step')
      await other.getByLabel('Code').fill('000000')
      await other.keyboard.press('Enter')
      await expect(other.getByText('The code is wrong, or was used before.')).toBeVisible()
      await other.getByLabel('Code').fill(codeAt(0))
      await other.keyboard.press('Enter')
      await expect(other).not.toHaveURL(/sign-in/)
    })
    await inAnotherBrowser(browser, team, async (other) => {
      await other.goto('/sign-in')
      await other.getByLabel('E-mail').fill(mei.email)
      await other.getByLabel('Password').fill(password)
      await other.getByRole('button', { name: 'Sign in' }).click()
      await other.getByLabel('Code').fill(codes.split('\n')[0]!.toLowerCase())
      await other.keyboard.press('Enter')
      await expect(other).not.toHaveURL(/sign-in/)
    })
  })
})

test('attack 27: a new password ends the other sessions, and not this one', async ({ browser, team }) => {
  const luis = await makePerson(team, 'Luis Ortega', 'viewer')
  await inAnotherBrowser(browser, team, async (page) => {
    await inAnotherBrowser(browser, team, async (other) => {
      await signIn(other, luis)
      await signIn(page, luis)
      await page.goto('/account')
      const form = page.getByRole('form', { name: 'Change the password' })
      await form.getByLabel('Current password').fill(password)
      await form.getByLabel('New password').fill('another long password')
      await form.getByRole('button', { name: 'Change the password' }).click()
      await expect(page.getByText('All other sessions have ended.')).toBeVisible()
      await other.goto('/account')
      await expect(other).toHaveURL(/\/sign-in/)
      await page.reload()
      await expect(page.getByRole('heading', { name: luis.actor.name })).toBeVisible()
    })
  })
})

test('the last owner can’t leave, and roles are given and taken', async ({ page, team }) => {
  const ada = await makePerson(team, 'Ada Byron', 'viewer')
  await signIn(page)
  await page.goto('/people')
  const self = page.getByRole('listitem').filter({ hasText: '(you)' })
  await self.getByRole('button', { name: 'Leave' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click()
  await expect(page.getByRole('dialog').getByText('This is the last owner.')).toBeVisible()
  await page.getByRole('button', { name: 'Keep it' }).click()
  await page.getByLabel('Role of Ada Byron in the panel').selectOption('member')
  await page.getByLabel('Give Ada Byron a role in a project').selectOption('Blog')
  await page.getByLabel('Role of Ada Byron in Blog').selectOption('admin')
  await expect
    .poll(() => team.panel.context.db.prisma.membership.findFirst({ where: { userId: ada.actor.id } }))
    .toMatchObject({ projectId: team.blog.projectId, role: 'admin' })
  await page.reload()
  await expect(page.getByLabel('Role of Ada Byron in Blog')).toHaveValue('admin')
  await takePicture(page, 'people')
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
})

test('attack 32: names are text everywhere; the audit is filtered, and exported', async ({ page, team }) => {
  const name = `<img src=x onerror="document.title='owned'">`
  await makePerson(team, name, 'developer')
  await signIn(page)
  await page.goto('/people')
  await expect(page.getByText(name)).toBeVisible()
  await page.getByLabel(`Role of ${name} in the panel`).selectOption('viewer')
  await page.goto('/audit')
  await page.getByLabel('What').selectOption('member')
  await page.getByRole('button', { name: 'Show', exact: true }).click()
  await expect(page).toHaveURL(/action=member/)
  await expect(page.getByText(`name: ${name}`).first()).toBeVisible()
  await expect(page.getByText('signed in')).toHaveCount(0)
  await expect(page).toHaveTitle(/Audit/)
  await takePicture(page, 'audit')
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  const file = await page.request.get('/audit/export?action=member&format=csv')
  expect(file.headers()).toMatchObject({ 'content-type': 'text/csv; charset=utf-8', 'cache-control': 'no-store' })
  expect(await file.text()).toMatch(/^id,at,actor,actorName,action,subject,project,data\r\n/)
})
