'use client'
// Said above every part of an environment whose servers differ: which ones, what they have, and the way to make them one again.
import { useRouter } from 'next/navigation'
import { activateRelease } from '@/app/actions/deployments.ts'
import type { EnvironmentView, TargetView } from '@/lib/api/shapes.ts'
import { differing, whatIsThere } from '@/lib/format/servers-differ.ts'
import { ActButton } from '../form/act-button.tsx'
import { StatusMark } from '../status-badge.tsx'
import { cardStyle } from '../style.ts'
import { RelativeTime } from '../time.tsx'

export function FleetNotice({ environment }: { environment: EnvironmentView }) {
  const router = useRouter()
  const { id: environmentId, live, targets, running, hold, can } = environment
  const others = differing(targets, live?.number ?? null)
  // While servers change, they differ: the deployment's own page says how far it is.
  if (others.length === 0 || running) return null
  const names = others.length === 1 ? others[0]!.server : `${others.length} servers`
  return (
    <section
      aria-label="Servers that differ"
      className={`${cardStyle} mb-4 flex flex-wrap items-center gap-3 border-warn/40 bg-warn-soft p-4`}
    >
      <div className="min-w-0 flex-1 basis-60">
        <p className="font-semibold">
          {live && targets.length > 1
            ? `Release ${live.number} is on ${targets.length - others.length} of ${targets.length} servers`
            : 'Nobody knows what is live'}
        </p>
        <ul className="mt-1 grid gap-0.5">
          {others.map((target) => (
            <li key={target.id} className="flex min-w-0 items-center gap-2">
              <StatusMark status={target.unknownSince === null ? 'warning' : 'unknown'} />
              <span className="min-w-0 break-words">
                <TargetStanding target={target} withName />
              </span>
            </li>
          ))}
        </ul>
      </div>
      {live && can.deploy && !hold && (
        <ActButton
          kind="primary"
          label={`Put release ${live.number} on ${names}`}
          busyText="Starting…"
          act={() => activateRelease({ environmentId, number: live.number, onlyOutdated: targets.length > 1 })}
          done={(deployment) => router.push(`/deployments/${deployment.id}`)}
        >
          <span className="truncate">
            Put release {live.number} on {names}
          </span>
        </ActButton>
      )}
    </section>
  )
}

/** `web-3 has release 11`, `web-3: unknown since 5 min ago, given up by Anna`. */
export function TargetStanding({ target, withName = false }: { target: TargetView; withName?: boolean }) {
  const { server, unknownSince, unknownWhy } = target
  if (unknownSince === null) return `${withName ? `${server} ` : ''}${whatIsThere(target)}`
  return (
    <>
      {withName ? `${server}: unknown` : 'Unknown'} since <RelativeTime at={unknownSince} />
      {unknownWhy && `, ${unknownWhy}`}
    </>
  )
}
