'use client'
import { useRouter } from 'next/navigation'
import { holdEnvironment } from '@/app/actions/holds.ts'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import { Field } from '../form/field.tsx'
import { Form, SubmitButton } from '../form/form.tsx'
import { cardStyle } from '../style.ts'

/** Maintenance: a reason that everybody reads who would deploy, and an end if it is known. */
export function HoldForm({ environment }: { environment: EnvironmentView }) {
  const router = useRouter()
  return (
    <section className={`${cardStyle} grid gap-3 p-5`}>
      <h2 className="font-semibold">Maintenance</h2>
      <p className="text-ink-soft">
        Every request for a deployment is refused with this reason. What is queued or under way goes on, and an admin
        can still roll back.
      </p>
      <Form
        label="Maintenance"
        act={holdEnvironment}
        read={(data) => {
          const until = String(data.get('until'))
          return {
            environmentId: environment.id,
            reason: String(data.get('reason')),
            until: until && new Date(until).toISOString(),
          }
        }}
        done={() => router.refresh()}
      >
        <div className="grid gap-4 sm:grid-cols-2">
          <Field name="reason" label="Why" defaultValue={environment.hold?.reason} maxLength={200} required />
          <Field
            name="until"
            label="Until"
            type="datetime-local"
            hint="In your time. Left empty, until it is lifted."
          />
        </div>
        <div>
          <SubmitButton busyText="Holding…">{environment.hold ? 'Change it' : 'Hold this environment'}</SubmitButton>
        </div>
      </Form>
    </section>
  )
}
