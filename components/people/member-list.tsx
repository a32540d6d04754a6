'use client'
import { ShieldCheck } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { removeMember } from '@/app/actions/people.ts'
import type { PanelRole } from '@/lib/api/shapes.ts'
import type { MemberView } from '@/lib/api/shapes-access.ts'
import { ConfirmButton } from '../form/confirm-button.tsx'
import { cardStyle } from '../style.ts'
import { RelativeTime } from '../time.tsx'
import { PanelRoleSelect, ProjectRoles } from './role-select.tsx'

type Project = { id: string; name: string }

/** Who belongs to the panel, and as what. `roles` are those that one may give; none = one decides about projects only. */
export function MemberList({
  members,
  projects,
  roles,
  self,
}: {
  members: MemberView[]
  projects: Project[]
  roles: PanelRole[]
  self: string
}) {
  return (
    <section aria-labelledby="members">
      <h2 id="members" className="mb-2 font-semibold">
        Members
      </h2>
      <ul className={`${cardStyle} divide-y`}>
        {members.map((member) => (
          <Member key={member.id} {...{ member, projects, roles }} isSelf={member.id === self} />
        ))}
      </ul>
    </section>
  )
}

function Member({
  member,
  projects,
  roles,
  isSelf,
}: {
  member: MemberView
  projects: Project[]
  roles: PanelRole[]
  isSelf: boolean
}) {
  const router = useRouter()
  const isAbove = !roles.includes(member.role)
  return (
    <li className="grid gap-2 px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-52">
          <p className="font-semibold break-words">
            {member.name} {isSelf && <span className="font-normal text-ink-soft">(you)</span>}
          </p>
          <p className="flex flex-wrap items-center gap-x-2 text-xs text-ink-soft">
            <span className="break-all">{member.email}</span>
            {member.hasTwoFactor && (
              <span className="inline-flex items-center gap-1">
                <ShieldCheck aria-hidden size={12} /> second step
              </span>
            )}
            <span>
              {member.seenAt ? (
                <>
                  seen <RelativeTime at={member.seenAt} />
                </>
              ) : (
                'never signed in'
              )}
            </span>
          </p>
        </div>
        {isAbove ? (
          <span className="text-ink-soft">{member.role === 'member' ? '' : member.role}</span>
        ) : (
          <PanelRoleSelect member={member} roles={roles} />
        )}
        {!isAbove && (
          <ConfirmButton
            word={isSelf ? 'Leave' : 'Remove'}
            act={() => removeMember({ id: member.id })}
            done={() => (isSelf ? location.assign('/sign-in') : router.refresh())}
          >
            {isSelf ? 'You leave' : `${member.name} leaves`} the panel: sessions, tokens and open pages end at once.
            What was done stays in the audit.
          </ConfirmButton>
        )}
      </div>
      <ProjectRoles member={member} projects={projects} />
    </li>
  )
}
