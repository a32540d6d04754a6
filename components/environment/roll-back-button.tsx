'use client'
import { Undo2 } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { rollBack } from '@/app/actions/deployments.ts'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import { ActButton } from '../form/act-button.tsx'

/** One tap to the release before: it says which, and asks nothing, because the way back is the same tap. */
export function RollBackButton({ environment }: { environment: EnvironmentView }) {
  const router = useRouter()
  const { live, rollBackTo, running, hold, freeze, can } = environment
  const against = hold ? 'although it is held' : freeze ? 'although it is frozen' : ''
  // What is held or frozen is put back only by those who could lift that.
  if (!rollBackTo || running || !(against ? can.configure : can.deploy)) return null
  const set = rollBackTo.variablesNumber
  const isOther = set !== (live?.variablesNumber ?? null)
  const variables = isOther ? (set === null ? 'without variables' : `with variables ${set}`) : ''
  const besides = [against, variables].filter(Boolean)
  return (
    <ActButton
      label={`Roll back to ${rollBackTo.number}: ${environment.project} ${environment.name} ${besides.join(', ')}`.trim()}
      busyText="Rolling back…"
      act={() => rollBack({ environmentId: environment.id, force: against !== '' })}
      done={(deployment) => router.push(`/deployments/${deployment.id}`)}
    >
      <Undo2 aria-hidden size={14} className="shrink-0" />
      <span className="flex shrink-0 flex-col text-left leading-4">
        Roll back to {rollBackTo.number}
        {besides.map((words) => (
          <span key={words} className="text-xs font-normal leading-4 text-ink-soft">
            {words}
          </span>
        ))}
      </span>
    </ActButton>
  )
}
