import { blueprintOperations } from '@/lib/api/register/blueprint.ts'
import { exportProject } from '@/lib/panel/blueprint.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(blueprintOperations.exportProject, exportProject)
