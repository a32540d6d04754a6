// Projects and servers in the API.
import { z } from 'zod'
import { byId, checkInput, hostKeyInput, nothing, projectChange, projectInput } from '../inputs.ts'
import { serverPage } from '../inputs-page.ts'
import { serverChange, serverInput } from '../inputs-servers.ts'
import { operation, pageInput, pageOf } from '../operation.ts'
import { checkView, hostKeyView, projectView, refView, serverChoice, serverView } from '../shapes.ts'

const page = z.object(pageInput)

export const projectOperations = {
  listProjects: operation({
    method: 'GET',
    path: '/projects',
    summary: 'Projects by name',
    role: 'viewer',
    input: page,
    output: pageOf(projectView),
    command: 'project list',
  }),
  createProject: operation({
    method: 'POST',
    path: '/projects',
    summary: 'Make a project; with access `key` the answer holds the deploy key’s public half',
    role: 'admin',
    input: projectInput,
    output: projectView,
    status: 201,
    key: 'answer',
    command: 'project create',
  }),
  getProject: operation({
    method: 'GET',
    path: '/projects/{id}',
    summary: 'One project',
    role: 'viewer',
    input: byId,
    output: projectView,
    command: 'project show',
  }),
  updateProject: operation({
    method: 'PATCH',
    path: '/projects/{id}',
    summary: 'Change what is given of a project',
    role: 'admin',
    input: projectChange,
    output: projectView,
    command: 'project update',
  }),
  removeProject: operation({
    method: 'DELETE',
    path: '/projects/{id}',
    summary: 'Forget a project without environments',
    role: 'admin',
    input: byId,
    output: z.null(),
    command: 'project remove',
  }),
  readBranches: operation({
    method: 'GET',
    path: '/projects/{id}/refs',
    summary: 'Branches and tags, asked of the Git host now',
    role: 'viewer',
    input: byId,
    output: z.array(refView),
    command: 'project refs',
  }),
}

export const serverOperations = {
  listServers: operation({
    method: 'GET',
    path: '/servers',
    summary: 'Servers by name',
    role: 'viewer',
    input: serverPage,
    output: pageOf(serverView),
    command: 'server list',
  }),
  listServerChoices: operation({
    method: 'GET',
    path: '/server-choices',
    summary:
      'Servers that environments can be put on: all, or those that projects of which one is an admin are on already',
    role: 'viewer',
    input: nothing,
    output: z.array(serverChoice),
    command: 'server choices',
  }),
  addServer: operation({
    method: 'POST',
    path: '/servers',
    summary: 'Add a server; the answer holds the public key to authorise on it',
    role: 'admin',
    input: serverInput,
    output: serverView,
    status: 201,
    key: 'answer',
    command: 'server add',
  }),
  getServer: operation({
    method: 'GET',
    path: '/servers/{id}',
    summary: 'One server',
    role: 'viewer',
    input: byId,
    output: serverView,
    command: 'server show',
  }),
  updateServer: operation({
    method: 'PATCH',
    path: '/servers/{id}',
    summary: 'Another name, other labels, or another way to the server; its confirmed host key stays',
    role: 'admin',
    input: serverChange,
    output: serverView,
    command: 'server update',
  }),
  removeServer: operation({
    method: 'DELETE',
    path: '/servers/{id}',
    summary: 'Forget a server that no environment uses; nothing on it is touched',
    role: 'admin',
    input: byId,
    output: z.null(),
    command: 'server remove',
  }),
  readHostKey: operation({
    method: 'GET',
    path: '/servers/{id}/host-key',
    summary: 'The key that the server presents now, to compare with what its own console says',
    role: 'admin',
    input: byId,
    output: hostKeyView,
    command: 'server host-key',
  }),
  confirmHostKey: operation({
    method: 'PUT',
    path: '/servers/{id}/host-key',
    summary: 'Trust the key whose fingerprint was compared; `host_key_changed` when the server presents another by now',
    role: 'admin',
    input: hostKeyInput,
    output: serverView,
    command: 'server trust',
  }),
  checkServer: operation({
    method: 'POST',
    path: '/servers/{id}/check',
    summary: 'Ask the server line by line whether it can be deployed to: a verdict and a remedy for each',
    role: 'developer',
    input: checkInput,
    output: checkView,
    command: 'server check',
  }),
}
