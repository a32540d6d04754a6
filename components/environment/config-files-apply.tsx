'use client'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { applyConfigFiles } from '@/app/actions/files.ts'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import type { ConfigFileView } from '@/lib/api/shapes-files.ts'
import { listed } from '@/lib/deploy/fleet-words.ts'
import { ActButton } from '../form/act-button.tsx'
import { linkStyle } from '../style.ts'
import { DeployServers } from './deploy-servers.tsx'

export function serverNames({ targets }: EnvironmentView, ids: string[]): string {
  return listed(targets.filter(({ id }) => ids.includes(id)).map(({ server }) => server))
}

/** Files that the live release doesn't have yet, and the way to give them to it. Nothing when it has them all. */
export function ConfigFilesApply({ environment, files }: { environment: EnvironmentView; files: ConfigFileView[] }) {
  const router = useRouter()
  const { targets } = environment
  const drafts = files.filter(({ isLive }) => !isLive)
  // What is live, but was applied to some of several servers alone: the others are who is left.
  const having = drafts.length > 0 ? [] : files.flatMap(({ onlyOn }) => onlyOn ?? [])
  const left = targets.map(({ id }) => id).filter((id) => !having.includes(id))
  const [servers, setServers] = useState<string[] | null>(having.length > 0 ? left : null)
  const only = servers ? { servers } : {}
  if (!environment.live || (drafts.length === 0 && (having.length === 0 || left.length === 0))) return null
  const them = drafts.length === 1 ? 'it' : 'them'
  // None chosen is not all of them: nothing is offered until one is.
  const isNone = servers?.length === 0
  return (
    <section
      aria-label="Files that are not live"
      className="mb-3 grid gap-2 rounded-one border border-warn/40 bg-warn-soft p-3 sm:grid-cols-[minmax(0,1fr)_auto] sm:items-center"
    >
      <p>
        {drafts.length > 0 ? (
          <strong>{drafts.length === 1 ? '1 file is' : `${drafts.length} files are`} not live.</strong>
        ) : (
          <>
            <strong>The newest files were applied to {serverNames(environment, having)} alone.</strong> The others may
            have earlier ones.
          </>
        )}{' '}
        The next deployment brings {them} along, or the live release gets {them} now, between the hooks{' '}
        <code>config/before-change</code> and <code>config/after-change</code>.
      </p>
      {environment.can.deploy && !environment.running && !isNone && (
        <div className="flex flex-wrap items-center gap-3">
          <Link
            className={linkStyle}
            href={`/environments/${environment.id}/preview?files=newest${servers ? `&servers=${servers.join()}` : ''}`}
          >
            Preview plan
          </Link>
          <ActButton
            kind="primary"
            busyText="Applying…"
            act={() => applyConfigFiles({ environmentId: environment.id, ...only })}
            done={(deployment) => router.push(`/deployments/${deployment.id}`)}
          >
            Apply files now
          </ActButton>
        </div>
      )}
      {environment.can.deploy && !environment.running && (
        <div className="sm:col-span-2">
          <DeployServers environment={environment} chosen={servers} onChoose={setServers} />
        </div>
      )}
    </section>
  )
}
