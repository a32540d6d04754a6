'use client'
import { useRouter } from 'next/navigation'
import { toast } from 'sonner'
import { saveVariables } from '@/app/actions/variables.ts'
import type { EnvironmentView, VariablesView } from '@/lib/api/shapes.ts'
import { TextField } from '../form/field.tsx'
import { Form, SubmitButton } from '../form/form.tsx'
import { RelativeTime } from '../time.tsx'

/** The set of variables as the text of a .env file. Each saving is a new set; releases keep the one they were made with. */
export function VariablesForm({ environment, variables }: { environment: EnvironmentView; variables: VariablesView | null }) {
  const router = useRouter()
  const live = environment.live?.variablesNumber ?? null
  return (
    <Form
      key={variables?.number ?? 0}
      label="Variables"
      act={saveVariables}
      read={(data) => ({ environmentId: environment.id, text: String(data.get('text')).replaceAll('\r\n', '\n'), basedOn: variables?.number ?? null })}
      done={(saved) => {
        toast.success(`Saved as set ${saved.number}. The next deployment writes it into its release.`)
        router.refresh()
      }}
    >
      <p className="max-w-prose text-ink-soft">
        {variables ? (
          <>
            Set {variables.number}, {variables.names.length} {variables.names.length === 1 ? 'variable' : 'variables'}, saved by {variables.createdBy}{' '}
            <RelativeTime at={variables.createdAt} />.{' '}
            {environment.live && (live === variables.number ? 'The live release has it.' : `The live release has ${live === null ? 'none' : `set ${live}`}; deploy to use this one.`)}
          </>
        ) : (
          'Nothing is set yet. What you write here becomes the .env file of each release; hooks get the variables too.'
        )}
      </p>
      <TextField name="text" label="Text of the .env file" rows={18} defaultValue={variables?.text ?? ''} wrap="off" placeholder={'APP_ENV=production\nDATABASE_URL="postgres://…"'} hint="Stored encrypted, taken out of every log." />
      <div>
        <SubmitButton busyText="Saving…">Save the variables</SubmitButton>
      </div>
    </Form>
  )
}
