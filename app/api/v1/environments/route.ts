import { environmentOperations } from '@/lib/api/register/environments.ts'
import { listEnvironmentPage } from '@/lib/panel/environments-page.ts'
import { createEnvironment } from '@/lib/panel/environments.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(environmentOperations.listEnvironments, listEnvironmentPage)
export const POST = operation(environmentOperations.createEnvironment, createEnvironment)
