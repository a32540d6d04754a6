// Deliveries of Gitea and Forgejo, after their documented events `push` and `status`.
import { z } from 'zod'
import { commitId, type ToldCheck } from '../push.ts'
import { readPullRequest, readPush, repositoriesOf, withRepository } from './hub.ts'
import { checksRead, eventOf, ignored, keyOf, moment, otherEvent } from './reading.ts'
import type { DeliveryRead, DeliveryReader } from './reading.ts'

const states: Record<'pending' | 'success' | 'error' | 'failure' | 'warning' | 'skipped', ToldCheck['state']> = {
  pending: 'waiting',
  success: 'passed',
  skipped: 'passed',
  warning: 'failed',
  failure: 'failed',
  error: 'failed',
}

const status = withRepository.extend({
  sha: commitId,
  context: z.string().min(1).max(500),
  state: z.enum(['pending', 'success', 'error', 'failure', 'warning', 'skipped']),
  created_at: moment,
  updated_at: moment.nullish(),
})

export const readGitea: DeliveryReader = (headers, json) => {
  const event = eventOf(headers, 'x-forgejo-event', 'x-gitea-event')
  const key = keyOf(headers, 'x-forgejo-delivery', 'x-gitea-delivery')
  return { event, key, read: readEvent(event, json), repositories: repositoriesOf(json) }
}

function readEvent(event: string, json: unknown): DeliveryRead['read'] {
  if (event === 'push') return readPush(json)
  if (event === 'status') {
    const { sha, context, state, created_at, updated_at } = status.parse(json)
    return checksRead([{ commit: sha, name: context, state: states[state], at: updated_at ?? created_at }])
  }
  if (event.startsWith('pull_request')) return readPullRequest(json)
  if (event === 'fork') return ignored('fork', 'Forks are nothing of this repository’s own.')
  return otherEvent(event)
}
