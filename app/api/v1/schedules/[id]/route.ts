import { scheduleOperations } from '@/lib/api/register/schedules.ts'
import { removeSchedule, updateSchedule } from '@/lib/panel/schedules.ts'
import { operation } from '@/lib/web/operation.ts'

export const PUT = operation(scheduleOperations.updateSchedule, updateSchedule)
export const DELETE = operation(scheduleOperations.removeSchedule, removeSchedule)
