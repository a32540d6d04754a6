import { environmentOperations } from '@/lib/api/register/environments.ts'
import { addEnvironmentServer } from '@/lib/panel/environment-servers.ts'
import { operation } from '@/lib/web/operation.ts'

export const POST = operation(environmentOperations.addEnvironmentServer, addEnvironmentServer)
