// What a Git host tells of a repository, whichever host it is. Pure: bytes and signatures are others' affair.
import { z } from 'zod'

export const providers = ['github', 'gitlab', 'bitbucket', 'gitea', 'generic'] as const
export type Provider = (typeof providers)[number]

/** A commit in full: SHA-1 or SHA-256. */
export const commitId = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, 'Not a commit in full.')

/** Branches and tags whose names are longer are left out. */
export const longestName = 250

const push = z.object({
  kind: z.enum(['branch', 'tag']),
  /** Without `refs/heads/` or `refs/tags/`. */
  name: z.string().min(1).max(longestName),
  /** What the host says it is now; null = it is gone. Only a hint: the repository is asked. */
  commit: commitId.nullable(),
  pusher: z.string().max(500),
})
export type Push = z.infer<typeof push>

/** What a check of a commit says: `at` by the host's clock, as the newest word counts. */
const commitCheck = z.object({
  commit: commitId,
  name: z.string().min(1).max(500),
  state: z.enum(['passed', 'failed', 'waiting']),
  at: z.iso.datetime({ offset: true }),
})
export type ToldCheck = z.infer<typeof commitCheck>

/** `pushes`: some hosts tell of several branches and tags at once. */
export const told = z.discriminatedUnion('type', [
  z.object({ type: z.literal('pushes'), pushes: z.array(push).min(1).max(1_000) }),
  z.object({ type: z.literal('checks'), checks: z.array(commitCheck).min(1).max(100) }),
])
export type Told = z.infer<typeof told>

/** What came of a push in one environment. */
export const outcome = z.object({
  environmentId: z.string(),
  ref: z.string(),
  commit: z.string().nullable(),
  outcome: z.enum([
    'deploys',
    'waits',
    'no_rule',
    'deleted',
    'skipped',
    'already',
    'older',
    'paths',
    'unknown_commit',
    'failed',
  ]),
  words: z.string(),
  deploymentId: z.string().optional(),
})
export type Outcome = z.infer<typeof outcome>
