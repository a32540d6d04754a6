// Environments in the API, with their hooks and commits.
import { z } from 'zod'
import { byEnvironment, commitsInput, environmentChange, environmentInput, hookInput, hookKey } from '../inputs.ts'
import { environmentPage } from '../inputs-page.ts'
import { environmentServer, serverRemoval } from '../inputs-servers.ts'
import { operation, pageOf } from '../operation.ts'
import { commitView, environmentView, hookView, serverRemovalView } from '../shapes.ts'

export const environmentOperations = {
  listEnvironments: operation({
    method: 'GET',
    path: '/environments',
    summary: 'Environments by project, of one project or of all',
    role: 'viewer',
    input: environmentPage,
    output: pageOf(environmentView),
    command: 'environment list',
  }),
  createEnvironment: operation({
    method: 'POST',
    path: '/environments',
    summary: 'Make an environment; nothing on the server is touched yet',
    role: 'admin',
    input: environmentInput,
    output: environmentView,
    status: 201,
    key: 'answer',
    command: 'environment create',
  }),
  getEnvironment: operation({
    method: 'GET',
    path: '/environments/{environmentId}',
    summary: 'One environment, with what is live',
    role: 'viewer',
    input: byEnvironment,
    output: environmentView,
    command: 'environment show',
  }),
  updateEnvironment: operation({
    method: 'PATCH',
    path: '/environments/{environmentId}',
    summary: 'Change what is given; it counts from the next deployment on',
    role: 'admin',
    input: environmentChange.omit({ id: true }).extend(byEnvironment.shape),
    output: environmentView,
    command: 'environment update',
  }),
  removeEnvironment: operation({
    method: 'DELETE',
    path: '/environments/{environmentId}',
    summary: 'Forget an environment and its history; the files on its servers stay',
    role: 'admin',
    input: byEnvironment,
    output: z.null(),
    command: 'environment remove',
  }),
  addEnvironmentServer: operation({
    method: 'POST',
    path: '/environments/{environmentId}/servers',
    summary: 'Put the environment on one more server; the next deployment brings everything along',
    role: 'admin',
    input: environmentServer,
    output: environmentView,
    status: 201,
    key: 'answer',
    command: 'environment add-server',
  }),
  removeEnvironmentServer: operation({
    method: 'DELETE',
    path: '/environments/{environmentId}/servers/{serverId}',
    summary: 'Take the environment off a server, which is left clean; what is live there stays unless told otherwise',
    role: 'admin',
    input: serverRemoval,
    output: serverRemovalView,
    command: 'environment remove-server',
  }),
  readCommits: operation({
    method: 'GET',
    path: '/environments/{environmentId}/commits',
    summary: 'What could be deployed, newest first',
    role: 'developer',
    input: commitsInput,
    output: z.array(commitView),
    command: 'environment commits',
  }),
}

export const hookOperations = {
  listHooks: operation({
    method: 'GET',
    path: '/environments/{environmentId}/hooks',
    summary: 'The panel’s own hooks; those of the repository stand in its commits',
    role: 'viewer',
    input: byEnvironment,
    output: z.array(hookView),
    command: 'hook list',
  }),
  saveHook: operation({
    method: 'PUT',
    path: '/environments/{environmentId}/hooks/{event}',
    summary: 'A new revision of the script that runs at this event; `conflict` when `basedOn` isn’t the newest',
    role: 'admin',
    input: hookInput,
    output: hookView,
    command: 'hook save',
  }),
  removeHook: operation({
    method: 'DELETE',
    path: '/environments/{environmentId}/hooks/{event}',
    summary: 'Nothing of the panel’s runs at this event any more',
    role: 'admin',
    input: hookKey,
    output: z.null(),
    command: 'hook remove',
  }),
}
