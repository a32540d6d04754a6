'use client'
import { useRouter } from 'next/navigation'
import { revokeInvitation } from '@/app/actions/people.ts'
import type { InvitationView } from '@/lib/api/shapes-access.ts'
import { ConfirmButton } from '../form/confirm-button.tsx'
import { cardStyle } from '../style.ts'
import { RelativeTime } from '../time.tsx'

/** `admin`, or `Shop: developer, Blog: viewer`. */
export function rolesText(role: string, projects: { project: string; role: string }[]): string {
  const single = projects.map((one) => `${one.project}: ${one.role}`)
  return [...(role === 'member' ? [] : [role]), ...single].join(', ')
}

/** Those that wait for their person; nothing at all when none does. */
export function Invitations({ invitations }: { invitations: InvitationView[] }) {
  const router = useRouter()
  if (invitations.length === 0) return null
  return (
    <section aria-labelledby="invitations">
      <h2 id="invitations" className="mb-2 font-semibold">
        Invited
      </h2>
      <ul className={`${cardStyle} divide-y`}>
        {invitations.map((one) => (
          <li key={one.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5">
            <div className="min-w-0 flex-1 basis-52">
              <p className="break-all">{one.email}</p>
              <p className="text-xs text-ink-soft">
                {rolesText(one.role, one.projects)} · by {one.invitedBy} · ends <RelativeTime at={one.expiresAt} />
              </p>
            </div>
            <ConfirmButton word="Take back" act={() => revokeInvitation({ id: one.id })} done={() => router.refresh()}>
              The link that {one.email} got opens nothing from now on.
            </ConfirmButton>
          </li>
        ))}
      </ul>
    </section>
  )
}
