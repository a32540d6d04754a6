// Marks on commits, as GitHub, GitLab and Gitea take them.
import type { ChannelConfig } from '@/lib/api/inputs-channels.ts'
import type { ToldDeployment, ToldTurn } from '@/lib/deploy/telling.ts'

type GitHost = Extract<ChannelConfig, { repository: string }>
type Call = { url: string; headers: Record<string, string> }

const states = {
  github: {
    queued: 'pending',
    started: 'pending',
    succeeded: 'success',
    failed: 'failure',
    cancelled: 'error',
    superseded: 'error',
    overtaken: 'success',
  },
  gitlab: {
    queued: 'pending',
    started: 'running',
    succeeded: 'success',
    failed: 'failed',
    cancelled: 'canceled',
    superseded: 'canceled',
    overtaken: 'success',
  },
} as const
const descriptions: Record<ToldTurn, string> = {
  queued: 'Waits for its turn',
  started: 'Is being deployed',
  succeeded: 'Is deployed',
  failed: 'Could not be deployed',
  cancelled: 'Was cancelled',
  superseded: 'A newer one took its place',
  overtaken: 'Is part of what is live',
}

/**
 * The mark that the event puts on `commit`: one context for each environment, so that a later one takes its place. Whoever sees the
 * commit reads it, maybe everybody: why something failed, with names of servers and what they said, is on the page behind the link.
 */
export function commitMark(
  config: GitHost,
  event: ToldTurn,
  deployment: ToldDeployment,
  commit: string,
): Call & { body: object } {
  const { environment, number, url } = deployment
  const context = `fairlead/${environment.slug}`
  const description = `${descriptions[event]} (${number})`
  const link = url === null ? {} : { target_url: url }
  const { url: at, headers } = repositoryLook(config)
  const call = { url: `${at}/statuses/${commit}`, headers }
  return config.kind === 'gitlab'
    ? { ...call, body: { state: states.gitlab[event], name: context, description, ...link } }
    : { ...call, body: { state: states.github[event], context, description, ...link } }
}

/** Where the repository itself is, which a test asks for, and with what. */
export function repositoryLook({ kind, apiUrl, token, repository }: GitHost): Call {
  if (kind === 'gitlab')
    return { url: `${apiUrl}/projects/${encodeURIComponent(repository)}`, headers: { 'private-token': token } }
  const url = `${apiUrl}/repos/${repository}`
  if (kind === 'gitea') return { url, headers: { authorization: `token ${token}` } }
  const api = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' }
  return { url, headers: { ...api, authorization: `Bearer ${token}` } }
}
