// Deliveries of GitLab, after its documented events: pushes of branches and tags, and pipelines, which are the check `pipeline`.
import { z } from 'zod'
import { commitId, type ToldCheck } from '../push.ts'
import {
  address,
  checksRead,
  commitOrZeros,
  eventOf,
  ignored,
  keyOf,
  moment,
  otherEvent,
  pullRequest,
} from './reading.ts'
import { pushesRead, pushOf, type DeliveryRead, type DeliveryReader } from './reading.ts'

const url = address.nullish()
const project = z.object({ git_http_url: url, git_ssh_url: url, web_url: url, http_url: url, ssh_url: url })
const withProject = z.object({ project })

const push = withProject.extend({
  ref: z.string(),
  after: commitOrZeros,
  // Of an annotated tag `after` is the tag itself.
  checkout_sha: commitOrZeros.nullish(),
  user_username: z.string().nullish(),
  user_name: z.string().nullish(),
})

const pipeline = withProject.extend({
  object_attributes: z.object({
    sha: commitId,
    status: z.string(),
    source: z.string().nullish(),
    created_at: moment,
    finished_at: moment.nullish(),
  }),
  builds: z.array(z.object({ created_at: moment.nullish(), started_at: moment.nullish() })).nullish(),
  merge_request: z.object({ source_project_id: z.number(), target_project_id: z.number() }).nullish(),
})

/** Sources of what says nothing of the commit as a whole: children, whose parents say it, and scans on demand. */
const partial = /^(parent_pipeline|ondemand_dast_.*|security_orchestration_policy)$/

const states: Readonly<Record<string, ToldCheck['state']>> = {
  success: 'passed',
  skipped: 'passed',
  failed: 'failed',
  canceled: 'failed',
}

const mergeRequest = z.object({
  object_attributes: z.object({ source_project_id: z.number(), target_project_id: z.number() }),
})

export const readGitlab: DeliveryReader = (headers, json) => {
  const event = eventOf(headers, 'x-gitlab-event')
  // The first stays the same when GitLab itself tries once more.
  const key = keyOf(headers, 'idempotency-key', 'x-gitlab-event-uuid')
  return { event, key, read: readEvent(event, json), repositories: repositoriesOf(json) }
}

function repositoriesOf(json: unknown): string[] {
  const { data } = withProject.safeParse(json)
  return [...new Set(Object.values(data?.project ?? {}))].filter((one) => typeof one === 'string')
}

function readEvent(event: string, json: unknown): DeliveryRead['read'] {
  switch (event) {
    case 'Push Hook':
    case 'Tag Push Hook': {
      const { ref, after, checkout_sha, user_username, user_name } = push.parse(json)
      const commit = after !== null && ref.startsWith('refs/tags/') ? (checkout_sha ?? after) : after
      return pushesRead([pushOf(ref, commit, user_username ?? user_name ?? '')])
    }
    case 'Pipeline Hook': {
      const { object_attributes, builds, merge_request } = pipeline.parse(json)
      if (merge_request && merge_request.source_project_id !== merge_request.target_project_id) return pullRequest(true)
      const { sha, status, source, created_at, finished_at } = object_attributes
      if (partial.test(source ?? ''))
        return ignored('other_event', 'This pipeline is a part of others: only a whole one is a check.')
      // GitLab makes one for a mark on a commit that has none: passed at once when a deployment has, whatever tests there will be.
      if (source === 'external')
        return ignored('external_status', 'This pipeline is only what others, as Fairlead, said of the commit.')
      const isOfMerge = source === 'merge_request_event'
      // Without the merge request nobody knows whether it comes from a fork.
      if ((isOfMerge && !merge_request) || source === 'external_pull_request_event') return pullRequest(false)
      const state = states[status] ?? 'waiting'
      // One that runs once more keeps its times, but for those of its new jobs.
      const ofJobs = (builds ?? []).flatMap((job) => [job.created_at, job.started_at])
      const at = [finished_at, ...ofJobs].reduce<string>((last, one) => (one && one > last ? one : last), created_at)
      // A branch's pipeline goes on when that of its merge request has passed, which may do less.
      return checksRead([{ commit: sha, name: isOfMerge ? 'merge_request_pipeline' : 'pipeline', state, at }])
    }
    case 'Merge Request Hook': {
      const { data } = mergeRequest.safeParse(json)
      return pullRequest(
        data !== undefined && data.object_attributes.source_project_id !== data.object_attributes.target_project_id,
      )
    }
    default:
      return otherEvent(event)
  }
}
