import { driftOperations } from '@/lib/api/register/drift.ts'
import { syncServers } from '@/lib/panel/drift.ts'
import { operation } from '@/lib/web/operation.ts'

export const POST = operation(driftOperations.syncServers, syncServers)
