import type { DriftView } from '@/lib/api/shapes-drift.ts'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import { cardStyle } from '../style.ts'
import { RelativeTime } from '../time.tsx'
import { LookButton, SyncButton } from './drift-buttons.tsx'

/** What differs on servers from what was deployed to them, and the way back; nothing before something is live. */
export function Drift({ environment, drift }: { environment: EnvironmentView; drift: DriftView[] }) {
  const { live, running, hold, can } = environment
  if (!live) return null
  const canAct = can.deploy && !running && !hold
  return (
    <section className={`${cardStyle} mt-4 grid gap-4 p-4`} aria-labelledby="drift">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 id="drift" className="font-semibold">
          As it was deployed?
        </h2>
        {can.deploy && !running && <LookButton environmentId={environment.id} />}
      </div>
      <ul className="grid gap-4">
        {drift.map((one) => (
          <li key={one.targetId} className="grid gap-1">
            <h3 className="font-medium">
              {one.server}
              <span className="font-normal text-ink-soft">: {verdictOf(one)}</span>
              {one.seenAt && (
                <span className="font-normal text-ink-soft">
                  , seen <RelativeTime at={one.seenAt} />
                </span>
              )}
            </h3>
            <Differences drift={one.drift} />
            {canAct && (one.lacks || isDifferent(one)) && (
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

function isDifferent({ drift }: DriftView): boolean {
  return drift?.differences.some(({ level }) => level === 'difference') === true
}

function verdictOf({ lacks, drift }: DriftView): string {
  if (lacks) return 'the live release is not live there'
  if (!drift) return 'not looked at yet'
  if (drift.verdict === 'unknown') return `not known, ${drift.why ?? 'the server could not be asked.'}`
  return drift.verdict === 'same' ? 'yes' : 'no'
}
