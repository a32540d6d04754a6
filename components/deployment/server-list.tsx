'use client'
import { ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { StatusMark } from '../status-badge.tsx'
import type { StepRow } from './rows.ts'
import { StepList } from './step-list.tsx'
import { standingTone, StandingWords, type Column } from './standing-words.tsx'

type ServerListProps = {
  rows: StepRow[]
  columns: Column[]
  chosen: string | null
  onChoose: (key: string | null) => void
  onServer: (server: string | null) => void
}

/** The matrix for narrow screens: servers that open, each with its steps. */
export function ServerList({ rows, columns, chosen, onChoose, onServer }: ServerListProps) {
  const [open, setOpen] = useState<string | null>(null)
  return (
    <ul className="divide-y">
      {columns.map((column) => {
        const { targetId, server, batch, standing } = column
        const isOpen = open === targetId
        return (
          <li key={targetId}>
            <button
              type="button"
              aria-expanded={isOpen}
              onClick={() => {
                setOpen(isOpen ? null : targetId)
                onServer(isOpen ? null : server)
              }}
              className="flex w-full items-center gap-2.5 px-4 py-2 text-left outline-offset-[-2px] hover:bg-sunken"
            >
              <StatusMark status={standing.status} />
              <span className="min-w-0 flex-1">
                <span className="block truncate font-medium">{server}</span>
                <span className={`block text-xs ${standingTone(standing)}`}>
                  <StandingWords column={column} />
                </span>
              </span>
              {batch > 0 && <span className="shrink-0 text-xs text-ink-soft">batch {batch}</span>}
              <ChevronRight aria-hidden size={16} className={`shrink-0 ${isOpen ? 'rotate-90' : ''}`} />
            </button>
            {isOpen && (
              <div className="border-t bg-sunken/50 pb-2">
                <StepList
                  rows={rows.filter(({ plan }) => plan.targetId === targetId)}
                  chosen={chosen}
                  onChoose={onChoose}
                />
              </div>
            )}
          </li>
        )
      })}
    </ul>
  )
}
