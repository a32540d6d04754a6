// The options of an environment: ready-made steps that its deployments run beside hooks, and what of the repository is deployed.
// One JSON value in the database, in the API and in YAML; every step is off unless somebody switches it on, and what belongs to the
// repository is on: an empty directory or a pointer in place of a file is what nobody wants.
import { z } from 'zod'
import { PanelError } from '../errors.ts'
import { command, contains, user } from './fields.ts'
import { readiness } from './readiness.ts'

const noControl = /^[^\p{Cc}\p{Surrogate}]*$/u

/** A path that stays where it is: no empty, `.` or `..` part, no slash at either end. */
const innerPath = z
  .string()
  .max(500)
  .regex(noControl, 'A path holds no control characters.')
  .refine(
    (path) => path.split('/').every((part) => part !== '' && part !== '.' && part !== '..'),
    'Write the path without “..”, and without a slash at its ends.',
  )

/** What a failure of such a step does: `stops` fails the deployment and puts the release before back. */
const failure = z.enum(['stops', 'ignored']).default('stops')

const service = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.@:-]{0,100}$/, 'Not a name of a service.')
const programs = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.:*-]{0,100}$/, 'Not a name of a program.')

const restart = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('php-fpm'), service: service.default('php8.2-fpm'), failure }),
  z.strictObject({
    kind: z.literal('opcache'),
    /** Where FPM listens: a socket's path, or host:port. */
    socket: z
      .string()
      .max(200)
      .regex(/^(\/[\w./-]+|[A-Za-z0-9.-]+:\d{1,5})$/, 'Not a socket: /run/php/php-fpm.sock or 127.0.0.1:9000.'),
    failure,
  }),
  z.strictObject({
    kind: z.literal('systemd'),
    unit: service,
    verb: z.enum(['restart', 'reload', 'reload-or-restart']).default('restart'),
    failure,
  }),
  z.strictObject({ kind: z.literal('supervisor'), programs, failure }),
  z.strictObject({ kind: z.literal('pm2'), app: programs, user, failure }),
  z.strictObject({
    kind: z.literal('command'),
    name: z
      .string()
      .trim()
      .regex(/^[A-Za-z0-9][A-Za-z0-9 _.@:/-]{0,59}$/, 'Use letters, digits, blanks and “_ . @ : / -”, at most 60.'),
    text: command,
    user,
    failure,
  }),
])
export type Restart = z.infer<typeof restart>

const healthCheck = z.strictObject({
  url: z
    .string()
    .max(2000)
    .regex(/^https?:\/\/[^\s\p{Cc}\p{Surrogate}]+$/u, 'An address that begins with http:// or https://.'),
  /** The one status that passes. Amezmo's is 200 (seeds §1.2). */
  status: z.number().int().min(100).max(599).default(200),
  /**
   * What the answer has to hold, too; '' = whatever it says. `{commit}` and `{release}` are those that should be served: a web
   * server may go on with the release before although the switch is done (PHP's opcache behind `$document_root`).
   */
  contains,
  tries: z.number().int().min(1).max(60).default(5),
  pauseSeconds: z.number().int().min(0).max(60).default(3),
  timeoutSeconds: z.number().int().min(1).max(60).default(10),
  /** `notify` only shows it, as Amezmo does; `rollback` puts the release before back. */
  onFailure: z.enum(['notify', 'rollback']).default('notify'),
})
export type HealthCheck = z.infer<typeof healthCheck>

const share = z.union(
  [
    z.strictObject({ count: z.number().int().min(0).max(1000) }),
    z.strictObject({ percent: z.number().int().min(0).max(99) }),
  ],
  { error: 'A count from 0 to 1000, or a percent from 0 to 99.' },
)

/** How several servers change: `Strategy` of lib/deploy/types. */
const strategy = z.strictObject({
  batch: z
    .union(
      [
        z.enum(['all', 'half', 'one']),
        z.strictObject({ count: z.number().int().min(1).max(1000) }),
        z.strictObject({ percent: z.number().int().min(1).max(100) }),
      ],
      { error: 'All, half, one, a count from 1 to 1000, or a percent from 1 to 100.' },
    )
    .default('all'),
  minimumHealthy: share.nullable().default(null),
  canary: z
    .strictObject({ seconds: z.number().int().min(1).max(86_400).nullable().default(null) })
    .nullable()
    .default(null),
  likeCodeDeploy: z.boolean().default(false),
  onFailure: z.enum(['rollback', 'leave']).default('rollback'),
})

const detection = z.enum(['off', 'detected']).default('off')
/** `seed`: copied from the live release; `link`: one directory for all releases, as Amezmo has it. */
const cache = z.enum(['off', 'seed', 'link']).default('off')
const shared = z.strictObject({
  /** In the release. */
  path: innerPath,
  /** In the root. */
  source: innerPath.refine(
    (path) => !/^(release|current|\.fairlead)(\/|$)/.test(path),
    'Releases and what Fairlead keeps can’t be shared.',
  ),
  kind: z.enum(['folder', 'file']).default('folder'),
})
export type Shared = z.infer<typeof shared>

export const optionsSchema = z.strictObject({
  /** Directory of the repository that is deployed; '' = all of it. */
  subdirectory: z
    .union([z.literal(''), innerPath.regex(/^[ -~]*$/, 'Directories with other letters than ASCII’s can’t be chosen.')])
    .default(''),
  /** Whether the files of submodules are deployed, too, each at the commit that the repository names. */
  submodules: z.boolean().default(true),
  /** Whether files that Git LFS keeps are deployed in place of their pointers. */
  lfs: z.boolean().default(true),
  shared: z
    .array(shared)
    .max(100)
    .refine((list) => apart(list.map(({ path }) => path)), 'One shared path lies in another.')
    .default([]),
  caches: z.strictObject({ vendor: cache, node_modules: cache }).default({ vendor: 'off', node_modules: 'off' }),
  /** Composer, npm, pnpm or Yarn, and `artisan migrate`: run before after.pull where the files for them are there. */
  composer: detection,
  nodePackages: detection,
  migrations: detection,
  restarts: z.array(restart).max(20).default([]),
  healthCheck: healthCheck.nullable().default(null),
  readiness,
  strategy: strategy.default({
    batch: 'all',
    minimumHealthy: null,
    canary: null,
    likeCodeDeploy: false,
    onFailure: 'rollback',
  }),
})
export type Options = z.infer<typeof optionsSchema>

export const noOptions: Options = optionsSchema.parse({})

/** The options as they stand in a row. PanelError invalid when a newer or an older panel wrote what this one can't read. */
export function parseOptions(stored: unknown): Options {
  const parsed = optionsSchema.safeParse(stored)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
  throw new PanelError('invalid', 'The options of this environment can’t be read. Save its settings anew.', {
    problems,
  })
}

/** For people to see and save anew: what can't be read is shown as off, and no deployment goes on with it. */
export function shownOptions(stored: unknown): Options {
  const parsed = optionsSchema.safeParse(stored)
  return parsed.success ? parsed.data : noOptions
}

function apart(paths: string[]): boolean {
  return paths.every((one, at) =>
    paths.every((other, index) => at === index || (one !== other && !other.startsWith(`${one}/`))),
  )
}
