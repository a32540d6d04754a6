'use client'
import { useRouter } from 'next/navigation'
import { followAgain } from '@/app/actions/following.ts'
import { ActButton } from '../form/act-button.tsx'

/** Ends the pause; whoever a pipeline refused was told of the button by these words. */
export function FollowAgain({ environmentId }: { environmentId: string }) {
  const router = useRouter()
  return (
    <ActButton busyText="Going on…" act={() => followAgain({ environmentId })} done={() => router.refresh()}>
      Deploy by itself again
    </ActButton>
  )
}
