// A project as code: what stands in the YAML that is exported, compared and applied. Never a secret: of those only the names.
import { z } from 'zod'
import { toldEvents } from '@/lib/deploy/telling.ts'
import { lifecycleEvents } from '@/lib/deploy/types.ts'
import { variableName } from '@/lib/format/env-text.ts'
import { weekly } from '../spec/freeze.ts'
import { placeAsCode } from './hook-place.ts'
import { channelInput } from './inputs-channels.ts'
import { fileInput } from './inputs-files.ts'
import { triggersInput } from './inputs-following.ts'
import { freezeInput } from './inputs-freezes.ts'
import { scheduleFields } from './inputs-schedules.ts'
import { channelView } from './shapes-channels.ts'
import { environmentChange, environmentInput, hookInput, projectInput } from './inputs.ts'

const slug = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'Use lower-case letters, digits and single dashes.')

const { serverId: _, ...place } = environmentInput.shape.servers.element.shape
const server = z.strictObject({ server: z.string().min(1, 'Name a server.'), ...place })

/** `{secret: true}` says that there is one: its value is typed in the panel, and stays there. */
const variable = z.union([z.string(), z.strictObject({ secret: z.literal(true) })], {
  error: 'Write the value in quotes, or {secret: true} for one that is typed in the panel.',
})

/** `secret: true`: there is one, whose content is given in the panel and stays there. */
const file = z
  .strictObject({
    content: z.string().optional(),
    base64: z.string().optional(),
    secret: z.literal(true).optional(),
    mode: fileInput.shape.mode.unwrap().optional(),
    owner: z.string().optional(),
    group: z.string().optional(),
  })
  .refine(
    ({ content, base64, secret }) => [content, base64, secret].filter((one) => one !== undefined).length === 1,
    'Write one of “content”, “base64”, or “secret: true” for one whose content is given in the panel.',
  )
const filesByPath = z.record(fileInput.shape.path, file).optional()

const { id: _id, servers: _servers, permissions, ...settings } = environmentChange.shape

/** What is left out stays as it is. Of hooks, variables, files and schedules that are given, those that aren't named are taken away. */
const environment = z.strictObject({
  ...settings,
  permissions: z.strictObject(permissions.unwrap().shape).optional(),
  triggers: triggersInput.shape.triggers.optional(),
  servers: z
    .array(server)
    .min(1, 'Name a server.')
    .max(200, 'An environment has at most 200 servers.')
    .superRefine((places, { addIssue }) => {
      for (const [at, place] of places.entries())
        if (places.findIndex((one) => one.server === place.server) < at)
          addIssue({ code: 'custom', path: [at, 'server'], message: `The server “${place.server}” is there twice.` })
    })
    .optional(),
  hooks: z
    .partialRecord(
      z.enum(lifecycleEvents),
      z.strictObject({
        ...hookInput.pick({ text: true, user: true, timeoutMs: true, failure: true }).shape,
        place: placeAsCode.default('all'),
      }),
    )
    .optional(),
  variables: z.record(z.string().regex(variableName, 'Not a name of a variable.'), variable).optional(),
  schedules: z.array(z.strictObject(scheduleFields)).max(50, 'An environment has at most 50 schedules.').optional(),
  files: z.strictObject({ release: filesByPath, shared: filesByPath, server: filesByPath }).optional(),
})
export const environmentSettings = Object.keys({ ...settings, permissions }) as (
  keyof typeof settings | 'permissions'
)[]

/** Of all environments unless it names one. What comes once is of the moment, and none of the file's. */
const freeze = z.strictObject({
  reason: freezeInput.shape.reason,
  environment: slug.optional(),
  ...weekly.omit({ kind: true }).shape,
})

/** What it needs to be reached is given in the panel, and stays there. Without environments it is told of all. */
const channel = z.strictObject({
  name: channelInput.shape.name,
  kind: channelView.shape.kind,
  events: z.array(z.enum(toldEvents)),
  environments: z.array(slug).default([]),
})

const { access } = projectInput.shape
export const blueprintSchema = z.strictObject({
  fairlead: z.literal(1, 'This version reads “fairlead: 1”.'),
  project: z.strictObject({
    slug,
    name: projectInput.shape.name,
    repositoryUrl: projectInput.shape.repositoryUrl,
    access: access.unwrap().optional(),
  }),
  environments: z.record(slug, environment).default({}),
  freezes: z.array(freeze).max(100, 'A project has at most 100 freezes.').optional(),
  channels: z.array(channel).max(50, 'A project has at most 50 channels.').optional(),
})
export type Blueprint = z.output<typeof blueprintSchema>
export type EnvironmentBlueprint = Blueprint['environments'][string]

/** `text` is YAML; with `dryRun` it is said what would change, and nothing does. */
export const blueprintInput = z.object({
  text: z.string().min(1, 'The file is empty.').max(4_000_000, 'The file is too large.'),
  dryRun: z.boolean().default(false),
})

const change = z
  .object({
    path: z.string().describe('`environments.production.keep`'),
    kind: z.enum(['added', 'changed', 'removed']),
    before: z.unknown().optional(),
    after: z.unknown().optional(),
  })
  .meta({ id: 'BlueprintChange' })
export type BlueprintChange = z.infer<typeof change>

export const blueprintResult = z
  .object({
    projectId: z.uuid().nullable().describe('null: a dry run of a project that isn’t there yet.'),
    applied: z.boolean(),
    changes: z.array(change),
    notes: z
      .array(z.string())
      .describe(
        'What the file leaves to people: secrets that have no value yet, secret files that have no content, channels that have no address.',
      ),
  })
  .meta({ id: 'BlueprintResult' })
export type BlueprintResult = z.infer<typeof blueprintResult>
