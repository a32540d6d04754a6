// A project as code in the API.
import { z } from 'zod'
import { blueprintInput, blueprintResult } from '../blueprint.ts'
import { byId } from '../inputs.ts'
import { operation } from '../operation.ts'

export const blueprintOperations = {
  exportProject: operation({
    method: 'GET',
    path: '/projects/{id}/blueprint',
    summary:
      'The project as YAML: settings, environments, what they follow, freezes and channels; of secrets only the names',
    role: 'developer',
    input: byId,
    output: z.object({ text: z.string() }),
    command: 'project export',
  }),
  applyBlueprint: operation({
    method: 'POST',
    path: '/blueprints',
    summary: 'Make a project what the YAML says, in one transaction; with `dryRun` only say what would change',
    role: 'admin',
    input: blueprintInput,
    output: blueprintResult,
    command: 'project apply',
  }),
}
