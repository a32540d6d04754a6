import { fileOperations } from '@/lib/api/register/files.ts'
import { applyConfigFiles } from '@/lib/panel/files-apply.ts'
import { operation } from '@/lib/web/operation.ts'

export const POST = operation(fileOperations.applyConfigFiles, applyConfigFiles)
