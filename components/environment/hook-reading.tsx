'use client'
import type { EnvironmentView, HookView } from '@/lib/api/shapes.ts'
import { HookHistory } from './hook-history.tsx'

/** A hook for those who may not change it: its very text, and what it was before. */
export function HookReading({
  hook: { environmentId, event, number, text },
  targets,
}: {
  hook: HookView
  targets: EnvironmentView['targets']
}) {
  return (
    <div className="my-3 grid justify-items-start gap-3 sm:ml-7">
      <pre
        tabIndex={0}
        aria-label={`Text of the ${event} hook`}
        className="max-h-96 w-full overflow-auto rounded-one bg-sunken p-2 font-mono text-xs leading-5"
      >
        {text}
      </pre>
      <HookHistory environmentId={environmentId} event={event} targets={targets} current={number} />
    </div>
  )
}
