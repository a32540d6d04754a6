'use client'
import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { buttonStyle } from './style.ts'

/** Copies `text`; says so in the button itself, also to a screen reader. */
export function CopyButton({ text, label = 'Copy', small = false }: { text: string; label?: string; small?: boolean }) {
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle')
  async function copy() {
    try {
      await navigator.clipboard.writeText(text)
      setState('copied')
    } catch {
      // No clipboard without HTTPS (or localhost): the text is selectable beside the button.
      setState('refused')
    }
  }
  const words = state === 'copied' ? 'Copied' : state === 'refused' ? 'Select it and copy' : label
  const Icon = state === 'copied' ? Check : Copy
  return (
    <button type="button" onClick={() => void copy()} onBlur={() => setState('idle')} className={small ? 'inline-grid size-6 place-items-center rounded text-ink-soft hover:bg-sunken hover:text-ink' : buttonStyle.plain} aria-label={small ? words : undefined} title={small ? words : undefined}>
      <Icon aria-hidden size={14} />
      {small ? null : <span aria-live="polite">{words}</span>}
    </button>
  )
}

/** A line of text to copy whole: a key, a command, a fingerprint. */
export function CopyLine({ text, label }: { text: string; label: string }) {
  return (
    <div className="flex items-start gap-2 rounded-one border bg-sunken p-2">
      <code className="min-w-0 flex-1 break-all font-mono text-xs leading-5">{text}</code>
      <CopyButton text={text} label={label} />
    </div>
  )
}
