'use server'
import { driftInput, syncInput } from '@/lib/api/inputs-drift.ts'
import * as drift from '@/lib/panel/drift.ts'
import { action } from '@/lib/web/action.ts'

export const lookForDrift = action(driftInput, drift.lookForDrift)
export const syncServers = action(syncInput, drift.syncServers)
