'use client'
import type { ReactNode } from 'react'
import type { ServerView } from '@/lib/api/shapes.ts'
import { CopyLine } from '../copy-button.tsx'
import { StatusMark } from '../status-badge.tsx'
import { cardStyle } from '../style.ts'
import { CheckList } from './check-list.tsx'
import { HostKey } from './host-key.tsx'

/** What makes a server ready, in order: is it the right one, may we in, has it what deployments need. */
export function ServerSteps({ server }: { server: ServerView }) {
  const isIn = server.check?.lines.some(({ id, verdict }) => id === 'key' && verdict === 'ok') ?? false
  const command = (
    <>
      <p>
        Run this one command on the server, as the user <code className="font-mono text-xs">{server.user}</code>. It
        adds the key that the panel made for this server alone.
      </p>
      <CopyLine text={server.authorizeCommand} label="Copy the command" />
    </>
  )
  return (
    <div className="grid gap-4">
      <Part title="Is it the right server?" status={server.fingerprint ? 'ok' : 'waiting'}>
        <HostKey server={server} />
      </Part>
      <Part title="Let the panel in" status={isIn ? 'ok' : 'waiting'}>
        {isIn ? (
          <details>
            <summary className="w-fit text-ink-soft hover:text-ink">
              The server takes the panel’s key. The command that let it in
            </summary>
            <div className="mt-3 grid gap-3">{command}</div>
          </details>
        ) : (
          command
        )}
      </Part>
      <Part title="Has it what deployments need?" status={server.check?.verdict ?? 'waiting'}>
        {server.fingerprint ? (
          <CheckList id={server.id} report={server.check} />
        ) : (
          <p className="text-ink-soft">The check needs the key to be confirmed first.</p>
        )}
      </Part>
    </div>
  )
}

function Part({ title, status, children }: { title: string; status: string; children: ReactNode }) {
  return (
    <section className={`${cardStyle} grid gap-3 p-4`}>
      <h2 className="flex items-center gap-2 font-semibold">
        <StatusMark status={status} /> {title}
      </h2>
      {children}
    </section>
  )
}
