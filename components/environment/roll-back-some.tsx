'use client'
import { ChevronDown } from 'lucide-react'
import { useState } from 'react'
import { rollBack } from '@/app/actions/deployments.ts'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import { iconButtonStyle } from '../style.ts'
import { SomeServers } from './some-servers.tsx'

/** Beside the one tap that rolls all of several servers back: the same for some of them. */
export function RollBackSome({ environment }: { environment: EnvironmentView }) {
  const [isOpen, setOpen] = useState(false)
  const { id: environmentId, rollBackTo, running, hold, freeze, can, targets } = environment
  if (!rollBackTo || running || hold || freeze || !can.deploy || targets.length < 2) return null
  return (
    <>
      <button
        type="button"
        aria-label={`Roll back some servers to ${rollBackTo.number} …`}
        title="Roll back some servers …"
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
        className={iconButtonStyle}
      >
        <ChevronDown aria-hidden size={16} />
      </button>
      <SomeServers
        environment={environment}
        word={`Roll back to ${rollBackTo.number}`}
        act={(servers) => rollBack({ environmentId, servers })}
        isOpen={isOpen}
        onOpenChange={setOpen}
      />
    </>
  )
}
