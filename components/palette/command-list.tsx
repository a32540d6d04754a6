'use client'
import { useEffect, useRef } from 'react'
import type { Command, Group } from './commands.ts'

export const optionId = ({ id }: Command): string => `palette-${id.replaceAll(' ', '-')}`

type CommandListProps = {
  groups: Group[]
  chosen: Command | undefined
  /** The command that is being done. */
  busy: string | null
  onPoint: (id: string) => void
  onRun: (command: Command) => void
}

/** The focus stays in the field above; the chosen line is named there, and kept in sight here. */
export function CommandList({ groups, chosen, busy, onPoint, onRun }: CommandListProps) {
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' })
  }, [chosen?.id])
  return (
    <div
      ref={list}
      id="palette-list"
      role="listbox"
      aria-label="Found"
      className="min-h-0 flex-1 overflow-y-auto py-1.5"
    >
      {groups.map((group) => (
        <div key={group.name} role="group" aria-label={group.name}>
          <div aria-hidden className="px-4 pb-1 pt-2 text-xs font-medium text-ink-soft">
            {group.name}
          </div>
          {group.commands.map((command) => (
            <div
              key={command.id}
              id={optionId(command)}
              role="option"
              aria-selected={command === chosen}
              aria-disabled={busy !== null}
              onPointerMove={() => onPoint(command.id)}
              onClick={() => onRun(command)}
              className={`mx-1.5 flex cursor-pointer flex-wrap items-baseline gap-x-3 rounded px-2.5 py-1.5 aria-selected:bg-accent-soft ${busy === command.id ? 'opacity-60' : ''}`}
            >
              <span className="min-w-0 break-words">{command.title}</span>
              {command.detail && (
                <span className="min-w-0 max-w-full truncate text-xs text-ink-soft">{command.detail}</span>
              )}
            </div>
          ))}
        </div>
      ))}
    </div>
  )
}
