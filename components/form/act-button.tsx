'use client'
import { useState, type ReactNode } from 'react'
import { toast } from 'sonner'
import { buttonStyle, type ButtonKind } from '../style.ts'
import { attempt, type Outcome } from './outcome.ts'

type ActButtonProps<T> = {
  act: () => Promise<Outcome<T>>
  done: (value: T) => void
  busyText: string
  children: ReactNode
  kind?: ButtonKind
  label?: string
}

/** A button that does one thing at once. It can't be pressed twice; a refusal is said in words. */
export function ActButton<T>({ act, done, busyText, children, kind = 'plain', label }: ActButtonProps<T>) {
  const [busy, setBusy] = useState(false)
  async function run() {
    if (busy) return
    setBusy(true)
    const outcome = await attempt(act, undefined)
    setBusy(false)
    if (outcome.ok) done(outcome.value)
    else
      toast.error(outcome.error.message, {
        description: typeof outcome.error.details.hint === 'string' ? outcome.error.details.hint : undefined,
      })
  }
  return (
    <button
      type="button"
      onClick={() => void run()}
      aria-disabled={busy}
      aria-label={label}
      className={`${buttonStyle[kind]} ${busy ? 'opacity-60' : ''}`}
    >
      {busy ? busyText : children}
    </button>
  )
}
