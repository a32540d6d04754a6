'use client'
import { useRouter } from 'next/navigation'
import { checkServer } from '@/app/actions/servers.ts'
import type { CheckReport } from '@/lib/api/shapes.ts'
import { CopyLine } from '../copy-button.tsx'
import { ActButton } from '../form/act-button.tsx'
import { StatusMark } from '../status-badge.tsx'
import { RelativeTime } from '../time.tsx'

/** The last check, line by line, with what to do about each finding; and the button that checks again. */
export function CheckList({ id, root, report }: { id: string; root?: string; report: CheckReport | null }) {
  const router = useRouter()
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <ActButton
          kind={report?.verdict === 'ok' ? 'plain' : 'primary'}
          busyText="Checking…"
          act={() => checkServer({ id, root })}
          done={() => router.refresh()}
        >
          {report ? 'Check again' : 'Check the server'}
        </ActButton>
        {report && (
          <span className="text-ink-soft">
            Checked <RelativeTime at={report.at} />
          </span>
        )}
      </div>
      {report && (
        <ul className="divide-y rounded-one border">
          {report.lines.map((line) => (
            <li key={line.id} className="flex items-start gap-2 p-2.5">
              <StatusMark status={line.verdict} />
              <div className="min-w-0 flex-1">
                <p className="break-words">
                  <span className="font-medium">{line.label}</span> <span className="text-ink-soft">{line.detail}</span>
                </p>
                {line.remedy && line.verdict !== 'ok' && <Remedy text={line.remedy} />}
              </div>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

/** What to do in a sentence; the lines after it are to be pasted on the server. */
function Remedy({ text }: { text: string }) {
  const [sentence, ...lines] = text.split('\n')
  return (
    <div className="mt-1 grid gap-1.5">
      <p>{sentence}</p>
      {lines.length > 0 && <CopyLine text={lines.join('\n')} label="Copy" />}
    </div>
  )
}
