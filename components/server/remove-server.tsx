'use client'
import { useRouter } from 'next/navigation'
import { removeServer } from '@/app/actions/servers.ts'
import type { ServerView } from '@/lib/api/shapes.ts'
import { ConfirmButton } from '../form/confirm-button.tsx'

export function RemoveServer({ server }: { server: ServerView }) {
  const router = useRouter()
  return (
    <ConfirmButton
      word={`Remove ${server.name}`}
      typed={server.name}
      act={() => removeServer({ id: server.id })}
      done={() => {
        router.push('/servers')
        router.refresh()
      }}
    >
      The panel forgets {server.host} and the key it made for it. Nothing on the server itself is touched.
    </ConfirmButton>
  )
}
