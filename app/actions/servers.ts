'use server'
import { byId, checkInput, hostKeyInput } from '@/lib/api/inputs.ts'
import { serverChange, serverInput } from '@/lib/api/inputs-servers.ts'
import * as servers from '@/lib/panel/servers.ts'
import { action } from '@/lib/web/action.ts'

export const addServer = action(serverInput, servers.addServer)
export const updateServer = action(serverChange, servers.updateServer)
export const readHostKey = action(byId, servers.readHostKey)
export const confirmHostKey = action(hostKeyInput, servers.confirmHostKey)
export const checkServer = action(checkInput, servers.checkServer)
export const removeServer = action(byId, servers.removeServer)
