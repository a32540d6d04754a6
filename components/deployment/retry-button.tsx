'use client'
import { RotateCw } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { activateRelease, requestDeployment } from '@/app/actions/deployments.ts'
import { applyConfigFiles } from '@/app/actions/files.ts'
import { applyVariables } from '@/app/actions/variables.ts'
import type { DeploymentDetail } from '@/lib/api/shapes.ts'
import { ActButton } from '../form/act-button.tsx'

type Repeatable = Exclude<DeploymentDetail['source'], { type: 'leave' }>

/** The same again: the same branch (its newest commit), or the same release. */
export function RetryButton({ detail }: { detail: DeploymentDetail }) {
  const router = useRouter()
  const { source, environmentId } = detail
  // How a server is left is chosen where it is taken out.
  if (source.type === 'leave') return null
  return (
    <ActButton
      kind="plain"
      busyText="Starting…"
      act={() => again(environmentId, source)}
      done={(deployment) => router.push(`/deployments/${deployment.id}`)}
    >
      <RotateCw aria-hidden size={14} className="shrink-0" />
      <span className="truncate">{words(source)}</span>
    </ActButton>
  )
}

function again(environmentId: string, source: Repeatable) {
  switch (source.type) {
    case 'git':
      return requestDeployment({ environmentId, ref: source.ref })
    case 'release':
      return activateRelease({ environmentId, number: source.number })
    case 'variables':
      return applyVariables({ environmentId })
    case 'files':
      return applyConfigFiles({ environmentId })
  }
}

function words(source: Repeatable): string {
  if (source.type === 'git') return `Deploy ${source.ref} again`
  return source.type === 'release' ? `Activate ${source.number} again` : `Apply ${source.type} again`
}
