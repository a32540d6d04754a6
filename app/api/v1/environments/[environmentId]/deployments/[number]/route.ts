import { deploymentOperations } from '@/lib/api/register/deployments.ts'
import { getDeployment } from '@/lib/panel/deployments.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(deploymentOperations.getDeployment, getDeployment)
