import { environmentOperations } from '@/lib/api/register/environments.ts'
import { removeEnvironmentServer } from '@/lib/panel/environment-servers.ts'
import { operation } from '@/lib/web/operation.ts'

export const DELETE = operation(environmentOperations.removeEnvironmentServer, removeEnvironmentServer)
