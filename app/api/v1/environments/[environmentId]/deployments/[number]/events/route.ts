import { deploymentAt } from '@/lib/api/inputs.ts'
import { route } from '@/lib/web/route.ts'
import { deploymentStream } from '@/lib/web/deployment-stream.ts'

export const dynamic = 'force-dynamic'

/** Server-sent events until the deployment has ended; `Last-Event-ID` (or `?after=`) continues where an earlier stream broke off. */
export const GET = route(deploymentAt, deploymentStream)
