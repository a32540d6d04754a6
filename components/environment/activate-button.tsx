'use client'
import { Dialog } from 'radix-ui'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { activateRelease } from '@/app/actions/deployments.ts'
import { compareVariables } from '@/app/actions/variables.ts'
import type { ReleaseView, VariableChanges } from '@/lib/api/shapes.ts'
import { ActButton } from '../form/act-button.tsx'
import { attempt } from '../form/outcome.ts'
import { buttonStyle, cardStyle } from '../style.ts'
import { NameChanges } from './name-changes.tsx'

/** Activates at once when the variables stay; says first which ones come back when they don't. `liveSet` null = none. */
export function ActivateButton({ release, liveSet }: { release: ReleaseView; liveSet: number | null }) {
  const { environmentId, number, variablesNumber } = release
  const router = useRouter()
  const [changes, setChanges] = useState<VariableChanges | null>(null)
  const button = (kind: 'plain' | 'primary') => (
    <ActButton
      kind={kind}
      label={`Activate release ${number}`}
      busyText="Activating…"
      act={() => activateRelease({ environmentId, number })}
      done={(deployment) => router.push(`/deployments/${deployment.id}`)}
    >
      Activate
    </ActButton>
  )
  if (variablesNumber === liveSet) return button('plain')
  async function open(isOpen: boolean) {
    setChanges(null)
    if (!isOpen) return
    const outcome = await attempt(compareVariables, { environmentId, from: liveSet, to: variablesNumber })
    if (outcome.ok) setChanges(outcome.value)
  }
  return (
    <Dialog.Root onOpenChange={(isOpen) => void open(isOpen)}>
      <Dialog.Trigger className={buttonStyle.plain} aria-label={`Activate release ${number} …`}>
        Activate …
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/40" />
        <Dialog.Content
          className={`${cardStyle} fixed left-1/2 top-1/2 z-50 grid w-[calc(100vw-2rem)] max-w-md -translate-x-1/2 -translate-y-1/2 gap-4 p-5`}
        >
          <Dialog.Title className="text-base font-semibold">Activate release {number}?</Dialog.Title>
          <Dialog.Description asChild>
            <div className="grid gap-2 break-words">
              <p>
                Its variables come back with it: {setWords(variablesNumber)}, which it was live with last, in place of{' '}
                {setWords(liveSet)}.
              </p>
              {changes && <NameChanges changes={changes} none="By name nothing differs." />}
            </div>
          </Dialog.Description>
          <div className="flex justify-end gap-2">
            <Dialog.Close type="button" className={buttonStyle.plain}>
              Not now
            </Dialog.Close>
            {button('primary')}
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function setWords(number: number | null): string {
  return number === null ? 'none of Fairlead’s' : `set ${number}`
}
