// What hooks were, and what is said about a script, in the API.
import { z } from 'zod'
import { revertInput, scriptInput } from '../inputs-hooks.ts'
import { hookKey } from '../inputs.ts'
import { operation } from '../operation.ts'
import { hookRevisionView, scriptCheck } from '../shapes-hooks.ts'
import { hookView } from '../shapes.ts'

export const hookHistoryOperations = {
  listHookRevisions: operation({
    method: 'GET',
    path: '/environments/{environmentId}/hook-revisions/{event}',
    summary: 'The newest hundred revisions of the script at this event, newest first, removals among them',
    role: 'viewer',
    input: hookKey,
    output: z.array(hookRevisionView),
    command: 'hook history',
  }),
  revertHook: operation({
    method: 'POST',
    path: '/environments/{environmentId}/hook-revisions/{event}',
    summary: 'Bring an earlier revision back as the newest; `conflict` when `basedOn` isn’t the newest',
    role: 'admin',
    input: revertInput,
    output: hookView,
    command: 'hook revert',
  }),
  checkScript: operation({
    method: 'POST',
    path: '/environments/{environmentId}/script-check',
    summary: 'What bash, and ShellCheck where it is installed, say of a script on the server; nothing of it is run',
    role: 'admin',
    input: scriptInput,
    output: scriptCheck,
    command: 'hook check',
  }),
}
