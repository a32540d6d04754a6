'use server'
import {
  cloneInput,
  comparisonInput,
  previewInput,
  promotionInput,
  redeployInput,
  releaseKey,
} from '@/lib/api/inputs-preview.ts'
import { compareReleases as compare } from '@/lib/panel/compare.ts'
import { cloneEnvironment as clone } from '@/lib/panel/environment-clone.ts'
import { previewPlan as preview } from '@/lib/panel/preview.ts'
import { promoteRelease as promote, redeployRelease as redeploy } from '@/lib/panel/promote.ts'
import { removeRelease as remove } from '@/lib/panel/release-removal.ts'
import { action } from '@/lib/web/action.ts'

export const previewPlan = action(previewInput, preview)
export const compareReleases = action(comparisonInput, compare)
export const redeployRelease = action(redeployInput, redeploy)
export const promoteRelease = action(promotionInput, promote)
export const removeRelease = action(releaseKey, remove)
export const cloneEnvironment = action(cloneInput, clone)
