'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { toast } from 'sonner'
import { addFreeze } from '@/app/actions/freezes.ts'
import type { ProjectView } from '@/lib/api/shapes.ts'
import type { FreezeWindow } from '@/lib/spec/freeze.ts'
import { Field, SelectField } from '../form/field.tsx'
import { Form, SubmitButton } from '../form/form.tsx'
import { useOwnZone } from '../own-zone.ts'
import { cardStyle } from '../style.ts'
import { days } from './window.tsx'

type Kind = FreezeWindow['kind']

export function FreezeForm({ project }: { project: ProjectView }) {
  const router = useRouter()
  const [kind, setKind] = useState<Kind>('once')
  return (
    <section className={`${cardStyle} grid gap-3 p-5`}>
      <h2 className="font-semibold">Add a freeze</h2>
      <Form
        label="Add a freeze"
        act={addFreeze}
        read={(data) => ({
          projectId: project.id,
          environmentId: String(data.get('environmentId')),
          reason: String(data.get('reason')),
          window: readWindow(kind, data),
        })}
        done={() => {
          toast.success('Added. It holds for every deployment that is asked for from now on.')
          router.refresh()
        }}
      >
        <div className="grid gap-4 sm:grid-cols-2">
          <Field name="reason" label="Why" placeholder="Nobody is here over the holidays" maxLength={200} required />
          <SelectField name="environmentId" label="Where" defaultValue="">
            <option value="">all environments of {project.name}</option>
            {project.environments.map(({ id, name }) => (
              <option key={id} value={id}>
                only in {name}
              </option>
            ))}
          </SelectField>
          <SelectField
            name="kind"
            label="How often"
            value={kind}
            onChange={(event) => setKind(event.target.value as Kind)}
          >
            <option value="once">once</option>
            <option value="weekly">every week</option>
          </SelectField>
        </div>
        <div className="grid gap-4 sm:grid-cols-2">
          {kind === 'once' ? (
            <>
              <Field name="window.from" label="From" type="datetime-local" hint="In your time." required />
              <Field name="window.until" label="Until" type="datetime-local" hint="In your time." required />
            </>
          ) : (
            <WeeklyFields />
          )}
        </div>
        <div>
          <SubmitButton busyText="Adding…">Add the freeze</SubmitButton>
        </div>
      </Form>
    </section>
  )
}

function WeeklyFields() {
  const zone = useOwnZone()
  return (
    <>
      <SelectField name="window.day" label="Day" defaultValue="5">
        {days.map((day, at) => (
          <option key={day} value={at}>
            {day}
          </option>
        ))}
      </SelectField>
      <Field name="window.at" label="From" type="time" defaultValue="16:00" required />
      <Field
        name="window.hours"
        label="For … hours"
        type="number"
        min={1}
        max={167}
        defaultValue={64}
        hint="64 hours from Friday, 16:00, end on Monday at 8:00."
      />
      <Field
        name="window.timeZone"
        label="Time zone"
        defaultValue={zone}
        autoComplete="off"
        autoCapitalize="none"
        hint="Such as Europe/Berlin."
      />
    </>
  )
}

function readWindow(kind: Kind, data: FormData): FreezeWindow {
  const text = (name: string): string => String(data.get(`window.${name}`))
  if (kind === 'once') return { kind, from: moment(text('from')), until: moment(text('until')) }
  const [day, hours] = [Number(text('day')), Number(text('hours'))]
  return { kind, day, at: text('at'), hours, timeZone: text('timeZone') }
}

/** What is empty stays so, and is complained of at its field. */
function moment(local: string): string {
  return local && new Date(local).toISOString()
}
