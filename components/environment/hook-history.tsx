'use client'
// What a hook was: its revisions, newest first, each to look at and to bring back.
import { useState } from 'react'
import { listHookRevisions, revertHook } from '@/app/actions/hooks.ts'
import type { HookRevisionView } from '@/lib/api/shapes-hooks.ts'
import type { EnvironmentView, HookView } from '@/lib/api/shapes.ts'
import type { LifecycleEvent } from '@/lib/deploy/types.ts'
import { ActButton } from '../form/act-button.tsx'
import { buttonStyle } from '../style.ts'
import { RelativeTime } from '../time.tsx'
import { placeWords } from './hook-place.tsx'

type HookHistoryProps = {
  environmentId: string
  event: LifecycleEvent
  targets: EnvironmentView['targets']
  /** Number of the revision that stands; null = none does. */
  current: number | null
  /** What follows when one was brought back; left out for those who may not. */
  reverted?: (hook: HookView) => void
}

export function HookHistory({ environmentId, event, targets, current, reverted }: HookHistoryProps) {
  const [revisions, setRevisions] = useState<HookRevisionView[] | null>(null)
  if (!revisions)
    return (
      <ActButton
        kind="quiet"
        act={() => listHookRevisions({ environmentId, event })}
        done={setRevisions}
        busyText="Reading…"
      >
        Show the history
      </ActButton>
    )
  if (revisions.length === 0) return <p className="text-ink-soft">Nothing was ever written here.</p>
  return (
    <ol aria-label={`Revisions of ${event}`} className="grid w-full gap-1">
      {revisions.map((revision) => (
        <li key={revision.number} className="rounded-one border px-3 py-1.5">
          <Revision revision={revision} targets={targets} isCurrent={revision.number === current}>
            {reverted && revision.text !== null && revision.number !== current && (
              <ActButton
                act={() => revertHook({ environmentId, event, number: revision.number, basedOn: current })}
                done={reverted}
                busyText="Bringing back…"
                label={`Bring back revision ${revision.number}`}
              >
                Bring back
              </ActButton>
            )}
          </Revision>
        </li>
      ))}
    </ol>
  )
}

function Revision({
  revision: { number, text, place, createdBy, createdAt },
  targets,
  isCurrent,
  children,
}: {
  revision: HookRevisionView
  targets: EnvironmentView['targets']
  isCurrent: boolean
  children: React.ReactNode
}) {
  const [isOpen, setOpen] = useState(false)
  const where = text === null ? null : placeWords(place, targets)
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="figures font-medium">Revision {number}</span>
        <span className="min-w-0 flex-1 basis-44 text-ink-soft">
          {text === null ? 'removed' : 'written'} by {createdBy}, <RelativeTime at={createdAt} />
          {isCurrent && ', runs now'}
          {where && `, ${where}`}
        </span>
        {text !== null && (
          <button
            type="button"
            className={buttonStyle.quiet}
            aria-expanded={isOpen}
            aria-label={`${isOpen ? 'Hide' : 'Show'} revision ${number}`}
            onClick={() => setOpen(!isOpen)}
          >
            {isOpen ? 'Hide' : 'Show'}
          </button>
        )}
        {children}
      </div>
      {isOpen && (
        <pre tabIndex={0} className="mt-1 max-h-80 overflow-auto rounded-one bg-sunken p-2 font-mono text-xs leading-5">
          {text}
        </pre>
      )}
    </>
  )
}
