'use client'
// What is usually done on every server of an environment, done on some of them.
import { useRouter } from 'next/navigation'
import { Dialog } from 'radix-ui'
import { useState, type ReactNode } from 'react'
import type { DeploymentView, EnvironmentView } from '@/lib/api/shapes.ts'
import { differing } from '@/lib/format/servers-differ.ts'
import { Form, SubmitButton } from '../form/form.tsx'
import type { Outcome } from '../form/outcome.ts'
import { buttonStyle, cardStyle } from '../style.ts'
import { DeployServers } from './deploy-servers.tsx'

type SomeServersProps = {
  environment: EnvironmentView
  /** `Put release 7 live`: the heading, and the button that does it. */
  word: string
  act: (servers: string[]) => Promise<Outcome<DeploymentView>>
  isOpen: boolean
  onOpenChange: (isOpen: boolean) => void
  children?: ReactNode
}

/** Asks on which servers, and does it there. */
export function SomeServers({ environment, word, act, isOpen, onOpenChange, children }: SomeServersProps) {
  return (
    <Dialog.Root open={isOpen} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/40" />
        <Dialog.Content
          className={`${cardStyle} fixed left-1/2 top-[8dvh] z-50 grid max-h-[84dvh] w-[calc(100vw-2rem)] max-w-md -translate-x-1/2 gap-4 overflow-y-auto p-5`}
        >
          <Dialog.Title className="text-base font-semibold">{word} on some servers</Dialog.Title>
          <Dialog.Description className="break-words">
            {children} The others keep what they have, and the environment says that its servers differ.
          </Dialog.Description>
          <Choice environment={environment} word={word} act={act} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

/** Those that lag behind are what is meant most often, and else one alone. */
function Choice({ environment, word, act }: Pick<SomeServersProps, 'environment' | 'word' | 'act'>) {
  const router = useRouter()
  const { targets, live } = environment
  const ids = targets.map(({ id }) => id)
  const [chosen, setChosen] = useState<string[] | null>(() => {
    const lagging = differing(targets, live?.number ?? null).map(({ id }) => id)
    return lagging.length > 0 && lagging.length < ids.length ? lagging : ids.slice(0, 1)
  })
  return (
    <Form
      label={`${word} on some servers`}
      act={act}
      read={() => chosen ?? ids}
      done={({ id }) => router.push(`/deployments/${id}`)}
    >
      <DeployServers environment={environment} chosen={chosen} onChoose={setChosen} />
      <div className="flex justify-end gap-2">
        <Dialog.Close type="button" className={buttonStyle.plain}>
          Not now
        </Dialog.Close>
        <SubmitButton busyText="Starting…">{word}</SubmitButton>
      </div>
    </Form>
  )
}
