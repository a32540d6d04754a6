'use server'
import { fileInput, fileKey, fileRevert, filesApply } from '@/lib/api/inputs-files.ts'
import * as applying from '@/lib/panel/files-apply.ts'
import * as files from '@/lib/panel/files.ts'
import { action } from '@/lib/web/action.ts'

export const saveConfigFile = action(fileInput, files.saveConfigFile)
export const readConfigFile = action(fileKey, files.readConfigFile)
export const removeConfigFile = action(fileKey, files.removeConfigFile)
export const listConfigFileRevisions = action(fileKey, files.listConfigFileRevisions)
export const revertConfigFile = action(fileRevert, applying.revertConfigFile)
export const applyConfigFiles = action(filesApply, applying.applyConfigFiles)
