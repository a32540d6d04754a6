// What looked wrong about the hooks of the repository: names that nothing runs, scripts that hide their failures.
import Link from 'next/link'
import { CircleX, Info, TriangleAlert } from 'lucide-react'
import type { Finding } from '@/lib/deploy/types.ts'
import { cardStyle, linkStyle } from '../style.ts'

const icons = { error: CircleX, warning: TriangleAlert, note: Info } as const
const colours = { error: 'text-bad', warning: 'text-warn', note: 'text-ink-soft' } as const
const words = { error: 'Error', warning: 'Warning', note: 'Note' } as const

export function HookFindings({
  deployment,
  findings,
}: {
  deployment: { id: string; number: number }
  findings: Finding[]
}) {
  if (findings.length === 0) return null
  return (
    <section aria-label="Findings" className={`${cardStyle} grid gap-2 p-4`}>
      <h2 className="font-semibold">
        Found in the repository by{' '}
        <Link className={linkStyle} href={`/deployments/${deployment.id}`}>
          deployment {deployment.number}
        </Link>
      </h2>
      <ul className="grid gap-1.5">
        {findings.map(({ level, code, path, message, hint }) => {
          const Icon = icons[level]
          return (
            <li key={`${code} ${path} ${message}`} className="flex items-start gap-2">
              <Icon aria-label={words[level]} size={14} className={`mt-0.5 shrink-0 ${colours[level]}`} />
              <span className="min-w-0 break-words">
                {message} {hint && <span className="text-ink-soft">{hint}</span>}
              </span>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
