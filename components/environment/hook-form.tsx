'use client'
// Writing the panel's script of one event.
import { useRef, useState } from 'react'
import { useRouter } from 'next/navigation'
import { toast } from 'sonner'
import { removeHook, saveHook } from '@/app/actions/hooks.ts'
import type { EnvironmentView, HookView } from '@/lib/api/shapes.ts'
import type { LifecycleEvent } from '@/lib/deploy/types.ts'
import { ConfirmButton } from '../form/confirm-button.tsx'
import { Field, SelectField } from '../form/field.tsx'
import { Form, SubmitButton } from '../form/form.tsx'
import { buttonStyle } from '../style.ts'
import { HookCheck } from './hook-check.tsx'
import { HookHistory } from './hook-history.tsx'
import { HookPlaceFields, isPlaced, readHookPlace } from './hook-place.tsx'
import { ScriptField, type ScriptHandle } from './hook-script.tsx'

/** `stops`: what the life cycle has a failure do here. */
type HookFormProps = {
  environment: EnvironmentView
  event: LifecycleEvent
  stops: boolean
  hook: HookView | null
  close: () => void
  /** What stands from now on; null = nothing. The page follows a moment later. */
  changed: (hook: HookView | null) => void
}

const everywhere = { on: 'all' } as const
const empty = '#!/usr/bin/env bash\nset -euo pipefail\n\n'

export function HookForm({ environment, event, stops, hook, close, changed }: HookFormProps) {
  const router = useRouter()
  const { id: environmentId, targets } = environment
  // The page is drawn anew while somebody types: what was opened is what is edited.
  const [edited] = useState(hook)
  const place = edited?.place ?? everywhere
  const script = useRef<ScriptHandle>(null)
  function done(now: HookView | null, words: string) {
    changed(now)
    close()
    toast.success(words)
    router.refresh()
  }
  return (
    <Form
      label={`The ${event} hook`}
      className="my-3 grid gap-3 sm:ml-7"
      act={saveHook}
      read={(data) => ({
        environmentId,
        event,
        text: String(data.get('text')).replaceAll('\r\n', '\n'),
        user: String(data.get('user')) || null,
        timeoutMs: Number(data.get('seconds')) * 1000,
        failure: (String(data.get('failure')) || null) as HookView['failure'],
        place: readHookPlace(data, place),
        basedOn: edited?.number ?? null,
      })}
      done={(now) => done(now, `The ${event} hook runs from the next deployment on.`)}
    >
      <ScriptField text={edited?.text ?? empty} handle={script} />
      <HookCheck
        environmentId={environmentId}
        text={() => script.current?.text() ?? ''}
        goTo={(line) => script.current?.goTo(line)}
      />
      <div className="grid gap-3 sm:grid-cols-3">
        <Field
          name="user"
          label="Run as"
          defaultValue={edited?.user ?? ''}
          placeholder="the sign-in user"
          autoComplete="off"
          autoCapitalize="none"
          hint="Another user needs the sudo line that the server’s check prints."
        />
        <Field
          name="seconds"
          label="Ends after (seconds)"
          type="number"
          min={1}
          max={21600}
          defaultValue={(edited?.timeoutMs ?? 600_000) / 1000}
        />
        <SelectField name="failure" label="A failure" defaultValue={edited?.failure ?? ''}>
          <option value="">does what is usual here: {stops ? 'stops' : 'is ignored'}</option>
          <option value="stops">stops the deployment</option>
          <option value="ignored">is shown and ignored</option>
        </SelectField>
      </div>
      {isPlaced(place, targets) && <HookPlaceFields place={place} targets={targets} />}
      <div className="flex flex-wrap gap-2">
        <SubmitButton busyText="Saving…">Save the hook</SubmitButton>
        <button type="button" className={buttonStyle.quiet} onClick={close}>
          Close
        </button>
        {hook && (
          <ConfirmButton
            word="Remove the hook"
            act={() => removeHook({ environmentId, event })}
            done={() => done(null, `The ${event} hook no longer runs.`)}
          >
            The script at <code className="font-mono text-xs">{event}</code> no longer runs in this environment. A file
            of this name in the repository still does. Its history stays.
          </ConfirmButton>
        )}
      </div>
      <div className="grid justify-items-start">
        <HookHistory
          environmentId={environmentId}
          event={event}
          targets={targets}
          current={edited?.number ?? null}
          reverted={(now) => done(now, `The ${event} hook is back, as revision ${now.number}.`)}
        />
      </div>
    </Form>
  )
}
