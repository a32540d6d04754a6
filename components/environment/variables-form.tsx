'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { toast } from 'sonner'
import { saveVariables } from '@/app/actions/variables.ts'
import type { EnvironmentView, VariablesView } from '@/lib/api/shapes.ts'
import { TextField } from '../form/field.tsx'
import { Form, SubmitButton } from '../form/form.tsx'
import { buttonStyle } from '../style.ts'
import { RelativeTime } from '../time.tsx'

/** The set of variables as the text of a .env file. Each saving is a new set; releases keep the one they were made with. */
export function VariablesForm({
  environment,
  variables,
}: {
  environment: EnvironmentView
  variables: VariablesView | null
}) {
  const router = useRouter()
  // The page is drawn anew while somebody types; what is edited changes only when they say so, or save.
  const [edited, setEdited] = useState(variables)
  const live = environment.live?.variablesNumber ?? null
  const newer = variables && variables.number > (edited?.number ?? 0) ? variables : null
  return (
    <Form
      key={edited?.number ?? 0}
      label="Variables"
      act={saveVariables}
      read={(data) => ({
        environmentId: environment.id,
        text: String(data.get('text')).replaceAll('\r\n', '\n'),
        basedOn: edited?.number ?? null,
      })}
      done={(saved) => {
        setEdited(saved)
        toast.success(`Saved as set ${saved.number}. The next deployment writes it into its release.`)
        router.refresh()
      }}
    >
      <p className="max-w-prose text-ink-soft">
        {edited ? (
          <>
            Set {edited.number}, {edited.names.length} {edited.names.length === 1 ? 'variable' : 'variables'}, saved by{' '}
            {edited.createdBy} <RelativeTime at={edited.createdAt} />.{' '}
            {environment.live &&
              (live === edited.number
                ? 'The live release has it.'
                : `The live release has ${live === null ? 'none' : `set ${live}`}; deploy to use this one.`)}
          </>
        ) : (
          'Nothing is set yet. What you write here becomes the .env file of each release; hooks get the variables too.'
        )}
      </p>
      {newer && (
        <p
          role="status"
          className="flex flex-wrap items-center gap-3 rounded-one border border-warn/40 bg-warn-soft p-3"
        >
          {newer.createdBy} saved set {newer.number} while this was open, so this can’t be saved any more.
          <button type="button" className={buttonStyle.plain} onClick={() => setEdited(newer)}>
            Load set {newer.number} instead
          </button>
        </p>
      )}
      <TextField
        name="text"
        label="Text of the .env file"
        rows={18}
        defaultValue={edited?.text ?? ''}
        wrap="off"
        placeholder={'APP_ENV=production\nDATABASE_URL="postgres://…"'}
        hint="Stored encrypted, taken out of every log."
      />
      <div>
        <SubmitButton busyText="Saving…">Save the variables</SubmitButton>
      </div>
    </Form>
  )
}
