'use client'
import { RotateCw } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { activateRelease, requestDeployment } from '@/app/actions/deployments.ts'
import { applyConfigFiles } from '@/app/actions/files.ts'
import { removeRelease } from '@/app/actions/releases.ts'
import { applyVariables } from '@/app/actions/variables.ts'
import type { DeploymentDetail } from '@/lib/api/shapes.ts'
import { shortSha } from '@/lib/format/revision.ts'
import { ActButton } from '../form/act-button.tsx'

/** The same again, on the same servers: the same branch (its newest commit), the same release, its removal. */
export function RetryButton({ detail }: { detail: DeploymentDetail }) {
  const router = useRouter()
  const again = repetition(detail)
  if (!again) return null
  return (
    <ActButton
      kind="plain"
      busyText="Starting…"
      act={again.act}
      done={(deployment) => router.push(`/deployments/${deployment.id}`)}
    >
      <RotateCw aria-hidden size={14} className="shrink-0" />
      <span className="truncate">{again.words}</span>
    </ActButton>
  )
}

/** Null: how a server is left is chosen where it is taken out. */
function repetition({ kind, source, environmentId, servers }: DeploymentDetail) {
  const where = { environmentId, ...(servers.length > 0 ? { servers } : {}) }
  switch (source.type) {
    case 'leave':
      return null
    case 'git':
      return {
        words: `Deploy ${shortSha(source.ref)} again`,
        act: () => requestDeployment({ ...where, ref: source.ref }),
      }
    case 'release': {
      const { number } = source
      return kind === 'remove'
        ? { words: `Remove release ${number} again`, act: () => removeRelease({ environmentId, number }) }
        : { words: `Activate ${number} again`, act: () => activateRelease({ ...where, number }) }
    }
    case 'variables':
      return { words: 'Apply variables again', act: () => applyVariables(where) }
    case 'files':
      return { words: 'Apply files again', act: () => applyConfigFiles(where) }
  }
}
