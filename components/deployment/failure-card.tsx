'use client'
import { CircleX } from 'lucide-react'
import Link from 'next/link'
import type { DeploymentDetail, Failure } from '@/lib/api/shapes.ts'
import { remedies } from '@/lib/deploy/remedies.ts'
import type { LogLines } from '../log/lines.ts'
import { LineText } from '../log/line-text.tsx'
import { buttonStyle, cardStyle } from '../style.ts'
import { RetryButton } from './retry-button.tsx'
import type { StepRow } from './rows.ts'
import { stepTitle } from './step-title.ts'

const lastLines = 6

/** Why it failed, where, its last words, and what one can do about it now. */
export function FailureCard({
  detail,
  failure,
  row,
  log,
  answer,
}: {
  detail: DeploymentDetail
  failure: Failure
  row: StepRow | null
  log: LogLines
  /** The last answer to a check of the panel's, which no step has printed; '' = none. */
  answer: string
}) {
  const output = log.steps.find(({ key }) => key === row?.key)?.lines.slice(-lastLines) ?? []
  const isHook = row !== null && row.plan.event !== null
  const failedAt = failure.step ?? row?.plan.name
  const server = failure.server ?? row?.plan.server
  return (
    <section aria-labelledby="why" className={`${cardStyle} mb-4 overflow-hidden border-bad/40`}>
      <div className="border-b border-bad/20 bg-bad-soft px-4 py-3">
        <h2 id="why" className="flex items-center gap-2 font-semibold text-bad">
          <CircleX aria-hidden size={16} className="shrink-0" />
          <span className="min-w-0 break-words">
            {failedAt === undefined ? 'It failed before its first step' : `${stepTitle(failedAt)} failed`}
            {server ? ` on ${server}` : ''}
            {failure.exit != null ? ` with exit code ${failure.exit}` : ''}
          </span>
        </h2>
        <p className="mt-0.5 max-w-prose break-words pl-6">{failure.message}</p>
        <p className="mt-0.5 max-w-prose pl-6 text-ink-soft">{remedies[failure.code]}</p>
      </div>
      {output.length > 0 && (
        <div
          tabIndex={0}
          role="region"
          aria-label="Last lines of its output"
          className="overflow-x-auto bg-log px-4 py-2.5 font-mono text-xs leading-5"
        >
          {output.map((line, index) => (
            <div key={index} className="min-h-5 whitespace-pre">
              <LineText line={line} found={null} isCurrent={false} />
            </div>
          ))}
        </div>
      )}
      {answer !== '' && (
        <pre
          tabIndex={0}
          aria-label="Last answer"
          className="max-h-40 overflow-auto bg-log px-4 py-2.5 font-mono text-xs leading-5"
        >
          {answer}
        </pre>
      )}
      <div className="flex flex-wrap gap-2 border-t px-4 py-3">
        {detail.can.deploy && <RetryButton detail={detail} />}
        {isHook && row.plan.origin === 'panel' && (
          <Link
            href={`/environments/${detail.environmentId}?tab=pipeline#${row.plan.event}`}
            className={buttonStyle.plain}
          >
            {detail.can.configure ? 'Edit' : 'Show'} the {row.plan.event} hook
          </Link>
        )}
        {isHook && row.plan.origin === 'fairlead' && (
          <Link href={`/environments/${detail.environmentId}?tab=settings#steps`} className={buttonStyle.plain}>
            {detail.can.configure ? 'Change' : 'Show'} the ready-made steps
          </Link>
        )}
        <Link href={`/environments/${detail.environmentId}`} className={buttonStyle.plain}>
          Releases
        </Link>
      </div>
    </section>
  )
}
