'use server'
import { fileInput, fileKey } from '@/lib/api/inputs-files.ts'
import * as files from '@/lib/panel/files.ts'
import { action } from '@/lib/web/action.ts'

export const saveConfigFile = action(fileInput, files.saveConfigFile)
export const readConfigFile = action(fileKey, files.readConfigFile)
export const removeConfigFile = action(fileKey, files.removeConfigFile)
export const listConfigFileRevisions = action(fileKey, files.listConfigFileRevisions)
