'use client'
import { useRouter } from 'next/navigation'
import { Dialog } from 'radix-ui'
import { useState } from 'react'
import { removeRelease } from '@/app/actions/releases.ts'
import type { ReleaseView } from '@/lib/api/shapes.ts'
import { Complaint } from '../form/form.tsx'
import { attempt, type Refusal } from '../form/outcome.ts'
import { buttonStyle, cardStyle } from '../style.ts'

type ReleaseRemovalProps = { release: ReleaseView; isOpen: boolean; onOpenChange: (isOpen: boolean) => void }

/** Says which directory goes, and where to, before it does. */
export function ReleaseRemoval({ release, isOpen, onOpenChange }: ReleaseRemovalProps) {
  const router = useRouter()
  const [busy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const { environmentId, number, name } = release

  async function run() {
    if (busy) return
    setBusy(true)
    setRefusal(null)
    const outcome = await attempt(removeRelease, { environmentId, number })
    setBusy(false)
    if (outcome.ok) router.push(`/deployments/${outcome.value.id}`)
    else setRefusal(outcome.error)
  }
  return (
    <Dialog.Root open={isOpen} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/40" />
        <Dialog.Content
          className={`${cardStyle} fixed left-1/2 top-1/2 z-50 grid w-[calc(100vw-2rem)] max-w-md -translate-x-1/2 -translate-y-1/2 gap-4 p-5`}
        >
          <Dialog.Title className="text-base font-semibold">Remove release {number} from the server?</Dialog.Title>
          <Dialog.Description className="break-words">
            The directory <code className="break-all font-mono text-xs">release/{name}</code> is deleted and can’t be
            put live again. Its history stays here, and its commit can be deployed again.
          </Dialog.Description>
          <div role="alert" className="empty:hidden">
            {refusal && <Complaint refusal={refusal} />}
          </div>
          <div className="flex justify-end gap-2">
            <Dialog.Close type="button" className={buttonStyle.plain}>
              Keep it
            </Dialog.Close>
            <button type="button" onClick={() => void run()} aria-disabled={busy} className={buttonStyle.danger}>
              {busy ? 'Working…' : 'Remove it'}
            </button>
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
