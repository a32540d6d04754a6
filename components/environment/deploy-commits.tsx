'use client'
import { useState } from 'react'
import type { Commit, EnvironmentView } from '@/lib/api/shapes.ts'
import { shortSha } from '@/lib/format/revision.ts'
import { Complaint } from '../form/form.tsx'
import { fieldStyle } from '../style.ts'
import { RelativeTime } from '../time.tsx'
import { useSettled } from './deploy-settled.ts'
import { useAnswer } from './preview-answer.ts'

type CommitListProps = { environment: EnvironmentView; branch: string; chosen: string; onChoose: (ref: string) => void }

/** The last commits of the branch, or those that a search finds; the live one is marked. */
export function CommitList({ environment, branch, chosen, onChoose }: CommitListProps) {
  const [typed, setTyped] = useState('')
  const search = useSettled(typed.trim())
  const query = { ref: branch, ...(search === '' ? {} : { search }) }
  const { outcome } = useAnswer<Commit[]>(environment.id, 'commits', query)
  if (outcome && !outcome.ok) return <Complaint refusal={outcome.error} />
  const commits = outcome?.value ?? null
  const liveAt = commits?.findIndex(({ sha }) => sha === environment.live?.revision) ?? -1
  return (
    <section aria-label={`Last commits of ${branch}`}>
      <div className="mb-1.5 flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <p role="status" className="text-ink-soft">
          {commits === null
            ? `Reading the commits of ${branch}…`
            : search !== ''
              ? `${commits.length} found on ${branch}`
              : liveAt > 0
                ? `${liveAt} ${liveAt === 1 ? 'commit' : 'commits'} on ${branch} since the live release`
                : liveAt === 0
                  ? `${branch} is what is live`
                  : `Last commits of ${branch}`}
        </p>
        <input
          type="search"
          aria-label="Search commits"
          placeholder="Search commits"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          autoComplete="off"
          className={`${fieldStyle} sm:max-w-48`}
        />
      </div>
      <ul className="max-h-60 min-h-40 divide-y overflow-y-auto rounded-one border">
        {commits?.slice(0, 50).map((commit) => (
          <li key={commit.sha}>
            <button
              type="button"
              aria-pressed={chosen === commit.sha}
              onClick={() => onChoose(commit.sha)}
              className="grid w-full grid-cols-[1fr_auto] gap-x-3 px-2.5 py-1.5 text-left hover:bg-sunken aria-pressed:bg-accent-soft"
            >
              <span className="truncate">{commit.subject}</span>
              <code className="font-mono text-xs leading-5 text-ink-soft">{shortSha(commit.sha)}</code>
              <span className="truncate text-xs text-ink-soft">
                {commit.author}, <RelativeTime at={commit.at} />
              </span>
              {commit.sha === environment.live?.revision && <span className="text-xs font-medium text-good">live</span>}
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
