import { deploymentAt } from '@/lib/api/inputs.ts'
import { cancelDeployment } from '@/lib/panel/deployments.ts'
import { route } from '@/lib/web/route.ts'

export const POST = route(deploymentAt, cancelDeployment, { status: 202 })
