// Deliveries of GitHub, after its documented events `push`, `status`, `check_run` and `ping`.
import { z } from 'zod'
import { commitId, type ToldCheck } from '../push.ts'
import { readPullRequest, readPush, repositoriesOf, withRepository } from './hub.ts'
import { checksRead, eventOf, ignored, keyOf, moment, otherEvent, ping } from './reading.ts'
import type { DeliveryRead, DeliveryReader } from './reading.ts'

const states: Record<'pending' | 'success' | 'failure' | 'error', ToldCheck['state']> = {
  pending: 'waiting',
  success: 'passed',
  failure: 'failed',
  error: 'failed',
}

const status = withRepository.extend({
  sha: commitId,
  context: z.string().min(1).max(500),
  state: z.enum(['pending', 'success', 'failure', 'error']),
  updated_at: moment,
})

const checkRun = withRepository.extend({
  check_run: z.object({
    head_sha: commitId,
    name: z.string().min(1).max(500),
    status: z.string(),
    conclusion: z.string().nullish(),
    started_at: moment.nullish(),
    completed_at: moment.nullish(),
  }),
})

/** What GitHub itself lets a branch's protection take for passed. */
const passing = ['success', 'neutral', 'skipped']

export const readGithub: DeliveryReader = (headers, json) => {
  const event = eventOf(headers, 'x-github-event')
  return {
    event,
    key: keyOf(headers, 'x-github-delivery'),
    read: readEvent(event, json),
    repositories: repositoriesOf(json),
  }
}

function readEvent(event: string, json: unknown): DeliveryRead['read'] {
  switch (event) {
    case 'push':
      return readPush(json)
    case 'ping':
      return ping
    case 'status': {
      const { sha, context, state, updated_at } = status.parse(json)
      return checksRead([{ commit: sha, name: context, state: states[state], at: updated_at }])
    }
    case 'check_run': {
      const { head_sha, name, status: at, conclusion, started_at, completed_at } = checkRun.parse(json).check_run
      const isOver = at === 'completed'
      const when = (isOver ? completed_at : started_at) ?? started_at ?? completed_at
      if (!when) return ignored('other_event', 'The check has not begun.')
      const result = passing.includes(conclusion ?? '') ? 'passed' : 'failed'
      return checksRead([{ commit: head_sha, name, state: isOver ? result : 'waiting', at: when }])
    }
    case 'pull_request':
    case 'pull_request_target':
      return readPullRequest(json)
    case 'fork':
      return ignored('fork', 'Forks are nothing of this repository’s own.')
    default:
      return otherEvent(event)
  }
}
