'use client'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { toast } from 'sonner'
import { removeEnvironment, updateEnvironment } from '@/app/actions/environments.ts'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import { ConfirmButton } from '../form/confirm-button.tsx'
import { Field, SelectField } from '../form/field.tsx'
import { Form, SubmitButton } from '../form/form.tsx'
import { buttonStyle, cardStyle } from '../style.ts'
import { HoldForm } from './hold-form.tsx'
import { OptionsForm, readersWord } from './options-form.tsx'
import { PermissionFields, readPermissions } from './permission-fields.tsx'

export function SettingsForm({ environment }: { environment: EnvironmentView }) {
  const router = useRouter()
  const canEdit = environment.can.configure
  return (
    <div className="grid gap-6">
      <div className={`${cardStyle} p-5`}>
        <Form
          label="Settings"
          onlyToRead={canEdit ? undefined : readersWord}
          act={updateEnvironment}
          read={(data) => ({
            id: environment.id,
            name: String(data.get('name')),
            branch: String(data.get('branch')),
            keep: Number(data.get('keep')),
            releaseNaming: data.get('releaseNaming') as EnvironmentView['releaseNaming'],
            repositoryHooks: data.get('repositoryHooks') === 'on',
            permissions: readPermissions(data),
            appType: String(data.get('appType')),
            appDomain: String(data.get('appDomain')),
          })}
          done={() => {
            toast.success('Saved. It counts from the next deployment on.')
            router.refresh()
          }}
        >
          <div className="grid gap-4 sm:grid-cols-2">
            <Field name="name" label="Name" defaultValue={environment.name} required />
            <Field name="branch" label="Branch" defaultValue={environment.branch} autoCapitalize="none" required />
            <Field
              name="keep"
              label="Releases to keep"
              type="number"
              min={2}
              max={100}
              defaultValue={environment.keep}
              hint="The live one and the one before always stay."
            />
            <SelectField name="releaseNaming" label="Names of releases" defaultValue={environment.releaseNaming}>
              <option value="sequence">By number: deployment_12.ab12cd3</option>
              <option value="time">By time: 2026-11-21T03:46:00.123456.ab12cd3</option>
            </SelectField>
            <div className="sm:col-span-2">
              <PermissionFields permissions={environment.permissions} />
            </div>
            <Field
              name="appType"
              label="Kind of application"
              defaultValue={environment.appType}
              autoCapitalize="none"
              hint="Hooks see it as a variable; may stay empty."
            />
            <Field
              name="appDomain"
              label="Domain"
              defaultValue={environment.appDomain}
              autoCapitalize="none"
              hint="Hooks see it as a variable; may stay empty."
            />
          </div>
          <label className="flex items-center gap-2">
            <input
              type="checkbox"
              name="repositoryHooks"
              defaultChecked={environment.repositoryHooks}
              className="accent-(--accent)"
            />
            Run the hooks that lie in the repository
          </label>
          <div>
            <SubmitButton busyText="Saving…">Save the settings</SubmitButton>
          </div>
        </Form>
      </div>
      <OptionsForm environment={environment} />
      {canEdit && <Upheavals environment={environment} />}
    </div>
  )
}

/** What concerns the environment as a whole. */
function Upheavals({ environment }: { environment: EnvironmentView }) {
  const router = useRouter()
  return (
    <>
      <HoldForm environment={environment} />
      <section className={`${cardStyle} grid justify-items-start gap-3 p-5`}>
        <h2 className="font-semibold">Make another one like it</h2>
        <p className="text-ink-soft">
          With its settings and hooks, and if wished its variables, in a place of its own.
        </p>
        <Link href={`/environments/${environment.id}/clone`} className={buttonStyle.plain}>
          <span className="truncate">Clone {environment.name}</span>
        </Link>
      </section>
      <section className={`${cardStyle} grid justify-items-start gap-3 p-5`}>
        <h2 className="font-semibold">Remove this environment</h2>
        <p className="text-ink-soft">
          The panel forgets its releases, logs and variables. The files on its servers stay.
        </p>
        <ConfirmButton
          word={`Remove ${environment.name}`}
          typed={environment.name}
          act={() => removeEnvironment({ id: environment.id })}
          done={() => {
            router.push('/')
            router.refresh()
          }}
        >
          History, logs, hooks and variables of {environment.project} {environment.name} are deleted from the panel.
          What is live on {environment.targets.map(({ server, root }) => `${server} in ${root}`).join(', ')} stays live.
        </ConfirmButton>
      </section>
    </>
  )
}
