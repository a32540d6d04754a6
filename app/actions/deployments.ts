'use server'
import { cancelInput, giveUpInput } from '@/lib/api/inputs-deployments.ts'
import { activationInput, byId, deploymentInput, rollBackInput } from '@/lib/api/inputs.ts'
import * as deployments from '@/lib/panel/deployments.ts'
import { action } from '@/lib/web/action.ts'

export const requestDeployment = action(deploymentInput, deployments.requestDeployment)
export const cancelDeployment = action(cancelInput, deployments.cancelDeployment)
export const continueDeployment = action(byId, deployments.continueDeployment)
export const giveUpDeployment = action(giveUpInput, deployments.giveUpDeployment)
export const activateRelease = action(activationInput, deployments.activateRelease)
export const rollBack = action(rollBackInput, deployments.rollBack)
