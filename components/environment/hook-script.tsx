'use client'
// The field of a script: a plain text field, over which the editor comes once it is loaded. Where it can't be, the field stays.
import { useEffect, useId, useRef, useState, type RefObject } from 'react'
import { useFormState } from '../form/form.tsx'
import { fieldStyle } from '../style.ts'
import type { ScriptEditor } from './hook-code.ts'

const label = 'Script (bash)'

export type ScriptHandle = { text(): string; goTo(line: number): void; setText(text: string): void }

export function ScriptField({ text, handle }: { text: string; handle: RefObject<ScriptHandle | null> }) {
  const id = useId()
  const problem = useFormState().problems.get('text')
  const field = useRef<HTMLTextAreaElement>(null)
  const place = useRef<HTMLDivElement>(null)
  const [hasEditor, setHasEditor] = useState(false)

  useEffect(() => {
    let editor: ScriptEditor | null = null
    let isGone = false
    const open = async (): Promise<void> => {
      const { openEditor } = await import('./hook-code.ts')
      if (isGone || !field.current || !place.current) return
      const wasTyping = document.activeElement === field.current
      editor = openEditor({
        parent: place.current,
        // What was typed while it was being loaded counts.
        text: field.current.value,
        label,
        changed: (now) => field.current && (field.current.value = now),
      })
      setHasEditor(true)
      if (wasTyping) editor.goTo(1)
    }
    open().catch(() => setHasEditor(false))
    handle.current = {
      text: () => field.current?.value ?? '',
      goTo: (line) => editor?.goTo(line),
      setText(now) {
        if (field.current) field.current.value = now
        editor?.setText(now)
      },
    }
    return () => {
      isGone = true
      editor?.destroy()
    }
  }, [handle])

  return (
    <div className="grid content-start gap-1">
      <label htmlFor={id} className="font-medium" hidden={hasEditor}>
        {label}
      </label>
      {hasEditor && (
        <span aria-hidden className="font-medium">
          {label}
        </span>
      )}
      <div
        ref={place}
        hidden={!hasEditor}
        className={`overflow-hidden rounded-one border ${problem ? 'border-bad' : 'border-line-strong'}`}
      />
      <textarea
        ref={field}
        id={id}
        name="text"
        rows={12}
        wrap="off"
        required
        hidden={hasEditor}
        spellCheck={false}
        defaultValue={text}
        aria-invalid={!!problem}
        aria-describedby={problem ? `${id}-problem` : undefined}
        className={`${fieldStyle} font-mono text-xs leading-5`}
      />
      {problem && (
        <p id={`${id}-problem`} className="text-bad">
          {problem.message} {problem.hint}
        </p>
      )}
    </div>
  )
}
