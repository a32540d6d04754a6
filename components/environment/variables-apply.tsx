'use client'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { applyVariables } from '@/app/actions/variables.ts'
import type { EnvironmentView, VariablesView } from '@/lib/api/shapes.ts'
import { listed } from '@/lib/deploy/fleet-words.ts'
import { ActButton } from '../form/act-button.tsx'
import { linkStyle } from '../style.ts'
import { DeployServers } from './deploy-servers.tsx'
import { NameChanges } from './name-changes.tsx'

/** The saved set against the one that is live, and the way to make them one. Nothing when they are. */
export function VariablesApply({ environment, saved }: { environment: EnvironmentView; saved: VariablesView }) {
  const router = useRouter()
  const { live } = saved
  const { targets } = environment
  const isDraft = live?.number !== saved.number
  // What is live, but was applied to some of several servers alone: the others are who is left.
  const having = isDraft ? [] : targets.filter(({ id }) => live?.onlyOn?.includes(id))
  const left = targets.filter((target) => !having.includes(target)).map(({ id }) => id)
  const [servers, setServers] = useState<string[] | null>(having.length > 0 ? left : null)
  const only = servers ? { servers } : {}
  if (!live || (!isDraft && (having.length === 0 || left.length === 0))) return null
  // None chosen is not all of them: nothing is offered until one is.
  const isNone = servers?.length === 0
  return (
    <section
      aria-label="Draft"
      className="mb-4 grid gap-2 rounded-one border border-warn/40 bg-warn-soft p-3 sm:grid-cols-[minmax(0,1fr)_auto] sm:items-center"
    >
      <div className="grid gap-1">
        <p>
          {isDraft ? (
            <>
              <strong>Set {saved.number} is a draft.</strong> The live release has{' '}
              {live.number === null ? 'no variables of Fairlead' : `set ${live.number}`}.
            </>
          ) : (
            <>
              <strong>
                Set {saved.number} was applied to {listed(having.map(({ server }) => server))} alone.
              </strong>{' '}
              The others may have an earlier one.
            </>
          )}{' '}
          The next deployment brings this one along, or it is applied now, between the hooks{' '}
          <code>config/before-change</code> and <code>config/after-change</code>.
        </p>
        {isDraft && <NameChanges changes={live} none="By name nothing differs" />}
      </div>
      {!environment.running && !isNone && (
        <div className="flex flex-wrap items-center gap-3">
          <Link
            className={linkStyle}
            href={`/environments/${environment.id}/preview?variables=${saved.number}${servers ? `&servers=${servers.join()}` : ''}`}
          >
            Preview plan
          </Link>
          <ActButton
            kind="primary"
            busyText="Applying…"
            act={() => applyVariables({ environmentId: environment.id, number: saved.number, ...only })}
            done={(deployment) => router.push(`/deployments/${deployment.id}`)}
          >
            Apply now
          </ActButton>
        </div>
      )}
      {!environment.running && (
        <div className="sm:col-span-2">
          <DeployServers environment={environment} chosen={servers} onChoose={setServers} />
        </div>
      )}
    </section>
  )
}
