import { releaseOperations } from '@/lib/api/register/deployments.ts'
import { rollBack } from '@/lib/panel/releases.ts'
import { operation } from '@/lib/web/operation.ts'

export const POST = operation(releaseOperations.rollBack, rollBack)
