import type { Metadata } from 'next'
import { Invitations } from '@/components/people/invitations.tsx'
import { InviteForm } from '@/components/people/invite-form.tsx'
import { MemberList } from '@/components/people/member-list.tsx'
import { PageHeader } from '@/components/page-header.tsx'
import { isWithin, may } from '@/lib/access.ts'
import { panelRoles } from '@/lib/api/shapes.ts'
import { listInvitations } from '@/lib/panel/invitations.ts'
import { listMembers } from '@/lib/panel/members.ts'
import { listProjects } from '@/lib/panel/projects.ts'
import { load, pageActor } from '@/lib/web/page.ts'

export const metadata: Metadata = { title: 'People' }

export default async function PeoplePage() {
  const actor = await pageActor()
  const [members, invitations, projects] = await Promise.all([
    load(listMembers, {}),
    load(listInvitations, {}),
    load(listProjects, {}),
  ])
  const own = projects.filter(({ id }) => may(actor, 'people', id)).map(({ id, name }) => ({ id, name }))
  const roles = may(actor, 'people', null) ? panelRoles.filter((role) => isWithin(actor, role, null)) : []
  return (
    <div className="mx-auto grid max-w-3xl gap-6">
      <PageHeader title="People" />
      <MemberList members={members} projects={own} roles={[...roles]} self={actor.id} />
      <Invitations invitations={invitations} />
      <InviteForm projects={own} roles={[...roles]} />
    </div>
  )
}
