'use client'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { toast } from 'sonner'
import { revertVariables } from '@/app/actions/variables.ts'
import type { VariableSetView } from '@/lib/api/shapes.ts'
import { ActButton } from '../form/act-button.tsx'
import { StatusBadge } from '../status-badge.tsx'
import { buttonStyle, cardStyle } from '../style.ts'
import { RelativeTime } from '../time.tsx'
import { NameChanges } from './name-changes.tsx'

/** `sets` are one page, newest first, and not the first page if it `isOlder`; `newest`: the number of the set that bringing another back is based on, null = nobody may. */
type HistoryProps = { environmentId: string; sets: VariableSetView[]; isOlder: boolean; newest: number | null }

/** Who changed what, and when: names, never values. */
export function VariablesHistory({ environmentId, sets, isOlder, newest }: HistoryProps) {
  const router = useRouter()
  const last = sets.at(-1)
  if (!last) return null
  return (
    <section aria-labelledby="sets" className="mt-6">
      <h2 id="sets" className="mb-2 font-semibold">
        History
      </h2>
      <ol className={`${cardStyle} divide-y`}>
        {sets.map((set) => (
          <li key={set.number} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2">
            <span className="figures w-14 font-medium">Set {set.number}</span>
            {set.isLive && <StatusBadge status="active" word="Live" />}
            <span className="text-ink-soft">
              {set.createdBy}, <RelativeTime at={set.createdAt} />
              {set.releases.length > 0 &&
                ` · ${set.releases.length === 1 ? 'release' : 'releases'} ${set.releases.join(', ')}`}
            </span>
            <span className="min-w-0 flex-1 basis-60">
              {!set.isReadable ? (
                <span className="text-bad">This panel’s key does not open it.</span>
              ) : set.difference ? (
                <NameChanges changes={set.difference} none="Nothing but comments, order or what is secret" />
              ) : (
                <span className="text-ink-soft">
                  {set.names.length} {set.names.length === 1 ? 'variable' : 'variables'}
                </span>
              )}
            </span>
            {newest !== null && set.number !== newest && set.isReadable && (
              <ActButton
                kind="quiet"
                label={`Bring set ${set.number} back`}
                busyText="Saving…"
                act={() => revertVariables({ environmentId, number: set.number, basedOn: newest })}
                done={(saved) => {
                  toast.success(`Set ${set.number} is back as set ${saved.number}.`)
                  router.refresh()
                }}
              >
                Bring back
              </ActButton>
            )}
          </li>
        ))}
      </ol>
      <HistoryPages environmentId={environmentId} isOlder={isOlder} oldest={last.number} />
    </section>
  )
}

/** The way to older sets, which begin with number 1, and back to the newest; nothing where there is only one page. */
function HistoryPages({ environmentId, isOlder, oldest }: { environmentId: string; isOlder: boolean; oldest: number }) {
  if (!isOlder && oldest === 1) return null
  const address = `/environments/${environmentId}?tab=variables`
  return (
    <nav aria-label="Pages of the history" className="mt-3 flex gap-2">
      {isOlder && (
        <Link href={`${address}#sets`} className={buttonStyle.plain}>
          Newest
        </Link>
      )}
      {oldest > 1 && (
        <Link href={`${address}&before=${oldest}#sets`} className={buttonStyle.plain}>
          Older
        </Link>
      )}
    </nav>
  )
}
