// Times in which nothing is deployed, in the API.
import { z } from 'zod'
import { byId } from '../inputs.ts'
import { freezeInput, freezesInput } from '../inputs-freezes.ts'
import { operation } from '../operation.ts'
import { freezeView } from '../shapes-freezes.ts'

export const freezeOperations = {
  listFreezes: operation({
    method: 'GET',
    path: '/freezes',
    summary: 'Times in which nothing is deployed to a project or to one of its environments',
    role: 'viewer',
    input: freezesInput,
    output: z.array(freezeView),
    command: 'freeze list',
  }),
  addFreeze: operation({
    method: 'POST',
    path: '/freezes',
    summary: 'Refuse deployments in a window of time, saying why: once, or each week',
    role: 'admin',
    input: freezeInput,
    output: freezeView,
    status: 201,
    key: 'answer',
    command: 'freeze add',
  }),
  removeFreeze: operation({
    method: 'DELETE',
    path: '/freezes/{id}',
    summary: 'Deploy in that window again',
    role: 'admin',
    input: byId,
    output: z.null(),
    command: 'freeze remove',
  }),
}
