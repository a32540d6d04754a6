'use client'
import { useRouter } from 'next/navigation'
import { cloneEnvironment } from '@/app/actions/releases.ts'
import type { EnvironmentView, ServerChoice } from '@/lib/api/shapes.ts'
import { Field } from '../form/field.tsx'
import { Form, SubmitButton } from '../form/form.tsx'
import { PlaceFields, readPlaces } from './place-fields.tsx'

type CloneFormProps = { environment: EnvironmentView; servers: ServerChoice[] }

/** Another environment like this one; only its name and its place have to be said. */
export function CloneForm({ environment, servers }: CloneFormProps) {
  const router = useRouter()
  const { id: environmentId, branch, targets } = environment
  return (
    <Form
      label="Clone the environment"
      act={cloneEnvironment}
      read={(data) => ({
        environmentId,
        name: String(data.get('name')),
        branch: String(data.get('branch')),
        servers: readPlaces(data, false),
        variables: data.get('variables') === 'on',
      })}
      done={({ id }) => router.push(`/environments/${id}`)}
    >
      <Field name="name" label="Name" autoComplete="off" required />
      <Field
        name="branch"
        label="Branch"
        defaultValue={branch}
        autoComplete="off"
        autoCapitalize="none"
        className="font-mono text-xs"
        required
      />
      <PlaceFields
        servers={servers}
        first={targets.map(({ serverId }) => serverId)}
        root=""
        hint="A folder of its own: no two environments share one."
      />
      <label className="flex items-start gap-2">
        <input type="checkbox" name="variables" className="mt-1 accent-(--accent)" />
        <span>
          Take variables and files along
          <span className="block text-ink-soft">
            Secrets, too. Without them the new environment starts with none, so that nothing of the old one is reached.
            Files elsewhere on the server stay with the old one where both are on one server.
          </span>
        </span>
      </label>
      <div>
        <SubmitButton busyText="Making it…">Make the environment</SubmitButton>
      </div>
    </Form>
  )
}
