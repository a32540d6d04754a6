// A test of a channel that marks commits: the repository is looked at, as a mark would stay. What the answer says of rights counts.
import { z } from 'zod'
import type { ChannelConfig } from '@/lib/api/inputs-channels.ts'
import type { Settled } from '@/lib/store/messages.ts'

type GitHost = Extract<ChannelConfig, { repository: string }>

/** Longer than what hosts say of a repository, with the rights near its end. */
export const lookBytes = 64 * 1024

const access = z.object({ access_level: z.number() }).nullish()
const described = z.object({
  permissions: z.object({ push: z.boolean().optional(), project_access: access, group_access: access }),
})
/** Of GitLab's roles the first that may mark commits. */
const developer = 30

/**
 * What it means that the repository was read. Rights are those of the token's owner: without them no commit can be marked, and with them
 * it can't either where the token was given less.
 */
export function judgeLook({ kind, repository }: GitHost, body: string): Settled {
  return mayNotWrite(kind, body)
    ? { state: 'failed', answer: `The token may read ${repository}, but not write there, so it can’t mark commits.` }
    : { state: 'sent', answer: `${repository} was read. Whether its commits can be marked shows with a deployment.` }
}

/** Of what says nothing of rights nobody knows. */
function mayNotWrite(kind: GitHost['kind'], body: string): boolean {
  const { data } = described.safeParse(parsed(body))
  if (!data) return false
  const { push, project_access, group_access } = data.permissions
  if (kind !== 'gitlab') return push === false
  const levels = [project_access, group_access].flatMap((one) => (one ? [one.access_level] : []))
  return levels.length > 0 && levels.every((level) => level < developer)
}

/** Null = it isn't JSON, or not all of it. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}
