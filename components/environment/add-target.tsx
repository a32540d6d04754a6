'use client'
import { useRouter } from 'next/navigation'
import { toast } from 'sonner'
import { addEnvironmentServer } from '@/app/actions/environments.ts'
import type { EnvironmentView, ServerChoice } from '@/lib/api/shapes.ts'
import { Field, SelectField } from '../form/field.tsx'
import { Form, SubmitButton } from '../form/form.tsx'
import { cardStyle } from '../style.ts'

/** Puts the environment on one more server. */
export function AddTarget({ environment, choices }: { environment: EnvironmentView; choices: ServerChoice[] }) {
  const router = useRouter()
  const { id: environmentId, targets } = environment
  return (
    <details className={`${cardStyle} p-4`}>
      <summary className="w-fit rounded font-semibold">Add a server</summary>
      <p className="mt-2 text-ink-soft">
        The next deployment brings everything along. A deployment is complete on every server before the first one
        changes; hooks run on each of them unless they say otherwise.
      </p>
      <Form
        key={targets.length}
        className="mt-3 grid gap-4"
        label="Add a server"
        act={addEnvironmentServer}
        read={(data) => ({
          environmentId,
          serverId: String(data.get('serverId')),
          root: String(data.get('root')),
          adopt: data.get('adopt') === 'on',
        })}
        done={() => {
          toast.success('Added. The next deployment brings everything along.')
          router.refresh()
        }}
      >
        <div className="grid gap-4 sm:grid-cols-2">
          <SelectField name="serverId" label="Server">
            {choices.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </SelectField>
          <Field
            name="root"
            label="Folder on the server"
            defaultValue={targets[0]?.root ?? '/webroot'}
            autoComplete="off"
            autoCapitalize="none"
            className="font-mono text-xs"
            required
          />
        </div>
        <label className="flex items-center gap-2">
          <input type="checkbox" name="adopt" className="accent-(--accent)" />
          Take over a “current” that another tool made there
        </label>
        <div>
          <SubmitButton busyText="Adding…">Add the server</SubmitButton>
        </div>
      </Form>
    </details>
  )
}
