'use client'
import { Pencil, Plus } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useEffect, useEffectEvent, useState } from 'react'
import { toast } from 'sonner'
import { removeHook, saveHook } from '@/app/actions/hooks.ts'
import type { HookView } from '@/lib/api/shapes.ts'
import type { LifecycleEvent } from '@/lib/deploy/types.ts'
import { formatDuration } from '@/lib/format/time.ts'
import { ConfirmButton } from '../form/confirm-button.tsx'
import { Field, TextField } from '../form/field.tsx'
import { Form, SubmitButton } from '../form/form.tsx'
import { buttonStyle } from '../style.ts'

/** `seenIn`: the deployment whose plan ran a file of the repository here. */
type HookEditorProps = {
  environmentId: string
  event: LifecycleEvent
  stops: boolean
  hook: HookView | null
  seenIn: number | null
}

function Origin({ title, children }: { title: string; children: string }) {
  return (
    <span
      title={title}
      className="rounded border border-accent/30 bg-accent-soft px-1.5 text-[11px] font-medium leading-4 text-accent"
    >
      {children}
    </span>
  )
}

/** One place of the lifecycle: the panel's script there, edited in place. */
export function HookEditor({ environmentId, event, stops, hook, seenIn }: HookEditorProps) {
  const router = useRouter()
  const [isOpen, setOpen] = useState(false)
  // The page is drawn anew while somebody types: what was opened is what is edited.
  const [edited, setEdited] = useState<HookView | null>(null)
  function toggle() {
    setEdited(hook)
    setOpen(!isOpen)
  }
  // A failed deployment leads here: `#before.deploy` opens that hook.
  const openLinked = useEffectEvent(() => {
    if (decodeURIComponent(location.hash) === `#${event}`) toggle()
  })
  useEffect(() => openLinked(), [])
  function removed() {
    setOpen(false)
    router.refresh()
  }
  const fate = stops ? 'a failure stops the deployment' : 'a failure is shown and ignored'
  return (
    <div className="relative px-4 py-1">
      <div className="flex items-center gap-x-3">
        <span
          aria-hidden
          className={`mx-0.5 size-3 shrink-0 rotate-45 rounded-[2px] border-2 ${hook || seenIn !== null ? 'border-accent bg-accent' : 'border-line-strong bg-panel'}`}
        />
        <div className="min-w-0 flex-1">
          <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <code className={`font-mono text-xs ${hook || seenIn !== null ? 'font-semibold' : 'text-ink-soft'}`}>
              {event}
            </code>
            {seenIn !== null && (
              <Origin title={`A file of the repository ran here in deployment ${seenIn}`}>repository</Origin>
            )}
            {hook && <Origin title={`Written here by ${hook.createdBy}`}>panel</Origin>}
            <span className="text-xs text-ink-soft">{fate}</span>
          </p>
          {hook && (
            <p className="text-xs text-ink-soft">
              written by {hook.createdBy}, runs as {hook.user ?? 'the sign-in user'}, at most{' '}
              {formatDuration(hook.timeoutMs)}
            </p>
          )}
        </div>
        <button
          type="button"
          className={buttonStyle.quiet}
          aria-expanded={isOpen}
          onClick={toggle}
          aria-label={`${hook ? 'Edit' : 'Write'} the ${event} hook`}
        >
          {hook ? <Pencil aria-hidden size={14} /> : <Plus aria-hidden size={14} />} {hook ? 'Edit' : 'Write'}
        </button>
      </div>
      {isOpen && (
        <Form
          label={`The ${event} hook`}
          className="my-3 ml-7 grid gap-3"
          act={saveHook}
          read={(data) => ({
            environmentId,
            event,
            text: String(data.get('text')).replaceAll('\r\n', '\n'),
            user: String(data.get('user')) || null,
            timeoutMs: Number(data.get('seconds')) * 1000,
            basedOn: edited?.number ?? null,
          })}
          done={() => {
            setOpen(false)
            toast.success(`The ${event} hook runs from the next deployment on.`)
            router.refresh()
          }}
        >
          <TextField
            name="text"
            label="Script (bash)"
            rows={12}
            defaultValue={edited?.text ?? '#!/usr/bin/env bash\nset -euo pipefail\n\n'}
            wrap="off"
            required
          />
          <div className="grid gap-3 sm:grid-cols-2">
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
          </div>
          <div className="flex flex-wrap gap-2">
            <SubmitButton busyText="Saving…">Save the hook</SubmitButton>
            <button type="button" className={buttonStyle.quiet} onClick={() => setOpen(false)}>
              Close
            </button>
            {hook && (
              <ConfirmButton word="Remove the hook" act={() => removeHook({ environmentId, event })} done={removed}>
                The script at <code className="font-mono text-xs">{event}</code> no longer runs in this environment. A
                file of this name in the repository still does.
              </ConfirmButton>
            )}
          </div>
        </Form>
      )}
    </div>
  )
}
