'use client'
import { Lock, LockOpen, Trash2 } from 'lucide-react'
import { useRef, useState } from 'react'
import type { VariablesView } from '@/lib/api/shapes.ts'
import { buttonStyle, cardStyle, fieldStyle, iconButtonStyle } from '../style.ts'
import { NewVariable } from './variables-new.tsx'
import { valueCell, variableGrid } from './variables-grid.ts'
import { rowsOf, withMark, without, withValue, type Draft, type DraftRow } from './variables-draft.ts'

type TableProps = { draft: Draft; saved: VariablesView | null; canEdit: boolean; change: (draft: Draft) => void }

/** One line a variable. Comments and order are those of the text, which is written along. */
export function VariablesTable({ draft, saved, canEdit, change }: TableProps) {
  const rows = rowsOf(draft, saved)
  return (
    <div className={`${cardStyle} overflow-hidden`}>
      <ul aria-label="Variables" className="divide-y">
        {rows.map((row) => (
          <Row key={row.name} row={row} draft={draft} canEdit={canEdit} change={change} />
        ))}
      </ul>
      {rows.length === 0 && <p className="px-4 py-3 text-ink-soft">No variables yet.</p>}
      {canEdit && (
        <NewVariable
          known={rows.map(({ name }) => name)}
          add={(name, value) => change(withValue(draft, name, value))}
        />
      )}
    </div>
  )
}

function Row({
  row,
  draft,
  canEdit,
  change,
}: { row: DraftRow; canEdit: boolean } & Pick<TableProps, 'draft' | 'change'>) {
  const { name, value, isSecret, isKept } = row
  const field = useRef<HTMLTextAreaElement>(null)
  const [isReplacing, setReplacing] = useState(false)
  const isHidden = isKept && !isReplacing
  return (
    <li className={variableGrid}>
      <code className="min-w-0 break-all font-mono text-xs font-medium">{name}</code>
      {isHidden ? (
        <span className={`${valueCell} flex items-center gap-2`}>
          <span aria-label="secret, not shown" className="tracking-widest text-ink-soft">
            ••••••••
          </span>
          {canEdit && (
            <button
              type="button"
              className={buttonStyle.quiet}
              aria-label={`Replace ${name}`}
              onClick={() => setReplacing(true)}
            >
              Replace
            </button>
          )}
        </span>
      ) : (
        <textarea
          ref={field}
          aria-label={`Value of ${name}`}
          rows={Math.min(6, value.split('\n').length)}
          value={isKept ? '' : value}
          placeholder={isKept ? 'The stored value stays until you type another' : ''}
          readOnly={!canEdit}
          autoFocus={isReplacing}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => change(withValue(draft, name, event.target.value))}
          className={`${fieldStyle} ${valueCell} resize-y font-mono text-xs leading-5`}
        />
      )}
      {canEdit && (
        <span className="flex">
          <button
            type="button"
            className={iconButtonStyle}
            aria-pressed={isSecret}
            aria-label={`Keep ${name} secret`}
            title={isSecret ? 'Secret: never shown again once it is saved' : 'Shown to who may read variables'}
            onClick={() => {
              setReplacing(false)
              change(withMark(draft, row, !isSecret))
            }}
          >
            {isSecret ? <Lock aria-hidden size={14} /> : <LockOpen aria-hidden size={14} />}
          </button>
          <button
            type="button"
            className={iconButtonStyle}
            aria-label={`Remove ${name}`}
            onClick={() => change(without(draft, name))}
          >
            <Trash2 aria-hidden size={14} />
          </button>
        </span>
      )}
    </li>
  )
}
