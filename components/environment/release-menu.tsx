'use client'
import { Ellipsis } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { DropdownMenu } from 'radix-ui'
import { useState } from 'react'
import { toast } from 'sonner'
import { activateRelease } from '@/app/actions/deployments.ts'
import { promoteRelease, redeployRelease } from '@/app/actions/releases.ts'
import type { DeploymentView, EnvironmentView, ReleaseView } from '@/lib/api/shapes.ts'
import { attempt, type Outcome } from '../form/outcome.ts'
import { iconButtonStyle, menuItemStyle, menuStyle } from '../style.ts'
import { ReleaseRemoval } from './release-removal.tsx'
import { SomeServers } from './some-servers.tsx'

export type Neighbour = { id: string; name: string }
type ReleaseMenuProps = {
  environment: EnvironmentView
  release: ReleaseView
  /** Number of the release that is live; null = none. */
  live: number | null
  /** The other environments of the project. */
  others: Neighbour[]
  canDeploy: boolean
  canActivate: boolean
  canRemove: boolean
}

/** What else one does with a release than putting it live. */
export function ReleaseMenu(props: ReleaseMenuProps) {
  const { environment, release, live, others, canDeploy, canActivate, canRemove } = props
  const router = useRouter()
  const [isRemoving, setRemoving] = useState(false)
  const [isChoosing, setChoosing] = useState(false)
  const { environmentId, number, state } = release
  const base = `/environments/${environmentId}`

  // Without the right to deploy there are comparisons alone, and without a live release none of them.
  if (!canDeploy && live === null) return null
  async function queue(act: () => Promise<Outcome<DeploymentView>>) {
    const outcome = await attempt(act, undefined)
    if (outcome.ok) router.push(`/deployments/${outcome.value.id}`)
    else toast.error(outcome.error.message)
  }
  return (
    <>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger className={iconButtonStyle} aria-label={`More for release ${number}`}>
          <Ellipsis aria-hidden size={16} />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content align="end" sideOffset={6} className={`${menuStyle} max-h-80 max-w-72 overflow-y-auto`}>
            {live !== null && live !== number && (
              <DropdownMenu.Item asChild className={menuItemStyle}>
                <Link href={`${base}/compare?from=${number}&to=${live}`}>Compare with the live release</Link>
              </DropdownMenu.Item>
            )}
            {live === number && (
              <DropdownMenu.Item asChild className={menuItemStyle}>
                <Link href={`${base}/compare`}>Compare with the one before</Link>
              </DropdownMenu.Item>
            )}
            {canDeploy && state === 'complete' && live !== number && (
              <DropdownMenu.Item asChild className={menuItemStyle}>
                <Link href={`${base}/preview?release=${number}`}>Plan of putting it live</Link>
              </DropdownMenu.Item>
            )}
            {canActivate && environment.targets.length > 1 && (
              <DropdownMenu.Item className={menuItemStyle} onSelect={() => setChoosing(true)}>
                Put it live on some servers…
              </DropdownMenu.Item>
            )}
            {canDeploy && (
              <DropdownMenu.Item
                className={menuItemStyle}
                onSelect={() => void queue(() => redeployRelease({ environmentId, number }))}
              >
                Deploy this commit again
              </DropdownMenu.Item>
            )}
            {canDeploy && others.length > 0 && (
              <DropdownMenu.Group>
                <DropdownMenu.Label className="px-2 pb-0.5 pt-2 text-xs text-ink-soft">Promote to</DropdownMenu.Label>
                {others.map(({ id, name }) => (
                  <DropdownMenu.Item
                    key={id}
                    className={menuItemStyle}
                    onSelect={() => void queue(() => promoteRelease({ environmentId, number, to: id }))}
                  >
                    {name}
                  </DropdownMenu.Item>
                ))}
              </DropdownMenu.Group>
            )}
            {canRemove && (
              <>
                <DropdownMenu.Separator className="my-1 h-px bg-line" />
                <DropdownMenu.Item className={`${menuItemStyle} text-bad`} onSelect={() => setRemoving(true)}>
                  Remove from the server…
                </DropdownMenu.Item>
              </>
            )}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      <ReleaseRemoval release={release} isOpen={isRemoving} onOpenChange={setRemoving} />
      <SomeServers
        environment={environment}
        word={`Put release ${number} live`}
        act={(servers) => activateRelease({ environmentId, number, servers })}
        isOpen={isChoosing}
        onOpenChange={setChoosing}
      >
        Its variables come back with it.
      </SomeServers>
    </>
  )
}
