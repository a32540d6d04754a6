'use client'
import { RotateCw } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { activateRelease, requestDeployment } from '@/app/actions/deployments.ts'
import type { DeploymentDetail } from '@/lib/api/shapes.ts'
import { ActButton } from '../form/act-button.tsx'

/** The same again: the same branch (its newest commit), or the same release. */
export function RetryButton({ detail }: { detail: DeploymentDetail }) {
  const router = useRouter()
  const { source, environmentId } = detail
  return (
    <ActButton
      kind="plain"
      busyText="Starting…"
      act={() =>
        source.type === 'git'
          ? requestDeployment({ environmentId, ref: source.ref })
          : activateRelease({ environmentId, number: source.number })
      }
      done={(deployment) => router.push(`/deployments/${deployment.id}`)}
    >
      <RotateCw aria-hidden size={14} className="shrink-0" />
      <span className="truncate">
        {source.type === 'git' ? `Deploy ${source.ref} again` : `Activate ${source.number} again`}
      </span>
    </ActButton>
  )
}
