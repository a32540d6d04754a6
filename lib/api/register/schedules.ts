// Times at which environments are deployed by themselves, in the API.
import { z } from 'zod'
import { byEnvironment, byId } from '../inputs.ts'
import { scheduleChange, scheduleInput } from '../inputs-schedules.ts'
import { operation } from '../operation.ts'
import { scheduleView } from '../shapes-schedules.ts'

export const scheduleOperations = {
  listSchedules: operation({
    method: 'GET',
    path: '/environments/{environmentId}/schedules',
    summary: 'When an environment is deployed by itself, and what came of it',
    role: 'viewer',
    input: byEnvironment,
    output: z.array(scheduleView),
    command: 'schedule list',
  }),
  addSchedule: operation({
    method: 'POST',
    path: '/environments/{environmentId}/schedules',
    summary: 'Deploy an environment again and again, at the times of a cron expression',
    role: 'admin',
    input: scheduleInput,
    output: scheduleView,
    status: 201,
    key: 'answer',
    command: 'schedule add',
  }),
  updateSchedule: operation({
    method: 'PUT',
    path: '/schedules/{id}',
    summary: 'Other times, or something else to deploy',
    role: 'admin',
    input: scheduleChange,
    output: scheduleView,
    command: 'schedule update',
  }),
  removeSchedule: operation({
    method: 'DELETE',
    path: '/schedules/{id}',
    summary: 'Nothing is deployed at these times any more',
    role: 'admin',
    input: byId,
    output: z.null(),
    command: 'schedule remove',
  }),
}
