// What somebody sees first: a panel without an owner, then one with nothing in it, and the pages that stand before it.
import { expect, test } from '@playwright/test'
import { createInvitation } from '@/lib/panel/invitations.ts'
import { actorOfUser } from '@/lib/panel/people-actor.ts'
import { createOwnerOnConsole, makeSetupToken } from '@/lib/panel/setup.ts'
import { findPerson } from '@/lib/store/people.ts'
import { lookAt } from './fixtures/look.ts'
import { withOwnPanel } from './fixtures/panel.ts'
import { owner } from './fixtures/people.ts'
import { failOnErrors, signIn } from './fixtures/test.ts'

/** Path → what it teaches while there is nothing. */
const empty = {
  '/start': 'To the first deployment',
  '/servers': 'No servers yet',
  '/people': 'Invite somebody',
  '/audit': 'set the panel up',
  '/account': 'There is none.',
}

test('an empty panel teaches, from its set-up on', async ({ browser }) => {
  test.setTimeout(300_000)
  await withOwnPanel(['web'], async ({ url, context: ctx }) => {
    const context = await browser.newContext({ baseURL: url })
    const page = await context.newPage()
    const look = (name: string, path: string, shows: string) =>
      lookAt(page, name, async () => {
        // Twice the same address with another hash would not be read anew.
        await page.goto('about:blank')
        await page.goto(path)
        await expect(page.getByText(shows).first()).toBeVisible()
      })
    await failOnErrors(page, async () => {
      await look('set-up', `/setup?token=${await makeSetupToken(ctx)}`, 'Create the owner')
      const { id } = await createOwnerOnConsole(ctx, owner)
      await look('sign in', '/sign-in', 'Password')
      const actor = actorOfUser((await findPerson(ctx.db.prisma, id))!)
      const { secret } = await createInvitation(ctx, actor, { email: 'noor@example.org', role: 'viewer' })
      await look('invitation', `/invitation#${secret}`, 'invites noor@example.org')
      await look('invitation too old', '/invitation#nothing', 'This invitation was used')
      await signIn(page)
      for (const [path, shows] of Object.entries(empty)) await look(`empty ${path.slice(1)}`, path, shows)
      await page.goto('/')
      await expect(page).toHaveURL(/\/start$/)
    })
    await context.close()
  })
})
