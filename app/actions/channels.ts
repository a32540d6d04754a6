'use server'
import { byMessage, channelChange, channelInput } from '@/lib/api/inputs-channels.ts'
import { byId } from '@/lib/api/inputs.ts'
import * as channels from '@/lib/panel/channels.ts'
import * as messages from '@/lib/panel/messages.ts'
import { action } from '@/lib/web/action.ts'

export const createChannel = action(channelInput, channels.createChannel)
export const updateChannel = action(channelChange, channels.updateChannel)
export const removeChannel = action(byId, channels.removeChannel)
export const testChannel = action(byId, channels.testChannel)
export const sendAgain = action(byMessage, messages.sendAgain)
