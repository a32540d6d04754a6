'use client'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { applyVariables } from '@/app/actions/variables.ts'
import type { EnvironmentView, VariablesView } from '@/lib/api/shapes.ts'
import { ActButton } from '../form/act-button.tsx'
import { linkStyle } from '../style.ts'
import { NameChanges } from './name-changes.tsx'

/** The saved set against the one that is live, and the way to make them one. Nothing when they are. */
export function VariablesApply({ environment, saved }: { environment: EnvironmentView; saved: VariablesView }) {
  const router = useRouter()
  const { live } = saved
  if (!live || live.number === saved.number) return null
  return (
    <section
      aria-label="Draft"
      className="mb-4 grid gap-2 rounded-one border border-warn/40 bg-warn-soft p-3 sm:grid-cols-[minmax(0,1fr)_auto] sm:items-center"
    >
      <div className="grid gap-1">
        <p>
          <strong>Set {saved.number} is a draft.</strong> The live release has{' '}
          {live.number === null ? 'no variables of Fairlead' : `set ${live.number}`}. The next deployment brings this
          one along, or it is applied now, between the hooks <code>config/before-change</code> and{' '}
          <code>config/after-change</code>.
        </p>
        <NameChanges changes={live} none="By name nothing differs" />
      </div>
      {!environment.running && (
        <div className="flex flex-wrap items-center gap-3">
          <Link className={linkStyle} href={`/environments/${environment.id}/preview?variables=${saved.number}`}>
            Preview plan
          </Link>
          <ActButton
            kind="primary"
            busyText="Applying…"
            act={() => applyVariables({ environmentId: environment.id, number: saved.number })}
            done={(deployment) => router.push(`/deployments/${deployment.id}`)}
          >
            Apply now
          </ActButton>
        </div>
      )}
    </section>
  )
}
