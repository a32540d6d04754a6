// Previews, comparisons, and what is done with a release that there is, in the API.
import {
  cloneInput,
  comparisonInput,
  previewInput,
  promotionInput,
  redeployInput,
  releaseKey,
} from '../inputs-preview.ts'
import { operation } from '../operation.ts'
import { comparisonView, previewView } from '../shapes-preview.ts'
import { deploymentView, environmentView } from '../shapes.ts'

const environment = '/environments/{environmentId}'
const one = `${environment}/releases/{number}`

export const previewOperations = {
  previewPlan: operation({
    method: 'POST',
    path: `${environment}/preview`,
    summary:
      'What a deployment of `ref`, an activation of `release`, or applying the set `variables` would run and change',
    role: 'developer',
    input: previewInput,
    output: previewView,
    command: 'environment plan',
  }),
  compareReleases: operation({
    method: 'GET',
    path: `${environment}/comparison`,
    summary: 'What has changed from one release to another (the live one unless given)',
    role: 'viewer',
    input: comparisonInput,
    output: comparisonView,
    command: 'release compare',
  }),
  redeployRelease: operation({
    method: 'POST',
    path: `${one}/redeploy`,
    summary: 'Queue a deployment of the same commit, with the hooks, settings and variables of now',
    role: 'developer',
    input: redeployInput,
    output: deploymentView,
    status: 202,
    key: 'deployment',
    command: 'release redeploy',
  }),
  promoteRelease: operation({
    method: 'POST',
    path: `${one}/promote`,
    summary: 'Queue a deployment of its commit in another environment of the project',
    role: 'developer',
    input: promotionInput,
    output: deploymentView,
    status: 202,
    key: 'deployment',
    command: 'release promote',
  }),
  removeRelease: operation({
    method: 'DELETE',
    path: one,
    summary: 'Queue the removal of its directory; never of the live one or of what a roll back would put live',
    role: 'developer',
    input: releaseKey,
    output: deploymentView,
    status: 202,
    command: 'release remove',
  }),
  cloneEnvironment: operation({
    method: 'POST',
    path: `${environment}/clone`,
    summary: 'Make another environment with the settings and hooks of this one, in a place of its own',
    role: 'admin',
    input: cloneInput,
    output: environmentView,
    status: 201,
    key: 'answer',
    command: 'environment clone',
  }),
}
