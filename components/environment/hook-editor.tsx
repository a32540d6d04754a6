'use client'
import { Eye, Pencil, Plus } from 'lucide-react'
import { useEffect, useEffectEvent, useState } from 'react'
import type { EnvironmentView, HookView } from '@/lib/api/shapes.ts'
import type { LifecycleEvent } from '@/lib/deploy/types.ts'
import { formatDuration } from '@/lib/format/time.ts'
import { buttonStyle } from '../style.ts'
import { HookForm } from './hook-form.tsx'
import { HookReading } from './hook-reading.tsx'
import { placeWords } from './hook-place.tsx'
import { hasCome, savedOver, type Saved } from './hook-standing.ts'
import { Origin } from './hook-origin.tsx'

/** `seenIn`: the deployment whose plan ran a file of the repository here. */
type HookEditorProps = {
  environment: EnvironmentView
  event: LifecycleEvent
  stops: boolean
  hook: HookView | null
  seenIn: number | null
}

/** One place of the lifecycle: the panel's script there, edited in place, or only looked at. */
export function HookEditor({ environment, event, stops, hook: drawn, seenIn }: HookEditorProps) {
  // What was saved here stands until the page is drawn anew, which takes a moment.
  const [saved, setSaved] = useState<Saved<HookView> | null>(null)
  if (saved && hasCome(saved, drawn)) setSaved(null)
  const hook = saved ? saved.hook : drawn
  const [isOpen, setOpen] = useState(false)
  // A failed deployment leads here: `#before.deploy` opens that hook.
  const openLinked = useEffectEvent(() => {
    if (decodeURIComponent(location.hash) === `#${event}`) setOpen(true)
  })
  useEffect(() => openLinked(), [])
  const isFatal = hook?.failure ? hook.failure === 'stops' : stops
  const where = hook && placeWords(hook.place, environment.targets)
  const fate = isFatal ? 'a failure stops the deployment' : 'a failure is shown and ignored'
  const canEdit = environment.can.configure
  const [word, Icon] = !canEdit
    ? (['Show', Eye] as const)
    : hook
      ? (['Edit', Pencil] as const)
      : (['Write', Plus] as const)
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
              {where && `, ${where}`}
            </p>
          )}
        </div>
        {(hook || canEdit) && (
          <button
            type="button"
            className={buttonStyle.quiet}
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
            aria-label={`${word} the ${event} hook`}
          >
            <Icon aria-hidden size={14} /> {word}
          </button>
        )}
      </div>
      {isOpen && !canEdit && hook && <HookReading hook={hook} targets={environment.targets} />}
      {isOpen && canEdit && (
        <HookForm
          environment={environment}
          event={event}
          stops={stops}
          hook={hook}
          close={() => setOpen(false)}
          changed={(now) => setSaved(savedOver(now, hook, drawn))}
        />
      )}
    </div>
  )
}
