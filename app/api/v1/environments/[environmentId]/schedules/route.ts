import { scheduleOperations } from '@/lib/api/register/schedules.ts'
import { addSchedule, listSchedules } from '@/lib/panel/schedules.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(scheduleOperations.listSchedules, listSchedules)
export const POST = operation(scheduleOperations.addSchedule, addSchedule)
