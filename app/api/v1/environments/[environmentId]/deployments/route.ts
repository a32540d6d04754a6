import { deploymentInput, deploymentsInput } from '@/lib/api/inputs.ts'
import { listDeployments, requestDeployment } from '@/lib/panel/deployments.ts'
import { route } from '@/lib/web/route.ts'

/** Newest first; `?before=<number>` continues. */
export const GET = route(deploymentsInput, listDeployments)

/** `{ref?}` → the queued deployment with its `number`. A repeated `Idempotency-Key` gives the first one again. */
export const POST = route(deploymentInput, requestDeployment, { status: 202 })
