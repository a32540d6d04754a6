'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { toast } from 'sonner'
import { saveVariables } from '@/app/actions/variables.ts'
import type { EnvironmentView, VariableSetView, VariablesView } from '@/lib/api/shapes.ts'
import { envDifference } from '@/lib/format/env-difference.ts'
import { usualDialect } from '@/lib/spec/env-dialects.ts'
import { TextField } from '../form/field.tsx'
import { Form, SubmitButton } from '../form/form.tsx'
import { buttonStyle } from '../style.ts'
import { NameChanges } from './name-changes.tsx'
import { VariablesApply } from './variables-apply.tsx'
import { draftOf, rowsOf, type Draft } from './variables-draft.ts'
import { VariablesHistory } from './variables-history.tsx'
import { DialectField, Unhidden, Warnings } from './variables-reading.tsx'
import { VariablesTable } from './variables-table.tsx'

type VariablesProps = {
  environment: EnvironmentView
  variables: VariablesView | null
  /** A page of the history, and whether it is another one than the first. */
  history: { sets: VariableSetView[]; isOlder: boolean }
  canEdit: boolean
}

/** Variables as a table or as the text of a .env file. Each saving is a new set; releases keep the one that they were live with. */
export function VariablesForm({ environment, variables, history, canEdit }: VariablesProps) {
  const router = useRouter()
  const usual = usualDialect(environment.appType)
  // The page is drawn anew while somebody types; what is edited changes only when they say so, or save.
  const [saved, setSaved] = useState(variables)
  const [draft, setDraft] = useState<Draft>(() => draftOf(variables, usual))
  const [isText, setText] = useState(variables === null || variables.names.length === 0)
  const begin = (from: VariablesView): void => {
    setSaved(from)
    setDraft(draftOf(from, usual))
  }
  const isTouched = draft.text !== (saved?.text ?? '') || Object.keys(draft.marks).length > 0
  const newer = variables && variables.number > (saved?.number ?? 0) ? variables : null
  // A set that somebody saved, or brought back, is simply shown to who has typed nothing.
  if (newer && !isTouched) begin(newer)
  return (
    <>
      {saved && (
        <VariablesApply environment={environment} saved={saved.number === variables?.number ? variables : saved} />
      )}
      <Form
        label="Variables"
        act={saveVariables}
        read={() => ({
          environmentId: environment.id,
          text: draft.text,
          secrets: rowsOf(draft, saved).flatMap(({ name, isSecret }) => (isSecret ? [name] : [])),
          dialect: draft.dialect,
          basedOn: saved?.number ?? null,
        })}
        done={(made) => {
          begin(made)
          toast.success(`Saved as set ${made.number}.`)
          router.refresh()
        }}
      >
        {newer && isTouched && (
          <p
            role="status"
            className="flex flex-wrap items-center gap-3 rounded-one border border-warn/40 bg-warn-soft p-3"
          >
            {newer.createdBy} saved set {newer.number} while this was open, so this can’t be saved any more.
            <button type="button" className={buttonStyle.plain} onClick={() => begin(newer)}>
              Load set {newer.number} instead
            </button>
          </p>
        )}
        <div className="flex flex-wrap items-center gap-3">
          <p className="min-w-0 flex-1 basis-60 text-ink-soft">
            {saved
              ? 'Stored encrypted, taken out of every log. The value of a secret is never shown again.'
              : 'Nothing is set yet. What you write here becomes the .env file of each release; hooks get the variables too.'}
          </p>
          <div role="group" aria-label="Edit as" className="flex gap-1">
            {[false, true].map((text) => (
              <button
                key={String(text)}
                type="button"
                aria-pressed={isText === text}
                onClick={() => setText(text)}
                className={`${buttonStyle.quiet} aria-pressed:bg-accent-soft aria-pressed:text-accent`}
              >
                {text ? 'Text' : 'Table'}
              </button>
            ))}
          </div>
        </div>
        {isText ? (
          <TextField
            name="text"
            label="Text of the .env file"
            rows={18}
            value={draft.text}
            readOnly={!canEdit}
            onChange={(event) => setDraft({ ...draft, text: event.target.value })}
            wrap="off"
            placeholder={'APP_ENV=production\nDATABASE_URL="postgres://…"'}
            hint="•••••••• stands for a secret: left as it is, the value stays."
          />
        ) : (
          <VariablesTable draft={draft} saved={saved} canEdit={canEdit} change={setDraft} />
        )}
        <Warnings text={draft.text} dialect={draft.dialect} />
        {saved && <Unhidden variables={saved} />}
        {canEdit && (
          <>
            <DialectField value={draft.dialect} choose={(dialect) => setDraft({ ...draft, dialect })} />
            {isTouched && saved && (
              <div aria-label="Not saved yet" role="group">
                <NameChanges changes={envDifference(saved.text, draft.text)} none="By name nothing differs yet" />
              </div>
            )}
            <div className="flex gap-2">
              <SubmitButton busyText="Saving…">Save the variables</SubmitButton>
              {isTouched && saved && (
                <button type="button" className={buttonStyle.quiet} onClick={() => begin(saved)}>
                  Start over
                </button>
              )}
            </div>
          </>
        )}
      </Form>
      <VariablesHistory
        environmentId={environment.id}
        {...history}
        newest={canEdit ? (variables?.number ?? null) : null}
      />
    </>
  )
}
