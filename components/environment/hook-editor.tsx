'use client'
import { Pencil, Plus } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { toast } from 'sonner'
import { removeHook, saveHook } from '@/app/actions/hooks.ts'
import type { HookView } from '@/lib/api/shapes.ts'
import type { LifecycleEvent } from '@/lib/deploy/types.ts'
import { formatDuration } from '@/lib/format/time.ts'
import { ConfirmButton } from '../form/confirm-button.tsx'
import { Field, TextField } from '../form/field.tsx'
import { Form, SubmitButton } from '../form/form.tsx'
import { buttonStyle } from '../style.ts'

type HookEditorProps = { environmentId: string; event: LifecycleEvent; stops: boolean; hook: HookView | null }

/** One place of the lifecycle: the panel's script there, edited in place. */
export function HookEditor({ environmentId, event, stops, hook }: HookEditorProps) {
  const router = useRouter()
  const [isOpen, setOpen] = useState(false)
  const fate = stops ? 'a failure stops the deployment' : 'a failure is shown and ignored'
  return (
    <div className="px-4 py-2.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span aria-hidden className={`size-2 rotate-45 ${hook ? 'bg-accent' : 'border border-line-strong'}`} />
        <code className="font-mono text-xs font-medium">{event}</code>
        <span className="min-w-0 flex-1 text-xs text-ink-soft">
          {hook ? `written here by ${hook.createdBy}, as ${hook.user ?? 'the sign-in user'}, at most ${formatDuration(hook.timeoutMs)}, ${fate}` : fate}
        </span>
        <button type="button" className={buttonStyle.quiet} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} aria-label={`${hook ? 'Edit' : 'Write'} the ${event} hook`}>
          {hook ? <Pencil aria-hidden size={14} /> : <Plus aria-hidden size={14} />} {hook ? 'Edit' : 'Write'}
        </button>
      </div>
      {isOpen && (
        <Form
          label={`The ${event} hook`}
          className="mt-3 grid gap-3"
          act={saveHook}
          read={(data) => ({
            environmentId,
            event,
            text: String(data.get('text')).replaceAll('\r\n', '\n'),
            user: String(data.get('user')) || null,
            timeoutMs: Number(data.get('seconds')) * 1000,
          })}
          done={() => {
            setOpen(false)
            toast.success(`The ${event} hook runs from the next deployment on.`)
            router.refresh()
          }}
        >
          <TextField name="text" label="Script (bash)" rows={12} defaultValue={hook?.text ?? '#!/usr/bin/env bash\nset -euo pipefail\n\n'} wrap="off" required />
          <div className="grid gap-3 sm:grid-cols-2">
            <Field name="user" label="Run as" defaultValue={hook?.user ?? ''} placeholder="the sign-in user" autoComplete="off" autoCapitalize="none" hint="Another user needs the sudo line that the server’s check prints." />
            <Field name="seconds" label="Ends after (seconds)" type="number" min={1} max={21600} defaultValue={(hook?.timeoutMs ?? 600_000) / 1000} />
          </div>
          <div className="flex flex-wrap gap-2">
            <SubmitButton busyText="Saving…">Save the hook</SubmitButton>
            <button type="button" className={buttonStyle.quiet} onClick={() => setOpen(false)}>Close</button>
            {hook && (
              <ConfirmButton word="Remove the hook" act={() => removeHook({ environmentId, event })} done={() => router.refresh()}>
                The script at <code className="font-mono text-xs">{event}</code> no longer runs in this environment. A file of this name in the repository still does.
              </ConfirmButton>
            )}
          </div>
        </Form>
      )}
    </div>
  )
}
