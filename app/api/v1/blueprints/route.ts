import { blueprintOperations } from '@/lib/api/register/blueprint.ts'
import { applyBlueprint } from '@/lib/panel/blueprint.ts'
import { operation } from '@/lib/web/operation.ts'

export const POST = operation(blueprintOperations.applyBlueprint, applyBlueprint)
