import { freezeOperations } from '@/lib/api/register/freezes.ts'
import { addFreeze, listFreezes } from '@/lib/panel/freezes.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(freezeOperations.listFreezes, listFreezes)
export const POST = operation(freezeOperations.addFreeze, addFreeze)
