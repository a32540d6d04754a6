// The life cycle drawn in order, with what runs where: hooks can be written in place.
import Link from 'next/link'
import type { EnvironmentView, HookView } from '@/lib/api/shapes.ts'
import type { Finding, LifecycleEvent } from '@/lib/deploy/types.ts'
import { cardStyle, linkStyle } from '../style.ts'
import { HookEditor } from './hook-editor.tsx'
import { Origin } from './hook-origin.tsx'
import { HookFindings } from './hook-findings.tsx'
import { lifeCycle, type Stop } from './pipeline-steps.ts'

/** Of the last deployment that was planned: events that the repository had a file for, and what looked wrong in it. */
type PipelineProps = {
  environment: EnvironmentView
  hooks: HookView[]
  seen: { id: string; number: number; events: LifecycleEvent[]; findings: Finding[] } | null
}

export function Pipeline({ environment, hooks, seen }: PipelineProps) {
  return (
    <div className="grid gap-6">
      <p className="max-w-prose text-ink-soft">
        A hook is a bash script that runs at its place here.{' '}
        {environment.repositoryHooks
          ? 'Files of these names in .amezmo/ or .fairlead/ of the repository run too, before the ones written here.'
          : 'Hooks in the repository are switched off for this environment.'}{' '}
        Restarts, health checks and package managers are switched on in the{' '}
        <Link className={linkStyle} href={`/environments/${environment.id}?tab=settings#steps`}>
          settings
        </Link>
        .
      </p>
      {seen && <HookFindings deployment={seen} findings={seen.findings} />}
      {lifeCycle(environment.options).map(({ title, about, stops }) => (
        <section key={title}>
          <h2 className="font-semibold">{title}</h2>
          <p className="mb-2 text-ink-soft">{about}</p>
          <ol
            className={`${cardStyle} relative overflow-hidden py-2 before:absolute before:bottom-6 before:left-[1.4375rem] before:top-6 before:w-px before:bg-line`}
          >
            {stops.map((stop, index) =>
              'event' in stop ? (
                <li key={stop.event} id={stop.event}>
                  <HookEditor
                    environment={environment}
                    event={stop.event}
                    stops={stop.stops}
                    hook={hooks.find(({ event }) => event === stop.event) ?? null}
                    seenIn={seen?.events.includes(stop.event) ? seen.number : null}
                  />
                </li>
              ) : (
                <li key={index} className="relative flex items-center gap-3 px-4 py-1.5">
                  <Step stop={stop} />
                </li>
              ),
            )}
          </ol>
        </section>
      ))}
    </div>
  )
}

function Step({ stop }: { stop: Exclude<Stop, { event: LifecycleEvent }> }) {
  if ('does' in stop)
    return (
      <>
        <span
          aria-hidden
          className="mx-1 size-2 shrink-0 rounded-full border-2 border-panel bg-line-strong outline outline-1 outline-line-strong"
        />{' '}
        <span className="text-ink-soft">{stop.does}</span>
      </>
    )
  return (
    <>
      <span aria-hidden className="mx-0.5 size-3 shrink-0 rounded-full border-2 border-accent bg-accent" />
      <p className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
        <code className="font-mono text-xs font-semibold">{stop.ours}</code>
        <Origin title="A ready-made step, switched on in the settings">fairlead</Origin>
        <span className="min-w-0 break-words text-xs text-ink-soft">
          {stop.about && `${stop.about}, `}
          {stop.fate}
        </span>
      </p>
    </>
  )
}
