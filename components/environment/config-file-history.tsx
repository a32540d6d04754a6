'use client'
// Who saved a file, when, and which releases have it; and the way back to an earlier one.
import { useRouter } from 'next/navigation'
import { Popover } from 'radix-ui'
import { useState } from 'react'
import { toast } from 'sonner'
import { listConfigFileRevisions, revertConfigFile } from '@/app/actions/files.ts'
import type { ConfigFileRevisionView, ConfigFileView } from '@/lib/api/shapes-files.ts'
import { formatBytes } from '@/lib/format/bytes.ts'
import { ActButton } from '../form/act-button.tsx'
import { attempt } from '../form/outcome.ts'
import { buttonStyle, cardStyle } from '../style.ts'
import { RelativeTime } from '../time.tsx'

type HistoryProps = { environmentId: string; file: ConfigFileView; canEdit: boolean }

export function ConfigFileHistory({ environmentId, file, canEdit }: HistoryProps) {
  const [revisions, setRevisions] = useState<ConfigFileRevisionView[] | null>(null)
  const [problem, setProblem] = useState('')
  const [isOpen, setOpen] = useState(false)
  const router = useRouter()
  function brought(number: number) {
    setOpen(false)
    toast.success(`Revision ${number} of ${file.path} is the newest one again: apply it, or deploy.`)
    router.refresh()
  }
  async function load(open: boolean) {
    setOpen(open)
    if (!open) return
    const outcome = await attempt(listConfigFileRevisions, { environmentId, id: file.id })
    if (outcome.ok) setRevisions(outcome.value)
    setProblem(outcome.ok ? '' : outcome.error.message)
  }
  return (
    <Popover.Root open={isOpen} onOpenChange={(open) => void load(open)}>
      <Popover.Trigger className={buttonStyle.quiet} aria-label={`History of ${file.path}`}>
        Revision {file.number}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={4}
          aria-label={`History of ${file.path}`}
          className={`${cardStyle} z-40 max-h-80 w-80 max-w-[calc(100vw-2rem)] overflow-y-auto p-3 shadow-lg`}
        >
          {problem && <p className="text-bad">{problem}</p>}
          <ol className="grid gap-2">
            {(revisions ?? []).map((one) => (
              <li key={one.number}>
                <span className="figures font-medium">{one.number}</span>{' '}
                {one.isRemoval ? 'removed' : `${formatBytes(one.size)}, ${one.mode}`} by {one.createdBy},{' '}
                <RelativeTime at={one.createdAt} />
                {one.releases.length > 0 && (
                  <span className="text-ink-soft">
                    {' '}
                    · {one.releases.length === 1 ? 'release' : 'releases'} {one.releases.join(', ')}
                  </span>
                )}
                {canEdit && !one.isRemoval && one.number !== file.number && (
                  <ActButton
                    kind="quiet"
                    busyText="Bringing back…"
                    label={`Bring back revision ${one.number} of ${file.path}`}
                    act={() =>
                      revertConfigFile({ environmentId, id: file.id, number: one.number, basedOn: file.number })
                    }
                    done={() => brought(one.number)}
                  >
                    Bring back
                  </ActButton>
                )}
              </li>
            ))}
          </ol>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
