'use client'
import { useRouter } from 'next/navigation'
import { liftHold } from '@/app/actions/holds.ts'
import { ActButton } from '../form/act-button.tsx'

export function LiftHold({ environmentId }: { environmentId: string }) {
  const router = useRouter()
  return (
    <ActButton busyText="Lifting…" act={() => liftHold({ environmentId })} done={() => router.refresh()}>
      Take deployments again
    </ActButton>
  )
}
