import type { Metadata } from 'next'
import { AcceptInvitation } from '@/components/people/accept-invitation.tsx'
import { Threshold } from '@/components/threshold.tsx'

export const metadata: Metadata = { title: 'Invitation' }

/** The secret stands after the hash of the address: it never reaches the server but in what is sent to accept it. */
export default function InvitationPage() {
  return (
    <Threshold title="You are invited">
      <AcceptInvitation />
    </Threshold>
  )
}
