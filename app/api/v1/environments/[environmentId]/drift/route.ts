import { driftOperations } from '@/lib/api/register/drift.ts'
import { listDrift, lookForDrift } from '@/lib/panel/drift.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(driftOperations.listDrift, listDrift)
export const POST = operation(driftOperations.lookForDrift, lookForDrift)
