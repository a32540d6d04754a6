// What environments follow by themselves, in the API.
import { byEnvironment } from '../inputs.ts'
import { triggersInput } from '../inputs-following.ts'
import { operation } from '../operation.ts'
import { followingView } from '../shapes-following.ts'

const path = '/environments/{environmentId}/triggers'

export const followingOperations = {
  readFollowing: operation({
    method: 'GET',
    path,
    summary: 'What an environment follows by itself, how far it has come, and what waits',
    role: 'viewer',
    input: byEnvironment,
    output: followingView,
    command: 'environment triggers',
  }),
  saveTriggers: operation({
    method: 'PUT',
    path,
    summary: 'Say which pushes are deployed; it counts from the next push on',
    role: 'admin',
    input: triggersInput,
    output: followingView,
    command: 'environment follow',
  }),
  followAgain: operation({
    method: 'POST',
    path: '/environments/{environmentId}/triggers/again',
    summary: 'Let an environment deploy by itself again after somebody rolled back: pushes, schedules, CI',
    role: 'developer',
    input: byEnvironment,
    output: followingView,
    command: 'environment follow-again',
  }),
}
