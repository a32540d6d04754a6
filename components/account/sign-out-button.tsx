'use client'
import { LogOut } from 'lucide-react'
import { signOut } from '@/app/actions/session.ts'
import { ActButton } from '../form/act-button.tsx'

export function SignOutButton() {
  return (
    // A whole new page: nothing that was shown to this person stays in the browser's memory.
    <ActButton busyText="Signing out…" act={signOut} done={() => location.assign('/sign-in')}>
      <LogOut aria-hidden size={14} /> Sign out
    </ActButton>
  )
}
