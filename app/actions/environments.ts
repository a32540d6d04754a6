'use server'
import { byId, commitsInput, environmentChange, environmentInput } from '@/lib/api/inputs.ts'
import { environmentServer, serverRemoval } from '@/lib/api/inputs-servers.ts'
import * as deployments from '@/lib/panel/deployments.ts'
import * as servers from '@/lib/panel/environment-servers.ts'
import * as environments from '@/lib/panel/environments.ts'
import { action } from '@/lib/web/action.ts'

export const createEnvironment = action(environmentInput, environments.createEnvironment)
export const updateEnvironment = action(environmentChange, environments.updateEnvironment)
export const removeEnvironment = action(byId, environments.removeEnvironment)
export const readCommits = action(commitsInput, deployments.readCommits)
export const addEnvironmentServer = action(environmentServer, servers.addEnvironmentServer)
export const removeEnvironmentServer = action(serverRemoval, servers.removeEnvironmentServer)
