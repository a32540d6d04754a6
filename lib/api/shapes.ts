// What the panel shows: views as plain JSON (times are ISO 8601 in UTC, durations ms), each as a schema that the API's document
// is made from and as the type that follows from it. Pages, the API and the CLI share these; nothing here holds a secret.
import { z } from 'zod'
import { roles } from '@/lib/access.ts'
import type { Commit, Ref } from '@/lib/deploy/types.ts'
import { optionsSchema } from '@/lib/spec/options.ts'
import { hookPlace } from './hook-place.ts'
import { canView, deploymentView, lifecycleEvent, releaseView, time } from './shapes-deployments.ts'

export * from './shapes-deployments.ts'
export * from './shapes-variables.ts'
export type { DeploymentState } from '@/lib/deploy/reducer.ts'
export type { DeploymentStatus, Failure } from '@/lib/deploy/types.ts'
export type { Commit, Ref }

export { panelRoles, roles, type Actor, type PanelRole, type Role } from '@/lib/access.ts'

const verdict = z.enum(['ok', 'warning', 'failed'])
const checkLine = z.object({
  id: z.string(),
  label: z.string(),
  verdict,
  detail: z.string(),
  remedy: z.string().optional().describe('What to do or paste on the server, possibly several lines.'),
})
export const checkReport = z.object({ lines: z.array(checkLine) })
export const checkView = checkReport.extend({ verdict, at: time }).meta({ id: 'CheckReport' })
export type CheckReport = z.infer<typeof checkView>

export const serverView = z
  .object({
    id: z.uuid(),
    name: z.string(),
    host: z.string(),
    port: z.int(),
    user: z.string(),
    labels: z.array(z.string()).describe('Words by which hooks find their servers.'),
    publicKey: z.string().describe('The `ssh-ed25519 …` line to authorise.'),
    authorizeCommand: z
      .string()
      .describe('A shell command that authorises it when run on the server as the deploy user.'),
    fingerprint: z.string().nullable().describe('`SHA256:…`; null until a person confirmed it.'),
    jump: z
      .object({ id: z.uuid(), name: z.string() })
      .nullable()
      .describe('The server that this one is reached through.'),
    check: checkView.nullable(),
    environments: z.array(z.object({ id: z.uuid(), name: z.string(), project: z.string(), root: z.string() })),
    createdAt: time,
  })
  .meta({ id: 'Server' })
export type ServerView = z.infer<typeof serverView>

export const serverChoice = z.object({ id: z.uuid(), name: z.string() }).meta({ id: 'ServerChoice' })
export type ServerChoice = z.infer<typeof serverChoice>

export const hostKeyView = z.object({ hostKey: z.string(), fingerprint: z.string() }).meta({ id: 'HostKey' })
export type HostKeyView = z.infer<typeof hostKeyView>

export const projectView = z
  .object({
    id: z.uuid(),
    name: z.string(),
    slug: z.string(),
    repositoryUrl: z.string(),
    access: z.enum(['none', 'key', 'token']),
    publicKey: z.string().nullable().describe('The deploy key’s public line (access `key` only).'),
    environments: z.array(z.object({ id: z.uuid(), name: z.string(), slug: z.string() })),
    can: canView,
    createdAt: time,
  })
  .meta({ id: 'Project' })
export type ProjectView = z.infer<typeof projectView>

export const refView = z
  .object({ name: z.string(), kind: z.enum(['branch', 'tag']), sha: z.string() })
  .meta({ id: 'Ref' }) satisfies z.ZodType<Ref>
export const commitView = z
  .object({ sha: z.string(), subject: z.string(), author: z.string(), authorEmail: z.string(), at: z.string() })
  .meta({ id: 'Commit' }) satisfies z.ZodType<Commit>

const targetView = z
  .object({
    id: z.uuid(),
    serverId: z.uuid(),
    server: z.string(),
    labels: z.array(z.string()).describe('The server’s.'),
    root: z.string(),
    adopt: z.boolean(),
    liveRelease: z
      .string()
      .nullable()
      .describe('Name of the release that `current` led to when the panel last saw it.'),
    liveNumber: z
      .int()
      .nullable()
      .describe('The number of that release; null when nothing is live there, or something that is none of these.'),
    liveSeenAt: time.nullable(),
    unknownSince: time.nullable().describe('Since when nobody knows what is live there; null = it was seen.'),
    unknownWhy: z.string().nullable(),
  })
  .meta({ id: 'Target' })
export type TargetView = z.infer<typeof targetView>

const permissions = z.object({ owner: z.string(), group: z.string(), mode: z.enum(['keep-exec', 'strict', 'off']) })

export const environmentView = z
  .object({
    id: z.uuid(),
    projectId: z.uuid(),
    project: z.string(),
    projectSlug: z.string(),
    repositoryUrl: z.string(),
    name: z.string(),
    slug: z.string(),
    branch: z.string(),
    releaseNaming: z.enum(['sequence', 'time']),
    keep: z.int(),
    permissions,
    repositoryHooks: z.boolean(),
    appType: z.string(),
    appDomain: z.string(),
    options: optionsSchema,
    hold: z
      .object({ reason: z.string(), by: z.string(), at: time, until: time.nullable() })
      .nullable()
      .describe('Why no deployment can be asked for at present, and who says so.'),
    freeze: z
      .object({ reason: z.string(), until: time })
      .nullable()
      .describe('Why no deployment can be asked for at present: the window, of those it lies in, that ends last.'),
    following: z
      .object({
        isOn: z.boolean(),
        held: z.string().nullable(),
        waits: z.object({ what: z.string(), words: z.string() }).nullable(),
      })
      .describe('Whether pushes are deployed by themselves; why not at present; which commit waits, and for what.'),
    targets: z.array(targetView),
    live: releaseView.nullable(),
    rollBackTo: releaseView
      .nullable()
      .describe('The newest complete release that was live before `live`: what “roll back” would activate.'),
    last: deploymentView.nullable(),
    running: deploymentView.nullable(),
    can: canView,
    createdAt: time,
  })
  .meta({ id: 'Environment' })
export type EnvironmentView = z.infer<typeof environmentView>

export const serverRemovalView = z
  .object({
    environment: environmentView,
    deployment: deploymentView
      .nullable()
      .describe('It leaves the server, which belongs to the environment until that has succeeded; null = it is gone.'),
  })
  .meta({ id: 'ServerRemoval' })
export type ServerRemovalView = z.infer<typeof serverRemovalView>

export const hookView = z
  .object({
    environmentId: z.uuid(),
    event: lifecycleEvent,
    number: z.int(),
    text: z.string(),
    sha256: z.string(),
    user: z.string().nullable(),
    timeoutMs: z.int(),
    failure: z
      .enum(['stops', 'ignored'])
      .nullable()
      .describe('What a failure does; null = as the life cycle has it at this event.'),
    place: hookPlace.describe('Which of several servers it runs on; `once` = the first of those that a run is for.'),
    createdBy: z.string(),
    createdAt: time,
  })
  .meta({ id: 'Hook' })
export type HookView = z.infer<typeof hookView>

export const sessionView = z
  .object({
    id: z.uuid(),
    address: z.string(),
    userAgent: z.string(),
    createdAt: time,
    seenAt: time,
    expiresAt: time,
    isCurrent: z.boolean(),
  })
  .meta({ id: 'Session' })
export type SessionView = z.infer<typeof sessionView>

export const tokenView = z
  .object({
    id: z.uuid(),
    name: z.string(),
    prefix: z.string().describe('The first characters of the secret, to tell tokens apart.'),
    role: z.enum(roles),
    project: z
      .object({ id: z.uuid(), name: z.string() })
      .nullable()
      .describe('The one project it may touch; null = wherever its person may.'),
    createdAt: time,
    usedAt: time.nullable(),
    expiresAt: time.nullable(),
  })
  .meta({ id: 'Token' })
export type TokenView = z.infer<typeof tokenView>
