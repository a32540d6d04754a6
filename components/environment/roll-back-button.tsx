'use client'
import { Undo2 } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { rollBack } from '@/app/actions/deployments.ts'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import { ActButton } from '../form/act-button.tsx'

/** One tap to the release before: it says which, and asks nothing, because the way back is the same tap. */
export function RollBackButton({ environment }: { environment: EnvironmentView }) {
  const router = useRouter()
  const { live, rollBackTo, running, hold, can } = environment
  // What is held is put back only by those who hold.
  if (!rollBackTo || running || !(hold ? can.configure : can.deploy)) return null
  const set = rollBackTo.variablesNumber
  const isOther = set !== (live?.variablesNumber ?? null)
  const variables = isOther ? (set === null ? 'without variables' : `with variables ${set}`) : ''
  return (
    <ActButton
      label={`Roll back to ${rollBackTo.number}: ${environment.project} ${environment.name} ${variables}`.trim()}
      busyText="Rolling back…"
      act={() => rollBack({ environmentId: environment.id, force: hold !== null })}
      done={(deployment) => router.push(`/deployments/${deployment.id}`)}
    >
      <Undo2 aria-hidden size={14} /> Roll back to {rollBackTo.number}
      {hold && <span className="font-normal text-ink-soft">although it is held</span>}
      {isOther && <span className="font-normal text-ink-soft">{variables}</span>}
    </ActButton>
  )
}
