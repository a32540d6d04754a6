// Deployments and releases in the API.
import { z } from 'zod'
import { cancelAt, giveUpAt } from '../inputs-deployments.ts'
import { activationInput, byEnvironment, deploymentAt, deploymentInput, rollBackInput } from '../inputs.ts'
import { logAt } from '../inputs-log.ts'
import { operation, pageInput, pageOf } from '../operation.ts'
import { deploymentDetail, deploymentView, logChunkView, releaseView } from '../shapes.ts'

const environment = '/environments/{environmentId}'
/** Of what is numbered: `next` is the last number of a page. */
const numberedPage = {
  ...pageInput,
  cursor: z.coerce.number<string | number>().int().min(1).optional().describe('`next` of the page before.'),
}
const one = `${environment}/deployments/{number}`

export const deploymentOperations = {
  listDeployments: operation({
    method: 'GET',
    path: `${environment}/deployments`,
    summary: 'Deployments, newest first',
    role: 'viewer',
    input: byEnvironment.extend(numberedPage),
    output: pageOf(deploymentView),
    command: 'deployment list',
  }),
  requestDeployment: operation({
    method: 'POST',
    path: `${environment}/deployments`,
    summary: 'Queue a deployment of a branch, tag or commit (the environment’s branch unless given)',
    role: 'developer',
    input: deploymentInput,
    output: deploymentView,
    status: 202,
    key: 'deployment',
    command: 'deployment request',
  }),
  getDeployment: operation({
    method: 'GET',
    path: one,
    summary: 'One deployment with its plan, findings, and all that happened',
    role: 'viewer',
    input: deploymentAt,
    output: deploymentDetail,
    command: 'deployment show',
  }),
  readLog: operation({
    method: 'GET',
    path: `${one}/log`,
    summary: 'The log as text; with `Accept: application/json` chunks after `afterChunk`',
    role: 'viewer',
    input: logAt,
    output: z.object({ chunks: z.array(logChunkView) }),
    produces: 'text/plain',
    command: 'deployment log',
  }),
  streamDeployment: operation({
    method: 'GET',
    path: `${one}/events`,
    summary: 'Server-sent events until the deployment has ended; `Last-Event-ID` continues an earlier stream',
    role: 'viewer',
    input: deploymentAt,
    output: z.string(),
    produces: 'text/event-stream',
    command: 'deployment events',
  }),
  cancelDeployment: operation({
    method: 'POST',
    path: `${one}/cancel`,
    summary: 'End a queued one at once, a running one as soon as its step was stopped',
    role: 'developer',
    input: cancelAt,
    output: deploymentView,
    status: 202,
    command: 'deployment cancel',
  }),
  continueDeployment: operation({
    method: 'POST',
    path: `${one}/continue`,
    summary: 'Let the other servers follow the first, which went ahead alone',
    role: 'developer',
    input: deploymentAt,
    output: deploymentView,
    status: 202,
    command: 'deployment continue',
  }),
  giveUpDeployment: operation({
    method: 'POST',
    path: `${one}/give-up`,
    summary:
      'Stop waiting for a server that stays away (of several the one of `targetId`); what happened there stays unknown',
    role: 'developer',
    input: giveUpAt,
    output: deploymentView,
    status: 202,
    command: 'deployment give-up',
  }),
}

export const releaseOperations = {
  listReleases: operation({
    method: 'GET',
    path: `${environment}/releases`,
    summary: 'Releases, newest first, those included whose directory was removed since',
    role: 'viewer',
    input: byEnvironment.extend(numberedPage),
    output: pageOf(releaseView),
    command: 'release list',
  }),
  activateRelease: operation({
    method: 'POST',
    path: `${environment}/releases/{number}/activate`,
    summary: 'Queue the switch to a release that is still on the server',
    role: 'developer',
    input: activationInput,
    output: deploymentView,
    status: 202,
    key: 'deployment',
    command: 'release activate',
  }),
  rollBack: operation({
    method: 'POST',
    path: `${environment}/rollback`,
    summary: 'Queue the switch to the newest older release that had succeeded and is still on the server',
    role: 'developer',
    input: rollBackInput,
    output: deploymentView,
    status: 202,
    key: 'deployment',
    command: 'environment rollback',
  }),
}
