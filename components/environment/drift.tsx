import { isRepairable, type DriftView } from '@/lib/api/shapes-drift.ts'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import { StatusBadge } from '../status-badge.tsx'
import { cardStyle } from '../style.ts'
import { RelativeTime } from '../time.tsx'
import { LookButton, RepairAllButton, SyncButton } from './drift-buttons.tsx'

/** What differs on servers from what was deployed to them, and the way back; nothing before something is live. */
export function Drift({ environment, drift }: { environment: EnvironmentView; drift: DriftView[] }) {
  const { live, running, hold, can } = environment
  if (!live) return null
  const canAct = can.deploy && !running && !hold
  const wrong = drift.filter(isRepairable)
  return (
    <section className={`${cardStyle} mt-4 grid gap-4 p-4`} aria-labelledby="drift">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 id="drift" className="font-semibold">
          As it was deployed?
        </h2>
        <div className="flex flex-wrap gap-2">
          {canAct && wrong.length > 1 && <RepairAllButton environmentId={environment.id} count={wrong.length} />}
          {can.deploy && !running && <LookButton environmentId={environment.id} />}
        </div>
      </div>
      <ul className="grid gap-4">
        {drift.map((one) => (
          <li key={one.targetId} className="grid gap-1">
            <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <h3 className="font-medium">{one.server}</h3>
              <StatusBadge {...verdictOf(one)} />
              {one.seenAt && (
                <span className="text-ink-soft">
                  seen <RelativeTime at={one.seenAt} />
                </span>
              )}
            </div>
            {one.drift?.verdict === 'unknown' && (
              <p className="break-words">{one.drift.why ?? 'The server could not be asked.'}</p>
            )}
            <Differences drift={one.drift} />
            {one.drift?.isForeign && (
              <p className="max-w-prose">
                Nothing is written there. Find out who else deploys to this folder; then take the server out and add it
                with another one, or remove <code className="font-mono text-xs">.fairlead/owner</code> there if the
                folder is yours.
              </p>
            )}
            {canAct && wrong.includes(one) && (
              <div>
                <SyncButton
                  environmentId={environment.id}
                  server={one}
                  text={one.lacks ? `Put release ${live.number} there` : 'Repair'}
                />
              </div>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Differences({ drift }: Pick<DriftView, 'drift'>) {
  if (!drift || drift.differences.length === 0) return null
  return (
    <ul className="list-disc pl-5 text-ink-soft">
      {drift.differences.map(({ message, files }) => (
        <li key={message} className="break-words">
          {message}
          {files.length > 0 && (
            <details>
              <summary>Which</summary>
              <ul className="font-mono text-xs">
                {files.map(({ path, change }) => (
                  <li key={path} className="break-all">
                    {path} ({changes[change]})
                  </li>
                ))}
              </ul>
            </details>
          )}
        </li>
      ))}
    </ul>
  )
}

const changes = {
  added: 'new',
  removed: 'gone',
  content: 'changed',
  mode: 'other permissions',
  link: 'another link',
  unreadable: 'can’t be read',
}

function verdictOf({ lacks, drift }: DriftView): { status: string; word: string } {
  if (drift?.isForeign) return { status: 'error', word: 'Somebody else’s folder' }
  if (lacks) return { status: 'warning', word: 'Lacks the live release' }
  if (!drift) return { status: 'unknown', word: 'Not looked at yet' }
  if (drift.verdict === 'unknown') return { status: 'unknown', word: 'Could not be asked' }
  return drift.verdict === 'same' ? { status: 'ok', word: 'As deployed' } : { status: 'warning', word: 'Differs' }
}
