import Link from 'next/link'
import type { EnvironmentView, RunView } from '@/lib/api/shapes.ts'
import { onHowMany } from '@/lib/format/servers-differ.ts'
import { shortSha } from '@/lib/format/revision.ts'
import { stepTitle } from '../deployment/step-title.ts'
import { OutcomeStrip } from '../outcome-strip.tsx'
import { StatusBadge } from '../status-badge.tsx'
import { RelativeTime } from '../time.tsx'
import { PushState } from '../triggers/push-state.tsx'
import { kindWord } from '../deployment/kind-word.ts'
import { RollBackButton } from './roll-back-button.tsx'

/** An environment in the overview: what is live, how it has been going, what happened last, and the way back. */
export function EnvironmentRow({ environment, runs }: { environment: EnvironmentView; runs: readonly RunView[] }) {
  const { live, last, running, appDomain, targets } = environment
  const shown = running ?? last
  const step = runs.find(({ id }) => id === running?.id)?.step
  return (
    <li className="grid items-center gap-x-6 gap-y-2.5 px-4 py-3 md:grid-cols-[minmax(0,13.5rem)_minmax(0,1fr)_7.5rem_13rem] lg:grid-cols-[minmax(0,13.5rem)_minmax(0,1fr)_7.5rem_15.5rem_8.5rem]">
      <div className="min-w-0">
        <Link href={`/environments/${environment.id}`} className="font-semibold hover:underline">
          {environment.project} <span className="font-normal text-ink-soft">/</span> {environment.name}
        </Link>
        <p className="truncate text-xs text-ink-soft">
          {[appDomain, ...serverNames(targets)].filter(Boolean).join(' · ')}
        </p>
        <PushState environment={environment} />
      </div>
      <div className="min-w-0">
        {live ? (
          <>
            <p className="truncate" title={live.subject}>
              {live.subject}
            </p>
            <p className="flex flex-wrap items-center gap-x-2 text-xs text-ink-soft">
              <span className="inline-flex items-center gap-1.5 font-medium text-good">
                <span aria-hidden className="size-1.5 rounded-full bg-good" /> Release {live.number} is live
                {onHowMany(live.number, targets)}
              </span>
              <code className="font-mono" title={live.revision}>
                {shortSha(live.revision)}
              </code>
              <span className="truncate">{live.author}</span>
            </p>
          </>
        ) : (
          <p className="text-ink-soft">Nothing is live yet</p>
        )}
      </div>
      <div className="hidden md:block">
        <OutcomeStrip runs={runs} days={30} />
      </div>
      <div className="min-w-0">
        {shown ? (
          <Link
            href={`/deployments/${shown.id}`}
            className="group flex min-w-0 flex-wrap items-center gap-x-2 gap-y-0.5"
          >
            <StatusBadge status={shown.status} />
            <span className="w-full truncate text-xs text-ink-soft group-hover:underline">
              {kindWord(shown.kind)} {shown.number}
              {step
                ? `, step ${step.n} of ${step.of}: ${stepTitle(step.name)}`
                : shown.failure?.step
                  ? ` at ${stepTitle(shown.failure.step)}, `
                  : ', '}
              {!step && <RelativeTime at={shown.finishedAt ?? shown.createdAt} />}
            </span>
          </Link>
        ) : (
          <span className="text-ink-soft">Never deployed</span>
        )}
      </div>
      <div className="empty:hidden md:col-start-4 lg:col-start-5 lg:justify-self-end">
        <RollBackButton environment={environment} />
      </div>
    </li>
  )
}

/** The first ones, the rest as a number. */
function serverNames(targets: EnvironmentView['targets']): string[] {
  const names = targets.map(({ server }) => server)
  return names.length <= 3 ? names : [...names.slice(0, 2), `${names.length - 2} more`]
}
