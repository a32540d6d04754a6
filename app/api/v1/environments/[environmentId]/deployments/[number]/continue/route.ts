import { deploymentOperations } from '@/lib/api/register/deployments.ts'
import { continueDeployment } from '@/lib/panel/deployments.ts'
import { operation } from '@/lib/web/operation.ts'

export const POST = operation(deploymentOperations.continueDeployment, continueDeployment)
