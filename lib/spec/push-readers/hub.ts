// What GitHub and those who took after it (Gitea, Forgejo) have in common: the repository, pushes and commit statuses.
import { z } from 'zod'
import { address, commitOrZeros, pullRequest, pushesRead, pushOf, type DeliveryRead } from './reading.ts'

const url = address.nullish()
const repository = z.object({ clone_url: url, ssh_url: url, git_url: url, html_url: url })

export const withRepository = z.object({ repository })

/** Hooks of whole organisations tell of events without a repository, too. */
export function repositoriesOf(json: unknown): string[] {
  const { data } = withRepository.safeParse(json)
  if (!data) return []
  const { clone_url, ssh_url, git_url, html_url } = data.repository
  return [clone_url, ssh_url, git_url, html_url].filter((one) => typeof one === 'string')
}

const push = withRepository.extend({
  ref: z.string(),
  after: commitOrZeros,
  // Of an annotated tag `after` is the tag itself.
  head_commit: z.object({ id: commitOrZeros }).nullish(),
  pusher: z.object({ name: z.string().nullish(), login: z.string().nullish() }).nullish(),
})

export function readPush(json: unknown): DeliveryRead['read'] {
  const { ref, after, head_commit, pusher } = push.parse(json)
  const commit = after !== null && ref.startsWith('refs/tags/') ? (head_commit?.id ?? after) : after
  return pushesRead([pushOf(ref, commit, pusher?.login ?? pusher?.name ?? '')])
}

const named = z.object({ full_name: z.string() }).nullish()
const pull = z.object({
  pull_request: z.object({ head: z.object({ repo: named }).nullish(), base: z.object({ repo: named }).nullish() }),
})

export function readPullRequest(json: unknown): DeliveryRead['read'] {
  const { data } = pull.safeParse(json)
  const [head, base] = [data?.pull_request.head?.repo?.full_name, data?.pull_request.base?.repo?.full_name]
  return pullRequest(data !== undefined && head !== base)
}
