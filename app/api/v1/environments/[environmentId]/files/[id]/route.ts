import { fileOperations } from '@/lib/api/register/files.ts'
import { readConfigFile, removeConfigFile } from '@/lib/panel/files.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(fileOperations.readConfigFile, readConfigFile)
export const DELETE = operation(fileOperations.removeConfigFile, removeConfigFile)
