'use client'
import { useRouter } from 'next/navigation'
import { useId } from 'react'
import { toast } from 'sonner'
import { addSchedule, updateSchedule } from '@/app/actions/schedules.ts'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import type { ScheduleView } from '@/lib/api/shapes-schedules.ts'
import { Field } from '../form/field.tsx'
import { Form, SubmitButton } from '../form/form.tsx'
import { useOwnZone } from '../own-zone.ts'

type ScheduleFormProps = { environment: EnvironmentView; schedule?: ScheduleView }

/** Changes `schedule`, or adds one. */
export function ScheduleForm({ environment, schedule }: ScheduleFormProps) {
  const router = useRouter()
  const ownZone = useOwnZone()
  const zone = schedule?.timeZone ?? ownZone
  const onlyNewHint = useId()
  return (
    <Form
      label={schedule ? `Change ${schedule.cron}` : 'Add a schedule'}
      act={(fields: ReturnType<typeof readFields>) =>
        schedule
          ? updateSchedule({ id: schedule.id, ...fields })
          : addSchedule({ environmentId: environment.id, ...fields })
      }
      read={readFields}
      done={() => {
        if (schedule) toast.success('Saved. Its next time is shown beside it.')
        router.refresh()
      }}
    >
      <div className="grid gap-4 sm:grid-cols-3">
        <Field
          name="cron"
          label="When"
          defaultValue={schedule?.cron}
          placeholder="30 3 * * 1-5"
          autoComplete="off"
          className="font-mono"
          hint="Minute, hour, day, month, day of the week: 30 3 * * 1-5 is 3:30 from Monday to Friday."
          required
        />
        <Field
          key={zone}
          name="timeZone"
          label="Time zone"
          defaultValue={zone}
          autoComplete="off"
          autoCapitalize="none"
          hint="Such as Europe/Berlin."
          required
        />
        <Field
          name="ref"
          label="Branch, tag or commit"
          defaultValue={schedule?.ref ?? ''}
          placeholder={environment.branch}
          autoComplete="off"
          autoCapitalize="none"
          hint={`Empty: ${environment.branch}.`}
        />
      </div>
      <div className="grid gap-1">
        <label className="flex min-h-6 items-center gap-2 pointer-coarse:min-h-11">
          <input
            type="checkbox"
            name="onlyNew"
            defaultChecked={schedule?.onlyNew ?? true}
            aria-describedby={onlyNewHint}
            className="accent-(--accent)"
          />
          Only when its commit is new there
        </label>
        <p id={onlyNewHint} className="text-ink-soft">
          Without this its commit is deployed each time, also in place of something newer that somebody has deployed by
          hand.
        </p>
      </div>
      <div>
        <SubmitButton kind="plain" busyText={schedule ? 'Saving…' : 'Adding…'}>
          {schedule ? 'Save the schedule' : 'Add the schedule'}
        </SubmitButton>
      </div>
    </Form>
  )
}

function readFields(data: FormData) {
  const text = (name: string): string => String(data.get(name))
  return { cron: text('cron'), timeZone: text('timeZone'), ref: text('ref'), onlyNew: data.get('onlyNew') === 'on' }
}
