'use client'
import Link from 'next/link'
import type { DeploymentDetail, Failure } from '@/lib/api/shapes.ts'
import { plain, type LogLines } from '../log/lines.ts'
import { buttonStyle } from '../style.ts'
import { RetryButton } from './retry-button.tsx'
import type { StepRow } from './rows.ts'

const lastLines = 6

/** Why it failed, where, its last words, and what one can do about it now. */
export function FailureCard({ detail, failure, row, log }: { detail: DeploymentDetail; failure: Failure; row: StepRow | null; log: LogLines }) {
  const output = log.steps.find(({ key }) => key === row?.key)?.lines.slice(-lastLines) ?? []
  const isHook = row !== null && row.plan.event !== null
  return (
    <section aria-labelledby="why" className="mb-4 rounded-one border border-bad/40 bg-bad-soft p-4">
      <h2 id="why" className="font-semibold text-bad">
        {failure.step ?? row?.plan.name ?? 'It'} failed
        {(failure.server ?? row?.plan.server) ? ` on ${failure.server ?? row?.plan.server}` : ''}
        {failure.exit != null ? ` with exit code ${failure.exit}` : ''}
      </h2>
      <p className="mt-1 max-w-prose break-words">{failure.message}</p>
      {output.length > 0 && (
        <pre tabIndex={0} aria-label="Last lines of its output" className="mt-3 overflow-x-auto rounded-one border bg-sunken p-2 font-mono text-xs leading-5">
          {output.map(plain).join('\n')}
        </pre>
      )}
      <div className="mt-3 flex flex-wrap gap-2">
        <RetryButton detail={detail} />
        {isHook && row.plan.origin === 'panel' && (
          <Link href={`/environments/${detail.environmentId}?tab=pipeline#${row.plan.event}`} className={buttonStyle.plain}>
            Edit the {row.plan.event} hook
          </Link>
        )}
        <Link href={`/environments/${detail.environmentId}`} className={buttonStyle.plain}>
          Releases
        </Link>
      </div>
    </section>
  )
}
