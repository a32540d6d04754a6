import { deploymentAt } from '@/lib/api/inputs.ts'
import { getDeployment } from '@/lib/panel/deployments.ts'
import { route } from '@/lib/web/route.ts'

export const GET = route(deploymentAt, getDeployment)
