'use client'
// What is under way anywhere, on every page: how many, and the way to each.
import { LoaderCircle } from 'lucide-react'
import Link from 'next/link'
import { Popover } from 'radix-ui'
import { useState } from 'react'
import type { WorkView } from '@/lib/api/shapes-overview.ts'
import { StatusBadge } from '../status-badge.tsx'
import { useStream } from '../stream.ts'
import { menuStyle } from '../style.ts'
import { Duration } from '../time.tsx'

const kinds: Record<string, string> = {
  deploy: 'Deployment',
  activate: 'Activation',
  configure: 'Configuration',
  remove: 'Removal',
}

export function Presence() {
  const [work, setWork] = useState<WorkView[]>([])
  const [isOpen, setOpen] = useState(false)
  const state = useStream({}, (name, data) => {
    if (name === 'work') setWork(data as WorkView[])
  })
  // What was under way when the line was cut may be over: nothing is claimed about it.
  const shown = state === 'live' || state === 'connecting' ? work : []
  const count = shown.length
  return (
    <>
      <span role="status" className="sr-only">
        {count === 0 ? '' : `${count} under way`}
      </span>
      {count > 0 && (
        <Popover.Root open={isOpen} onOpenChange={setOpen}>
          <Popover.Trigger
            aria-label={`${count} under way: show`}
            className="flex h-8 items-center gap-1.5 rounded-full border border-accent/30 bg-accent-soft px-2.5 text-xs font-medium text-accent"
          >
            <LoaderCircle aria-hidden size={14} className="animate-spin" />
            <span className="figures">{count}</span>
          </Popover.Trigger>
          <Popover.Portal>
            <Popover.Content
              align="end"
              sideOffset={6}
              aria-label="Under way"
              className={`${menuStyle} max-h-[60dvh] w-80 max-w-[calc(100vw-1.5rem)] overflow-y-auto`}
            >
              <ul>
                {shown.map(({ id, number, kind, status, environment, project, startedAt }) => (
                  <li key={id}>
                    <Link
                      href={`/deployments/${id}`}
                      onClick={() => setOpen(false)}
                      className="flex items-center justify-between gap-3 rounded px-2 py-1.5 hover:bg-sunken"
                    >
                      <span className="min-w-0">
                        <span className="block truncate font-medium">
                          {project} / {environment}
                        </span>
                        <span className="text-xs text-ink-soft">
                          {kinds[kind] ?? kind} {number}
                          {startedAt && (
                            <>
                              , <Duration from={Date.parse(startedAt)} />
                            </>
                          )}
                        </span>
                      </span>
                      <StatusBadge status={status} />
                    </Link>
                  </li>
                ))}
              </ul>
            </Popover.Content>
          </Popover.Portal>
        </Popover.Root>
      )}
    </>
  )
}
