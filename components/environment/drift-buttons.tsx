'use client'
import { useRouter } from 'next/navigation'
import { lookForDrift, syncServers } from '@/app/actions/drift.ts'
import { ActButton } from '../form/act-button.tsx'

export function LookButton({ environmentId }: { environmentId: string }) {
  const router = useRouter()
  return (
    <ActButton busyText="Looking…" act={() => lookForDrift({ environmentId })} done={() => router.refresh()}>
      Look now
    </ActButton>
  )
}

/** The live release, put on each server that lacks it or has it otherwise. */
export function RepairAllButton({ environmentId, count }: { environmentId: string; count: number }) {
  const router = useRouter()
  return (
    <ActButton
      kind="primary"
      busyText="Queueing…"
      act={() => syncServers({ environmentId })}
      done={({ id }) => router.push(`/deployments/${id}`)}
    >
      Repair all {count}
    </ActButton>
  )
}

/** The live release, put where it is missing or changed. */
export function SyncButton({
  environmentId,
  server,
  text,
}: {
  environmentId: string
  server: { targetId: string; server: string }
  text: string
}) {
  const router = useRouter()
  return (
    <ActButton
      label={`${text}: ${server.server}`}
      busyText="Queueing…"
      act={() => syncServers({ environmentId, servers: [server.targetId] })}
      done={({ id }) => router.push(`/deployments/${id}`)}
    >
      {text}
    </ActButton>
  )
}
