'use client'
import { useRouter } from 'next/navigation'
import { removeFreeze } from '@/app/actions/freezes.ts'
import type { ProjectView } from '@/lib/api/shapes.ts'
import type { FreezeView } from '@/lib/api/shapes-freezes.ts'
import { ConfirmButton } from '../form/confirm-button.tsx'
import { StatusBadge } from '../status-badge.tsx'
import { cardStyle } from '../style.ts'
import { RelativeTime } from '../time.tsx'
import { FreezeForm } from './freeze-form.tsx'
import { Window } from './window.tsx'

/** Times in which nothing is deployed. */
export function Freezes({ project, freezes }: { project: ProjectView; freezes: FreezeView[] }) {
  const router = useRouter()
  return (
    <div className="grid gap-6">
      <section className={cardStyle} aria-label="Freezes">
        {freezes.length === 0 && (
          <p className="px-4 py-3 text-ink-soft">
            A freeze is a time in which nothing is deployed, such as a holiday or every weekend: pushes wait until it is
            over, people are told why. There is none.
          </p>
        )}
        <ul className="divide-y empty:hidden">
          {freezes.map((freeze) => (
            <li key={freeze.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
              <div className="min-w-0 flex-1 basis-64">
                <p className="flex flex-wrap items-center gap-2 break-words">
                  <span className="min-w-0">{freeze.reason}</span>
                  {freeze.until && <StatusBadge status="frozen" />}
                </p>
                <p className="break-words text-xs text-ink-soft">
                  <Window window={freeze.window} />, in {freeze.environment ?? 'all environments'}
                  {freeze.until && (
                    <>
                      , ends <RelativeTime at={freeze.until} />
                    </>
                  )}
                </p>
              </div>
              {project.can.configure && (
                <ConfirmButton word="Remove" act={() => removeFreeze({ id: freeze.id })} done={() => router.refresh()}>
                  “{freeze.reason}” holds nothing back any more, in {freeze.environment ?? 'all environments'} of{' '}
                  {project.name}. What waits for it is deployed.
                </ConfirmButton>
              )}
            </li>
          ))}
        </ul>
      </section>
      {project.can.configure && <FreezeForm key={freezes.length} project={project} />}
    </div>
  )
}
