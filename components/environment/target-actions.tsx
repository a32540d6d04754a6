'use client'
import { useRouter } from 'next/navigation'
import { toast } from 'sonner'
import { updateEnvironment } from '@/app/actions/environments.ts'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import { ActButton } from '../form/act-button.tsx'
import { TakeOut } from './take-out.tsx'

/** What is done with one of several servers: it changes first, or it goes. */
export function TargetActions({ environment, at }: { environment: EnvironmentView; at: number }) {
  const router = useRouter()
  const { id, targets } = environment
  const target = targets[at]!
  const inOrder = [target, ...targets.filter((one) => one !== target)]
  return (
    <div className="flex flex-wrap items-center gap-2">
      {at > 0 && (
        <ActButton
          kind="quiet"
          label={`Make ${target.server} the first`}
          busyText="Moving…"
          act={() =>
            updateEnvironment({ id, servers: inOrder.map(({ serverId, root, adopt }) => ({ serverId, root, adopt })) })
          }
          done={() => {
            toast.success(`${target.server} is the first now.`)
            router.refresh()
          }}
        >
          Make it first
        </ActButton>
      )}
      <TakeOut environmentId={id} target={target} />
    </div>
  )
}
