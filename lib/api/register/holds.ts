// Maintenance of environments in the API.
import { byEnvironment } from '../inputs.ts'
import { holdInput } from '../inputs-holds.ts'
import { operation } from '../operation.ts'
import { environmentView } from '../shapes.ts'

const path = '/environments/{environmentId}/hold'

export const holdOperations = {
  holdEnvironment: operation({
    method: 'PUT',
    path,
    summary: 'Refuse every request for a deployment, saying why, until it is lifted or the time is over',
    role: 'admin',
    input: holdInput,
    output: environmentView,
    command: 'environment hold',
  }),
  liftHold: operation({
    method: 'DELETE',
    path,
    summary: 'Take requests for deployments again',
    role: 'admin',
    input: byEnvironment,
    output: environmentView,
    command: 'environment lift',
  }),
}
