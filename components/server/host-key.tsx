'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { confirmHostKey, readHostKey } from '@/app/actions/servers.ts'
import type { HostKeyView, ServerView } from '@/lib/api/shapes.ts'
import { ActButton } from '../form/act-button.tsx'
import { CopyLine } from '../copy-button.tsx'

/** Shows the key that the server presents and pins it once a person has said that it is the right one. */
export function HostKey({ server }: { server: ServerView }) {
  const router = useRouter()
  const [seen, setSeen] = useState<HostKeyView | null>(null)
  const isSame = seen !== null && seen.fingerprint === server.fingerprint
  return (
    <div className="grid gap-3">
      {server.fingerprint && (
        <>
          <p>This key is pinned: the panel talks to no server that presents another.</p>
          <CopyLine text={server.fingerprint} label="Copy the fingerprint" />
        </>
      )}
      {seen && !isSame && (
        <>
          <p>
            {server.host} presents this key. Compare it with what{' '}
            <code className="font-mono text-xs">ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub</code> says on the
            server.
          </p>
          <CopyLine text={seen.fingerprint} label="Copy the fingerprint" />
        </>
      )}
      {isSame && (
        <p role="status" className="text-good">
          The server presents the same key now.
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        {seen && !isSame ? (
          <ActButton
            kind={server.fingerprint ? 'danger' : 'primary'}
            busyText="Pinning…"
            act={() => confirmHostKey({ id: server.id, fingerprint: seen.fingerprint })}
            done={() => {
              setSeen(null)
              router.refresh()
            }}
          >
            {server.fingerprint ? 'Trust this key instead' : 'It is the same: trust this key'}
          </ActButton>
        ) : (
          <ActButton
            kind={server.fingerprint ? 'plain' : 'primary'}
            busyText="Asking the server…"
            act={() => readHostKey({ id: server.id })}
            done={setSeen}
          >
            {server.fingerprint ? 'Compare with the key it presents now' : 'Read the server’s key'}
          </ActButton>
        )}
      </div>
    </div>
  )
}
