// Configuration files in the API.
import { z } from 'zod'
import { byEnvironment } from '../inputs.ts'
import { fileInput, fileKey, fileRevert, filesApply } from '../inputs-files.ts'
import { operation } from '../operation.ts'
import { configFileRevisionView, configFileText, configFileView } from '../shapes-files.ts'
import { deploymentView } from '../shapes.ts'

const path = '/environments/{environmentId}/files'

export const fileOperations = {
  listConfigFiles: operation({
    method: 'GET',
    path,
    summary: 'The files that releases bring along beside the repository’s, without what is in them',
    role: 'viewer',
    input: byEnvironment,
    output: z.object({ items: z.array(configFileView) }),
    command: 'files list',
  }),
  saveConfigFile: operation({
    method: 'PUT',
    path,
    summary: 'A new revision of the file at this path: it counts from the next deployment on, or once it is applied',
    role: 'admin',
    input: fileInput,
    output: configFileView,
    command: 'files save',
  }),
  readConfigFile: operation({
    method: 'GET',
    path: `${path}/{id}`,
    summary: 'One file, with its text where that is no secret',
    role: 'developer',
    input: fileKey,
    output: configFileText,
    command: 'files show',
  }),
  removeConfigFile: operation({
    method: 'DELETE',
    path: `${path}/{id}`,
    summary: 'Releases from the next one on come without it; elsewhere on the server it goes with that',
    role: 'admin',
    input: fileKey,
    output: z.null(),
    command: 'files remove',
  }),
  listConfigFileRevisions: operation({
    method: 'GET',
    path: `${path}/{id}/revisions`,
    summary: 'The newest hundred revisions: who, when, and the releases that have them',
    role: 'viewer',
    input: fileKey,
    output: z.object({ items: z.array(configFileRevisionView) }),
    command: 'files history',
  }),
  revertConfigFile: operation({
    method: 'POST',
    path: `${path}/{id}/revisions/{number}/revert`,
    summary: 'Save what an earlier revision was as the newest one',
    role: 'admin',
    input: fileRevert,
    output: configFileView,
    status: 201,
    command: 'files revert',
  }),
  applyConfigFiles: operation({
    method: 'POST',
    path: `${path}/apply`,
    summary: 'Queue the change of the live release’s files to the newest ones',
    role: 'developer',
    input: filesApply,
    output: deploymentView,
    status: 202,
    key: 'deployment',
    command: 'files apply',
  }),
}
