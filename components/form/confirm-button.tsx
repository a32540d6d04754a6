'use client'
import { Dialog } from 'radix-ui'
import { useId, useState, type ReactNode } from 'react'
import { buttonStyle, cardStyle, fieldStyle } from '../style.ts'
import { Complaint } from './form.tsx'
import { attempt, type Outcome, type Refusal } from './outcome.ts'

type ConfirmButtonProps<T> = {
  /** The button, and the button that does it: `Remove the server web1`. */
  word: string
  /** What is destroyed, and where. */
  children: ReactNode
  /** What must be typed first. */
  typed?: string
  act: () => Promise<Outcome<T>>
  done: (value: T) => void
}

/** A button for what can't be undone: says what it destroys, and may ask to type the name of it. */
export function ConfirmButton<T>({ word, children, typed, act, done }: ConfirmButtonProps<T>) {
  const id = useId()
  const [isOpen, setOpen] = useState(false)
  const [text, setText] = useState('')
  const [busy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const isReady = typed === undefined || text === typed

  async function run() {
    if (busy || !isReady) return
    setBusy(true)
    setRefusal(null)
    const outcome = await attempt(act, undefined)
    setBusy(false)
    if (!outcome.ok) return setRefusal(outcome.error)
    setOpen(false)
    done(outcome.value)
  }
  return (
    <Dialog.Root open={isOpen} onOpenChange={setOpen}>
      <Dialog.Trigger className={buttonStyle.danger}>
        <span className="truncate">{word}</span>
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/40" />
        <Dialog.Content
          className={`${cardStyle} fixed left-1/2 top-1/2 z-50 grid w-[calc(100vw-2rem)] max-w-md -translate-x-1/2 -translate-y-1/2 gap-4 p-5`}
        >
          <Dialog.Title className="text-base font-semibold">{word}?</Dialog.Title>
          <Dialog.Description asChild>
            <div className="break-words">{children}</div>
          </Dialog.Description>
          <form
            className="grid gap-4"
            onSubmit={(event) => {
              event.preventDefault()
              // React's events pass through portals: a form around the button must not be sent, too.
              event.stopPropagation()
              void run()
            }}
          >
            {typed !== undefined && (
              <div className="grid gap-1">
                <label htmlFor={id}>
                  Type <strong>{typed}</strong> to go on
                </label>
                <input
                  id={id}
                  value={text}
                  onChange={(event) => setText(event.target.value)}
                  autoComplete="off"
                  className={fieldStyle}
                />
              </div>
            )}
            <div role="alert" className="empty:hidden">
              {refusal && <Complaint refusal={refusal} />}
            </div>
            <div className="flex flex-wrap justify-end gap-2">
              <Dialog.Close type="button" className={buttonStyle.plain}>
                Keep it
              </Dialog.Close>
              <button type="submit" disabled={!isReady} aria-disabled={busy || !isReady} className={buttonStyle.danger}>
                <span className="truncate">{busy ? 'Working…' : word}</span>
              </button>
            </div>
          </form>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
