'use client'
import { ArrowLeftRight } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import type { ReleaseView } from '@/lib/api/shapes.ts'
import type { ComparisonView } from '@/lib/api/shapes-preview.ts'
import { shortSha } from '@/lib/format/revision.ts'
import { Empty } from '../empty.tsx'
import { buttonStyle, cardStyle, fieldStyle } from '../style.ts'
import { ChangeLists, changeSentence } from './compare-lists.tsx'
import { NoAnswer } from './no-answer.tsx'
import { useAnswer } from './preview-answer.ts'

type Pair = { from: number; to: number }
type CompareScreenProps = { environmentId: string; releases: ReleaseView[]; pair: Pair | null }

/** Two releases, chosen in place; the address says which, so that it can be passed on. */
export function CompareScreen({ environmentId, releases, pair }: CompareScreenProps) {
  const router = useRouter()
  if (!pair)
    return (
      <Empty title="Nothing to compare yet">It takes two releases: what changed between them stands here then.</Empty>
    )
  const go = ({ from, to }: Pair) =>
    router.replace(`/environments/${environmentId}/compare?from=${from}&to=${to}`, { scroll: false })
  return (
    <div className="grid gap-4">
      <div className="grid items-end gap-3 sm:flex">
        <Choice label="From" releases={releases} value={pair.from} onChoose={(from) => go({ ...pair, from })} />
        <Link
          href={`/environments/${environmentId}/compare?from=${pair.to}&to=${pair.from}`}
          replace
          scroll={false}
          className={`${buttonStyle.plain} justify-self-start`}
        >
          <ArrowLeftRight aria-hidden size={14} /> Swap
        </Link>
        <Choice label="To" releases={releases} value={pair.to} onChoose={(to) => go({ ...pair, to })} />
      </div>
      <Comparison environmentId={environmentId} {...pair} />
    </div>
  )
}

type ChoiceProps = { label: string; releases: ReleaseView[]; value: number; onChoose: (number: number) => void }

function Choice({ label, releases, value, onChoose }: ChoiceProps) {
  return (
    <label className="grid min-w-0 flex-1 gap-1 sm:max-w-sm">
      <span className="font-medium">{label}</span>
      <select className={fieldStyle} value={value} onChange={(event) => onChoose(Number(event.target.value))}>
        {releases.map(({ number, subject, revision, isLive }) => (
          <option key={number} value={number}>
            {`${number}${isLive ? ' (live)' : ''} · ${shortSha(revision)} · ${subject}`}
          </option>
        ))}
      </select>
    </label>
  )
}

function Comparison({ environmentId, from, to }: Pair & { environmentId: string }) {
  const { outcome, again } = useAnswer<ComparisonView>(environmentId, 'comparison', {
    from: String(from),
    to: String(to),
  })
  if (!outcome)
    return (
      <p role="status" className={`${cardStyle} min-h-48 p-4 text-ink-soft`}>
        Comparing release {from} with release {to}…
      </p>
    )
  if (!outcome.ok) return <NoAnswer refusal={outcome.error} again={again} />
  const { value } = outcome
  const { variables } = value
  return (
    <section aria-label="What changed" className={`${cardStyle} grid gap-4 p-4`}>
      <div>
        <h2 className="font-semibold">{changeSentence(value)}</h2>
        <p className="text-ink-soft">
          From release {from} to release {to}
          {variables.from !== variables.to && ` (variables ${variables.from ?? 'none'} → ${variables.to ?? 'none'})`}.
        </p>
      </div>
      {value.change === null && <p className="text-warn">One of the commits is gone from the repository.</p>}
      <ChangeLists {...value} />
    </section>
  )
}
