// The schema of every input that a panel function takes. The panel function parses with it, whoever calls.
import { z } from 'zod'
import { lifecycleEvents } from '@/lib/deploy/types.ts'
import { optionsSchema } from '@/lib/spec/options.ts'
import { hookPlace } from './hook-place.ts'
import { emailText, hostText, nameText, passwordText, refText, repositoryUrl, rootPath, unixUser } from './grammar.ts'
import { roles } from './shapes.ts'

const id = z.uuid('Not an id.')
const secretText = z
  .string()
  .max(4096)
  .refine((text) => !/[\p{Cc}\p{Cs}\s]/u.test(text), 'The secret holds a blank or a control character.')

// What a client says of itself is kept as text, whatever it is; Postgres takes no NUL.
const visible = (text: string): string => text.replace(/[\p{Cc}\p{Surrogate}]/gu, '\ufffd')

export const byId = z.object({ id })
export const byEnvironment = z.object({ environmentId: id })
export const nothing = z.object({}).default({})

/** Six digits from an app, or a recovery code; blanks and hyphens are how people type them. */
export const secondStepCode = z
  .string()
  .max(60)
  .transform((text) => text.replace(/[\s-]/g, '').toUpperCase())

export const ownerInput = z.object({
  token: z.string().max(200),
  email: emailText,
  name: nameText,
  password: passwordText,
})
export const signInInput = z.object({
  email: z.string().max(500),
  password: z.string().max(1000),
  code: secondStepCode.default(''),
  address: z.string().max(100).transform(visible),
  userAgent: z.string().transform((text) => visible(text).slice(0, 300)),
})
export const tokenInput = z.object({
  name: nameText,
  role: z.enum(roles).default('developer'),
  /** The one project that it may touch; none = wherever its person may. */
  projectId: id
    .nullish()
    .or(z.literal(''))
    .transform((text) => text || null),
  expiresAt: z.iso.datetime({ offset: true }).nullish(),
})

export const hostKeyInput = z.object({
  id,
  fingerprint: z
    .string()
    .trim()
    .regex(/^SHA256:[A-Za-z0-9+/]{43}=?$/, 'Not a SHA-256 fingerprint.'),
})
export const checkInput = z.object({ id, root: rootPath.optional() })

const access = z.enum(['none', 'key', 'token'])
export const projectInput = z
  .object({
    name: nameText,
    repositoryUrl,
    access: access.default('none'),
    user: secretText.optional(),
    token: secretText.optional(),
  })
  .refine((input) => input.access !== 'token' || input.token, { path: ['token'], message: 'Give the token.' })
export const projectChange = z.object({
  id,
  name: nameText.optional(),
  repositoryUrl: repositoryUrl.optional(),
  access: access.optional(),
  user: secretText.optional(),
  token: secretText.optional(),
})

export const targetInput = z.object({ serverId: id, root: rootPath, adopt: z.boolean().default(false) })
/** In the order in which they are flown: the first is the first everywhere. */
export const placesInput = z
  .array(targetInput)
  .min(1, 'Choose a server.')
  .max(200, 'An environment has at most 200 servers.')
  .superRefine((places, { addIssue }) => {
    for (const [at, { serverId }] of places.entries())
      if (places.findIndex((one) => one.serverId === serverId) < at)
        addIssue({ code: 'custom', path: [at, 'serverId'], message: 'This server is there already.' })
  })
export const permissionsInput = z.object({
  owner: unixUser,
  group: unixUser,
  mode: z.enum(['keep-exec', 'strict', 'off']),
})
const environmentSettings = {
  releaseNaming: z.enum(['sequence', 'time']),
  keep: z.coerce.number().int().min(2, 'Keep at least 2 releases.').max(100, 'Keep at most 100 releases.'),
  permissions: permissionsInput,
  repositoryHooks: z.boolean(),
  appType: z
    .string()
    .trim()
    .max(40)
    .regex(/^[A-Za-z0-9._-]*$/, 'Use letters, digits, ".", "_" and "-" only.'),
  appDomain: z.union([z.literal(''), hostText]),
  /** The whole of them: what is left out is off. */
  options: optionsSchema,
}
export const environmentInput = z.object({
  projectId: id,
  name: nameText,
  branch: refText,
  servers: placesInput,
  ...z.object(environmentSettings).partial().shape,
})
export const environmentChange = z.object({
  id,
  name: nameText.optional(),
  branch: refText.optional(),
  servers: placesInput.optional(),
  ...z.object(environmentSettings).partial().shape,
})
export const environmentList = z.object({ projectId: id.optional() }).default({})

// Such a text would come out of a file, or of the database, other than it was typed.
export function isWritable(text: string): boolean {
  return !/[\0\p{Surrogate}]/u.test(text)
}

/** What something is looked for by: no text that the database couldn't even compare with. */
export const soughtText = z
  .string()
  .max(200)
  .refine(isWritable, 'The text holds a NUL character or half of a character.')

const event = z.enum(lifecycleEvents)
/**
 * A script has at most 256 KiB; a hook may run from one second to six hours. `basedOn` is the number of the revision that was
 * edited (null = there was none): another one saved meanwhile is a conflict.
 */
export const hookInput = z.object({
  environmentId: id,
  event,
  text: z
    .string()
    .min(1, 'The script is empty.')
    .refine((text) => new TextEncoder().encode(text).length <= 262_144, 'A script has at most 256 KiB.')
    .refine(isWritable, 'The script holds a NUL character or half of a character.'),
  user: unixUser
    .nullish()
    .or(z.literal(''))
    .transform((user) => user || null),
  timeoutMs: z.coerce
    .number()
    .int()
    .min(1000, 'At least one second.')
    .max(21_600_000, 'At most six hours.')
    .default(600_000),
  /** What a failure does; null = as the life cycle has it at this event. */
  failure: z.enum(['stops', 'ignored']).nullable().default(null),
  /** Of several servers. */
  place: hookPlace.default({ on: 'all' }),
  basedOn: z.number().int().nullable().optional(),
})
export const hookKey = z.object({ environmentId: id, event })

/** Which servers of an environment something is for. */
export const onServers = {
  servers: z
    .union([z.array(z.string().max(200)).max(200), z.string().max(20_000)])
    .transform((given) => (typeof given === 'string' ? given.split(',').map((one) => one.trim()) : given))
    .refine((names) => names.length > 0 && !names.includes(''), 'Name a server.')
    .optional()
    .describe('Names or ids, separated by commas where it is a text; left out = all servers of the environment.'),
  onlyOutdated: z
    .boolean()
    .default(false)
    .describe('Of these, only servers on which another release than the live one is, or nobody knows which.'),
}

/** `expectedHash`: of the plan that a preview has shown; anything else is refused, or ends as `plan_changed`. */
export const deploymentInput = z.object({
  environmentId: id,
  ref: refText.optional(),
  ...onServers,
  unlessOlder: z
    .boolean()
    .default(false)
    .describe(
      'For pipelines: it ends as superseded where its commit is part of what is live by then, and is refused after a roll back until somebody lets the environment deploy by itself again.',
    ),
  expectedHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'Not the hash of a plan.')
    .optional(),
  idempotencyKey: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[\x21-\x7e]+$/, 'Use visible ASCII characters.')
    .optional(),
})
const number = z.coerce.number().int().min(1).max(2_147_483_647)
const idempotencyKey = deploymentInput.shape.idempotencyKey
const expectedHash = deploymentInput.shape.expectedHash
export const activationInput = z.object({ environmentId: id, number, ...onServers, expectedHash, idempotencyKey })
/** `force`: although the environment is held; for those who could lift that. */
export const rollBackInput = z.object({
  environmentId: id,
  force: z.boolean().default(false),
  ...onServers,
  idempotencyKey,
})
/** `before` is the number of a release to continue after. */
export const releasesInput = byEnvironment.extend({
  before: number.optional(),
  limit: z.coerce.number<string | number>().int().min(1).max(200).default(200),
})
/** `before` is the number of a deployment to continue after. */
export const deploymentsInput = z.object({
  environmentId: id,
  before: number.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
})
/** A deployment by its id, or by its number in an environment. */
export const deploymentKey = z.union([z.object({ id }), z.object({ environmentId: id, number })])
export const deploymentAt = z.object({ environmentId: id, number })
const afterEvent = { after: z.coerce.number().int().min(0).max(2_147_483_647).default(0) }
export const eventsInput = z.union([z.object({ id, ...afterEvent }), deploymentAt.extend(afterEvent)])
const logPage = {
  /** Id of the last chunk that is known. */
  afterChunk: z
    .string()
    .regex(/^\d{1,18}$/, 'Not the id of a chunk.')
    .default('0'),
  segment: z
    .string()
    .max(40)
    .regex(/^[\w.-]*$/, 'Not a segment.')
    .optional(),
  step: number.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
}
export const logInput = z.object({ id, ...logPage })
export const logAt = deploymentAt.extend(logPage)
export const commitsInput = z.object({
  environmentId: id,
  ref: refText.optional(),
  search: soughtText.optional(),
})
