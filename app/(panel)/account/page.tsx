import type { Metadata } from 'next'
import { Sessions } from '@/components/account/sessions.tsx'
import { SignOutButton } from '@/components/account/sign-out-button.tsx'
import { Tokens } from '@/components/account/tokens.tsx'
import { PageHeader } from '@/components/page-header.tsx'
import { listSessions, listTokens } from '@/lib/panel/people.ts'
import { load, pageActor } from '@/lib/web/page.ts'
import { sessionId } from '@/lib/web/who.ts'

export const metadata: Metadata = { title: 'Account' }

export default async function AccountPage() {
  const actor = await pageActor()
  const current = await sessionId()
  const [sessions, tokens] = await Promise.all([
    load(listSessions, { current: current ?? undefined }),
    load(listTokens, {}),
  ])
  return (
    <div className="mx-auto grid max-w-3xl gap-6">
      <PageHeader title={actor.name}>
        <SignOutButton />
      </PageHeader>
      <Sessions sessions={sessions} />
      <Tokens tokens={tokens} />
    </div>
  )
}
