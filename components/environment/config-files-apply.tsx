'use client'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { applyConfigFiles } from '@/app/actions/files.ts'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import type { ConfigFileView } from '@/lib/api/shapes-files.ts'
import { ActButton } from '../form/act-button.tsx'
import { linkStyle } from '../style.ts'

/** Files that the live release doesn't have yet, and the way to give them to it. Nothing when it has them all. */
export function ConfigFilesApply({ environment, files }: { environment: EnvironmentView; files: ConfigFileView[] }) {
  const router = useRouter()
  const drafts = files.filter(({ isLive }) => !isLive)
  if (!environment.live || drafts.length === 0) return null
  return (
    <section
      aria-label="Files that are not live"
      className="mb-3 grid gap-2 rounded-one border border-warn/40 bg-warn-soft p-3 sm:grid-cols-[minmax(0,1fr)_auto] sm:items-center"
    >
      <p>
        <strong>{drafts.length === 1 ? '1 file is' : `${drafts.length} files are`} not live.</strong> The next
        deployment brings {drafts.length === 1 ? 'it' : 'them'} along, or the live release gets{' '}
        {drafts.length === 1 ? 'it' : 'them'} now, between the hooks <code>config/before-change</code> and{' '}
        <code>config/after-change</code>.
      </p>
      {environment.can.deploy && !environment.running && (
        <div className="flex flex-wrap items-center gap-3">
          <Link className={linkStyle} href={`/environments/${environment.id}/preview?files=newest`}>
            Preview plan
          </Link>
          <ActButton
            kind="primary"
            busyText="Applying…"
            act={() => applyConfigFiles({ environmentId: environment.id })}
            done={(deployment) => router.push(`/deployments/${deployment.id}`)}
          >
            Apply files now
          </ActButton>
        </div>
      )}
    </section>
  )
}
