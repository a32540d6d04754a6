'use client'
import { useRouter } from 'next/navigation'
import { useId, useState } from 'react'
import { toast } from 'sonner'
import { removeEnvironmentServer } from '@/app/actions/environments.ts'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import { ConfirmButton } from '../form/confirm-button.tsx'

type Target = EnvironmentView['targets'][number]
type Leave = 'live' | 'all' | 'forget'

/** Takes one of several servers out of the environment, and says first what stays where. */
export function TakeOut({ environmentId, target }: { environmentId: string; target: Target }) {
  const router = useRouter()
  const name = useId()
  const { server, serverId, root } = target
  const [leave, setLeave] = useState<Leave>('live')
  return (
    <ConfirmButton
      word={`Take ${server} out`}
      act={() => removeEnvironmentServer({ environmentId, serverId, leave })}
      done={({ deployment }) => {
        if (deployment) return router.push(`/deployments/${deployment.id}`)
        toast.success(`${server} is no longer of this environment.`)
        router.refresh()
      }}
    >
      <div className="grid gap-3">
        <p>
          Nothing is deployed to {server} any more. What becomes of the folder {root} there?
        </p>
        <fieldset className="grid gap-2">
          <legend className="sr-only">What becomes of the folder</legend>
          {choices(server).map(({ value, title, about }) => (
            <label key={value} className="grid grid-cols-[auto_1fr] gap-x-2">
              <input
                type="radio"
                name={name}
                value={value}
                checked={leave === value}
                onChange={() => setLeave(value)}
                className="mt-1"
              />
              <span>
                {title}
                <span className="block text-ink-soft">{about}</span>
              </span>
            </label>
          ))}
        </fieldset>
      </div>
    </ConfirmButton>
  )
}

function choices(server: string): { value: Leave; title: string; about: string }[] {
  return [
    {
      value: 'live',
      title: 'Keep what is live',
      about: 'The live release, its .env, storage and logs stay. Older releases and Fairlead’s own records go.',
    },
    {
      value: 'all',
      title: 'Remove every release',
      about: `${server} serves this environment no more. Storage stays, and so do logs that anything was written to.`,
    },
    {
      value: 'forget',
      title: 'Only forget it',
      about: 'Nothing on the server is touched: for one that is gone, or can’t be reached.',
    },
  ]
}
