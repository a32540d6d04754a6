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
    <button
      type="button"
      onClick={() => void copy()}
      onBlur={() => setState('idle')}
      className={
        small
          ? 'inline-grid size-6 shrink-0 pointer-coarse:-my-2.5 pointer-coarse:size-11 place-items-center rounded text-ink-soft hover:bg-line hover:text-ink'
          : buttonStyle.plain
      }
      title={small ? words : undefined}
    >
      <Icon aria-hidden size={14} />
      <span aria-live="polite" className={small ? 'sr-only' : undefined}>
        {words}
      </span>
    </button>
  )
}

/** A line of text to copy whole: a key, a command, a fingerprint. */
export function CopyLine({ text, label }: { text: string; label: string }) {
  return (
    <div className="flex items-start gap-1 rounded-one border bg-sunken py-1.5 pl-3 pr-1.5">
      <code className="min-w-0 flex-1 whitespace-pre-wrap break-all py-0.5 font-mono text-xs leading-5">{text}</code>
      <CopyButton small text={text} label={label} />
    </div>
  )
}
