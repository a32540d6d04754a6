// Drift in the API: what differs on servers, a look at once, and the live release put where it is missing or changed.
import { z } from 'zod'
import { driftInput, syncInput } from '../inputs-drift.ts'
import { operation } from '../operation.ts'
import { driftView } from '../shapes-drift.ts'
import { deploymentView } from '../shapes.ts'

const environment = '/environments/{environmentId}'

export const driftOperations = {
  listDrift: operation({
    method: 'GET',
    path: `${environment}/drift`,
    summary: 'What is on each server held against what was deployed there, as it was seen last',
    role: 'viewer',
    input: driftInput,
    output: z.array(driftView),
    command: 'environment drift',
  }),
  lookForDrift: operation({
    method: 'POST',
    path: `${environment}/drift`,
    summary: 'Look at each server now; `conflict` while a deployment is under way',
    role: 'developer',
    input: driftInput,
    output: z.array(driftView),
    command: 'environment look',
  }),
  syncServers: operation({
    method: 'POST',
    path: `${environment}/sync`,
    summary:
      'Queue the live release for servers that lack it or differ from it, copied from another server where it has to be',
    role: 'developer',
    input: syncInput,
    output: deploymentView,
    status: 202,
    key: 'deployment',
    command: 'environment sync',
  }),
}
