import { deploymentAt } from '@/lib/api/inputs.ts'
import { giveUpDeployment } from '@/lib/panel/deployments.ts'
import { route } from '@/lib/web/route.ts'

export const POST = route(deploymentAt, giveUpDeployment, { status: 202 })
