// Deliveries of Bitbucket Cloud, after its documented events `repo:push` and `repo:commit_status_…`.
import { z } from 'zod'
import { commitId, type ToldCheck } from '../push.ts'
import { address, checksRead, eventOf, ignored, keyOf, moment, otherEvent, pullRequest } from './reading.ts'
import { pushesRead, type DeliveryRead, type DeliveryReader } from './reading.ts'

const link = z.object({ href: address })
const withRepository = z.object({
  repository: z.object({ full_name: z.string().max(500), links: z.object({ html: link }) }),
})

const side = z.object({ type: z.string(), name: z.string().min(1) })
const push = withRepository.extend({
  push: z.object({
    changes: z
      .array(z.object({ old: side.nullish(), new: side.extend({ target: z.object({ hash: commitId }) }).nullish() }))
      .max(1_000),
  }),
  actor: z.object({ nickname: z.string().nullish(), display_name: z.string().nullish() }).nullish(),
})

const commitStatus = withRepository.extend({
  commit_status: z.object({
    key: z.string().min(1).max(500),
    name: z.string().max(500).nullish(),
    state: z.enum(['SUCCESSFUL', 'FAILED', 'INPROGRESS', 'STOPPED']),
    created_on: moment,
    updated_on: moment.nullish(),
    links: z.object({ commit: link }),
  }),
})

const states: Record<'SUCCESSFUL' | 'FAILED' | 'INPROGRESS' | 'STOPPED', ToldCheck['state']> = {
  SUCCESSFUL: 'passed',
  FAILED: 'failed',
  STOPPED: 'failed',
  INPROGRESS: 'waiting',
}

export const readBitbucket: DeliveryReader = (headers, json) => {
  const event = eventOf(headers, 'x-event-key')
  return {
    event,
    key: keyOf(headers, 'x-request-uuid'),
    read: readEvent(event, json),
    repositories: repositoriesOf(json),
  }
}

/** Bitbucket doesn't say where its repositories are cloned from: at their page's address, or by ssh on the same host. */
function repositoriesOf(json: unknown): string[] {
  const { data } = withRepository.safeParse(json)
  return data ? [data.repository.links.html.href] : []
}

function readEvent(event: string, json: unknown): DeliveryRead['read'] {
  switch (event) {
    case 'repo:push': {
      const { push: told, actor } = push.parse(json)
      const pusher = (actor?.nickname ?? actor?.display_name ?? '').slice(0, 500)
      return pushesRead(
        told.changes.map((change) => {
          const { type, name } = change.new ?? change.old ?? { type: '', name: '' }
          if (type !== 'branch' && type !== 'tag') return null
          return { kind: type, name, commit: change.new?.target.hash ?? null, pusher }
        }),
      )
    }
    case 'repo:commit_status_created':
    case 'repo:commit_status_updated': {
      const { key, name, state, created_on, updated_on, links } = commitStatus.parse(json).commit_status
      const commit = commitId.parse(links.commit.href.split('/').at(-1))
      // People see the name, and other programs the key: either may be what an environment waits for.
      const names = [...new Set([key, name || key])]
      return checksRead(names.map((one) => ({ commit, name: one, state: states[state], at: updated_on ?? created_on })))
    }
    case 'repo:fork':
      return ignored('fork', 'Forks are nothing of this repository’s own.')
    default:
      return event.startsWith('pullrequest:') ? pullRequest(false) : otherEvent(event)
  }
}
