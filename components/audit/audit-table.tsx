import Link from 'next/link'
import type { AuditEntryView, AuditPage } from '@/lib/api/shapes-access.ts'
import { Empty } from '../empty.tsx'
import { buttonStyle, cardStyle, linkStyle } from '../style.ts'
import { RelativeTime } from '../time.tsx'
import { actionWords } from './action-words.ts'
import { auditHref, type AuditQuery } from './query.ts'

const pages: Record<string, string> = {
  deployment: '/deployments/',
  environment: '/environments/',
  server: '/servers/',
}

const columns = [
  { word: 'When', width: 'w-28' },
  { word: 'Who', width: 'w-44' },
  { word: 'What', width: 'w-52' },
  { word: 'About', width: 'w-64' },
  { word: 'Facts', width: '' },
]

/** Newest first; on a phone each entry is a small card of its own. */
export function AuditTable({ page, query }: { page: AuditPage; query: AuditQuery }) {
  if (page.entries.length === 0)
    return (
      <Empty title="Nothing was found">
        Every change in the panel has an entry here: who, what, when. None fits this filter.
      </Empty>
    )
  return (
    <>
      <div className={`${cardStyle} overflow-x-auto`}>
        <table className="w-full text-left text-sm md:table-fixed">
          <thead className="hidden border-b text-xs text-ink-soft md:table-header-group">
            <tr>
              {columns.map(({ word, width }) => (
                <th key={word} scope="col" className={`px-4 py-2 font-medium ${width}`}>
                  {word}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="divide-y">
            {page.entries.map((entry) => (
              <Entry key={entry.id} entry={entry} query={query} />
            ))}
          </tbody>
        </table>
      </div>
      <nav aria-label="Pages of the audit" className="mt-4 flex gap-2">
        {query.cursor && (
          <Link href={auditHref(query)} className={buttonStyle.plain}>
            Newest
          </Link>
        )}
        {page.next && (
          <Link href={auditHref(query, { cursor: page.next })} className={buttonStyle.plain}>
            Older
          </Link>
        )}
      </nav>
    </>
  )
}

/** Finds the others like it. On a phone such lines stand close together: each is as high as a finger needs. */
const filterLink = 'inline-block py-0.5 hover:underline'

function Entry({ entry, query }: { entry: AuditEntryView; query: AuditQuery }) {
  const [noun = '', id = ''] = entry.subject.split(':')
  const place = entry.action.endsWith('.remove') ? undefined : pages[noun]
  const cell = 'block px-4 py-0.5 md:table-cell md:py-2 align-top'
  return (
    <tr className="block py-2 md:table-row md:py-0">
      <td className={`${cell} whitespace-nowrap text-ink-soft`}>
        <RelativeTime at={entry.at} />
      </td>
      <td className={cell}>
        <Link href={auditHref(query, { actor: entry.actor })} className={filterLink}>
          {entry.actorName}
        </Link>
        {entry.actor.startsWith('token:') && <span className="text-ink-soft"> (token)</span>}
      </td>
      <td className={cell}>
        <Link href={auditHref(query, { action: entry.action })} title={entry.action} className={filterLink}>
          {actionWords(entry.action)}
        </Link>
      </td>
      <td className={cell}>
        {place ? (
          <Link href={`${place}${id}`} className={`inline-block py-0.5 ${linkStyle}`}>
            {noun}
          </Link>
        ) : (
          noun
        )}
        {entry.project && <span className="text-ink-soft"> in {entry.project.name}</span>}
      </td>
      <td className={`${cell} max-w-prose font-mono text-xs text-ink-soft`}>{factsText(entry.data)}</td>
    </tr>
  )
}

/** `name: Web 1, port: 22, source: main git`; only what is nested deeper stays JSON. */
function factsText(data: Record<string, unknown>): string {
  return Object.entries(data)
    .map(([key, value]) => `${key}: ${factText(value)}`)
    .join(', ')
}

function factText(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === null || (Array.isArray(value) && value.length === 0)) return 'none'
  const parts: unknown[] = typeof value === 'object' ? Object.values(value) : []
  const isFlat = parts.length > 0 && parts.every((part) => ['string', 'number'].includes(typeof part))
  return isFlat ? parts.join(' ') : JSON.stringify(value)
}
