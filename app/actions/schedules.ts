'use server'
import { byId } from '@/lib/api/inputs.ts'
import { scheduleChange, scheduleInput } from '@/lib/api/inputs-schedules.ts'
import * as schedules from '@/lib/panel/schedules.ts'
import { action } from '@/lib/web/action.ts'

export const addSchedule = action(scheduleInput, schedules.addSchedule)
export const updateSchedule = action(scheduleChange, schedules.updateSchedule)
export const removeSchedule = action(byId, schedules.removeSchedule)
