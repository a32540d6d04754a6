'use server'
import { cloneInput, promotionInput, redeployInput, releaseKey } from '@/lib/api/inputs-preview.ts'
import { cloneEnvironment as clone } from '@/lib/panel/environment-clone.ts'
import { promoteRelease as promote, redeployRelease as redeploy } from '@/lib/panel/promote.ts'
import { removeRelease as remove } from '@/lib/panel/release-removal.ts'
import { action } from '@/lib/web/action.ts'

export const redeployRelease = action(redeployInput, redeploy)
export const promoteRelease = action(promotionInput, promote)
export const removeRelease = action(releaseKey, remove)
export const cloneEnvironment = action(cloneInput, clone)
