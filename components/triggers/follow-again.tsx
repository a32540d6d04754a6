'use client'
import { useRouter } from 'next/navigation'
import { followAgain } from '@/app/actions/following.ts'
import { ActButton } from '../form/act-button.tsx'

/** Where no push is followed the pause is one of schedules. */
export function FollowAgain({ environmentId, what }: { environmentId: string; what: 'pushes' | 'on schedule' }) {
  const router = useRouter()
  return (
    <ActButton busyText="Going on…" act={() => followAgain({ environmentId })} done={() => router.refresh()}>
      Deploy {what} again
    </ActButton>
  )
}
