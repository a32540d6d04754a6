'use client'
import { useRouter } from 'next/navigation'
import { cloneEnvironment } from '@/app/actions/releases.ts'
import type { EnvironmentView, ServerChoice } from '@/lib/api/shapes.ts'
import { Field, SelectField } from '../form/field.tsx'
import { Form, SubmitButton } from '../form/form.tsx'

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
        servers: [
          { serverId: String(data.get('servers.0.serverId')), root: String(data.get('servers.0.root')), adopt: false },
        ],
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
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField name="servers.0.serverId" label="Server" defaultValue={targets[0]?.serverId}>
          {servers.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </SelectField>
        <Field
          name="servers.0.root"
          label="Folder on the server"
          hint="A folder of its own: no two environments share one."
          autoComplete="off"
          autoCapitalize="none"
          className="font-mono text-xs"
          required
        />
      </div>
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
