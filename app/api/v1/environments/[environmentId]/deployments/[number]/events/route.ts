import { deploymentOperations } from '@/lib/api/register/deployments.ts'
import { deploymentStream } from '@/lib/web/deployment-stream.ts'
import { operation } from '@/lib/web/operation.ts'

export const dynamic = 'force-dynamic'

export const GET = operation(deploymentOperations.streamDeployment, deploymentStream)
