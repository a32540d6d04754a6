import { releaseOperations } from '@/lib/api/register/deployments.ts'
import { activateRelease } from '@/lib/panel/releases.ts'
import { operation } from '@/lib/web/operation.ts'

export const POST = operation(releaseOperations.activateRelease, activateRelease)
