import { hookOperations } from '@/lib/api/register/environments.ts'
import { listHooks } from '@/lib/panel/hooks.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(hookOperations.listHooks, listHooks)
