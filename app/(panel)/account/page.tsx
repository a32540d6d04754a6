import type { Metadata } from 'next'
import { PasswordForm } from '@/components/account/password-form.tsx'
import { Sessions } from '@/components/account/sessions.tsx'
import { SignOutButton } from '@/components/account/sign-out-button.tsx'
import { Tokens } from '@/components/account/tokens.tsx'
import { TwoFactor } from '@/components/account/two-factor.tsx'
import { PageHeader } from '@/components/page-header.tsx'
import { greatestRole, isAtMost } from '@/lib/access.ts'
import { roles } from '@/lib/api/shapes.ts'
import { listSessions, listTokens } from '@/lib/panel/people.ts'
import { listProjects } from '@/lib/panel/projects.ts'
import { readTwoFactor } from '@/lib/panel/two-factor.ts'
import { load, pageActor } from '@/lib/web/page.ts'
import { sessionId } from '@/lib/web/who.ts'

export const metadata: Metadata = { title: 'Account' }

export default async function AccountPage() {
  const actor = await pageActor()
  const current = await sessionId()
  const [sessions, tokens, twoFactor, projects] = await Promise.all([
    load(listSessions, { current: current ?? undefined }),
    load(listTokens, {}),
    load(readTwoFactor, {}),
    load(listProjects, {}),
  ])
  const greatest = greatestRole(actor)
  return (
    <div className="mx-auto grid max-w-3xl gap-6">
      <PageHeader title={actor.name}>
        <SignOutButton />
      </PageHeader>
      <Sessions sessions={sessions} />
      <PasswordForm />
      <TwoFactor twoFactor={twoFactor} />
      <Tokens
        tokens={tokens}
        roles={roles.filter((role) => isAtMost(role, greatest))}
        projects={projects.map(({ id, name }) => ({ id, name }))}
      />
    </div>
  )
}
