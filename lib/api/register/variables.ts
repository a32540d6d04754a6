// Variables in the API.
import { z } from 'zod'
import { byEnvironment } from '../inputs.ts'
import {
  variablesApply,
  variablesChange,
  variablesComparison,
  variableSetsInput,
  variablesInput,
  variablesRevert,
} from '../inputs-variables.ts'
import { operation, pageInput, pageOf } from '../operation.ts'
import { deploymentView, variableChanges, variableSetView, variablesView } from '../shapes.ts'

const path = '/environments/{environmentId}/variables'

export const variableOperations = {
  readVariables: operation({
    method: 'GET',
    path,
    summary: 'The newest set of variables, without the values of secrets; null when none was saved yet',
    role: 'developer',
    input: byEnvironment,
    output: variablesView.nullable(),
    command: 'variables list',
  }),
  saveVariables: operation({
    method: 'PUT',
    path,
    summary: 'A new set, as the text of a `.env` file; “••••••••” keeps the value of a secret',
    role: 'admin',
    input: variablesInput,
    output: variablesView,
    command: 'variables save',
  }),
  changeVariables: operation({
    method: 'PATCH',
    path,
    summary: 'A new set in which some variables are set or gone; comments and order stay',
    role: 'admin',
    input: variablesChange,
    output: variablesView,
    command: 'variables set',
  }),
  applyVariables: operation({
    method: 'POST',
    path: `${path}/apply`,
    summary: 'Queue the change of the live release’s `.env` to the newest set',
    role: 'developer',
    input: variablesApply,
    output: deploymentView,
    status: 202,
    key: 'deployment',
    command: 'variables apply',
  }),
  compareVariables: operation({
    method: 'GET',
    path: `${path}/compare`,
    summary: 'How two sets differ, by name; `from` and `to` are numbers, left out for no variables at all',
    role: 'viewer',
    input: byEnvironment.extend({
      from: variablesComparison.shape.from.default(null),
      to: variablesComparison.shape.to.default(null),
    }),
    output: variableChanges,
    command: 'variables compare',
  }),
  listVariableSets: operation({
    method: 'GET',
    path: `${path}/sets`,
    summary: 'All sets, newest first: who, when, and the names that differ',
    role: 'viewer',
    input: byEnvironment.extend({
      limit: variableSetsInput.shape.limit,
      cursor: z.coerce.number<string | number>().int().min(1).optional().describe(pageInput.cursor.description!),
    }),
    output: pageOf(variableSetView),
    command: 'variables history',
  }),
  revertVariables: operation({
    method: 'POST',
    path: `${path}/sets/{number}/revert`,
    summary: 'Save what an earlier set was as the newest one',
    role: 'admin',
    input: variablesRevert,
    output: variablesView,
    status: 201,
    command: 'variables revert',
  }),
}
