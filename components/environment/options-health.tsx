'use client'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import { Field, SelectField } from '../form/field.tsx'

type HealthCheck = NonNullable<EnvironmentView['options']['healthCheck']>

const at = (field: keyof HealthCheck): string => `options.healthCheck.${field}`
/** What the panel takes when nothing is said; Amezmo's status. */
const usual = { status: 200, contains: '', tries: 5, pauseSeconds: 3, timeoutSeconds: 10, onFailure: 'notify' } as const

/** An address that is asked from the server after the switch; an empty one asks nothing. */
export function HealthFields({ check }: { check: HealthCheck | null }) {
  const { status, contains, tries, pauseSeconds, timeoutSeconds, onFailure } = check ?? usual
  return (
    <fieldset className="grid gap-3">
      <legend className="mb-2 font-semibold">Health check</legend>
      <div className="grid gap-3 sm:grid-cols-2">
        <Field
          name={at('url')}
          label="Address"
          type="url"
          defaultValue={check?.url ?? ''}
          placeholder="https://shop.example/up"
          hint="Asked from the server after the switch; empty asks nothing."
        />
        <SelectField name={at('onFailure')} label="When it does not pass" defaultValue={onFailure}>
          <option value="notify">only show it</option>
          <option value="rollback">put the release before back</option>
        </SelectField>
      </div>
      <Field
        name={at('contains')}
        label="What the answer has to hold"
        defaultValue={contains}
        maxLength={500}
        placeholder="{commit}"
        hint="Empty: whatever it says. {commit} and {release} are those that should be served: so it shows when PHP still serves the release before."
      />
      <div className="grid grid-cols-2 gap-3 sm:grid-cols-4">
        <Field name={at('status')} label="Status that passes" type="number" min={100} max={599} defaultValue={status} />
        <Field name={at('tries')} label="Tries" type="number" min={1} max={60} defaultValue={tries} />
        <Field
          name={at('pauseSeconds')}
          label="Pause (seconds)"
          type="number"
          min={0}
          max={60}
          defaultValue={pauseSeconds}
        />
        <Field
          name={at('timeoutSeconds')}
          label="Limit (seconds)"
          type="number"
          min={1}
          max={60}
          defaultValue={timeoutSeconds}
        />
      </div>
    </fieldset>
  )
}

export function readHealthCheck(data: FormData): HealthCheck | null {
  const url = String(data.get(at('url'))).trim()
  if (url === '') return null
  const number = (field: keyof HealthCheck): number => Number(data.get(at(field)))
  return {
    url,
    status: number('status'),
    contains: String(data.get(at('contains'))),
    tries: number('tries'),
    pauseSeconds: number('pauseSeconds'),
    timeoutSeconds: number('timeoutSeconds'),
    onFailure: data.get(at('onFailure')) as HealthCheck['onFailure'],
  }
}
