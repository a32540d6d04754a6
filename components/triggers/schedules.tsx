'use client'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { removeSchedule } from '@/app/actions/schedules.ts'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import type { ScheduleView } from '@/lib/api/shapes-schedules.ts'
import { formatZoned } from '@/lib/format/time.ts'
import { ConfirmButton } from '../form/confirm-button.tsx'
import { cardStyle, linkStyle } from '../style.ts'
import { RelativeTime } from '../time.tsx'
import { ScheduleForm } from './schedule-form.tsx'

type SchedulesProps = { environment: EnvironmentView; schedules: ScheduleView[] }

/** Times at which an environment is deployed by itself. */
export function Schedules({ environment, schedules }: SchedulesProps) {
  const router = useRouter()
  return (
    <section className={`${cardStyle} grid gap-4 p-5`} aria-labelledby="schedules">
      <h2 id="schedules" className="font-semibold">
        Schedules
      </h2>
      {schedules.length === 0 && (
        <p className="text-ink-soft">Deploys at fixed times, such as every night. There is none.</p>
      )}
      <ul className="divide-y empty:hidden">
        {schedules.map((schedule) => (
          <li key={schedule.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 py-2.5 first:pt-0">
            <div className="min-w-0 flex-1 basis-64">
              <p className="break-words">
                <code className="font-mono text-xs">{schedule.cron}</code> ({schedule.timeZone}):{' '}
                {schedule.ref ?? environment.branch}
                {schedule.onlyNew && ', when there is something new'}
              </p>
              <p className="break-words text-xs text-ink-soft">
                Next time <RelativeTime at={schedule.nextAt} />,{' '}
                {formatZoned(Date.parse(schedule.nextAt), schedule.timeZone)}. <Last last={schedule.last} />
              </p>
            </div>
            {environment.can.configure && (
              <ConfirmButton
                word="Remove"
                act={() => removeSchedule({ id: schedule.id })}
                done={() => router.refresh()}
              >
                {environment.name} is not deployed at <code className="font-mono text-xs">{schedule.cron}</code> any
                more.
              </ConfirmButton>
            )}
            {environment.can.configure && (
              <details className="basis-full">
                <summary aria-label={`Change ${schedule.cron}`} className="w-fit rounded text-ink-soft hover:text-ink">
                  Change
                </summary>
                <div className="mt-3">
                  <ScheduleForm environment={environment} schedule={schedule} />
                </div>
              </details>
            )}
          </li>
        ))}
      </ul>
      {environment.can.configure && (
        <div className={schedules.length > 0 ? 'grid gap-3 border-t pt-4' : 'contents'}>
          {schedules.length > 0 && <h3 className="font-medium">Another schedule</h3>}
          <ScheduleForm key={schedules.length} environment={environment} />
        </div>
      )}
    </section>
  )
}

function Last({ last }: { last: ScheduleView['last'] }) {
  if (!last) return null
  return (
    <>
      Last time <RelativeTime at={last.at} />:{' '}
      {last.deploymentId ? (
        <Link href={`/deployments/${last.deploymentId}`} className={linkStyle}>
          {last.words}
        </Link>
      ) : (
        last.words
      )}
    </>
  )
}
