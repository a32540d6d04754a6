'use client'
import { useRouter } from 'next/navigation'
import { toast } from 'sonner'
import { removeEnvironmentServer, updateEnvironment } from '@/app/actions/environments.ts'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import { ActButton } from '../form/act-button.tsx'
import { ConfirmButton } from '../form/confirm-button.tsx'

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
      <ConfirmButton
        word={`Take ${target.server} out`}
        act={() => removeEnvironmentServer({ environmentId: id, serverId: target.serverId })}
        done={() => {
          toast.success(`${target.server} is no longer of this environment.`)
          router.refresh()
        }}
      >
        Nothing is deployed to {target.server} any more, and what is live in {target.root} there stays live. The panel
        forgets what it knows of that folder.
      </ConfirmButton>
    </div>
  )
}
