// What the surroundings say: the one reader of environment variables. Everything else is told.
import { isIP } from 'node:net'
import { homedir } from 'node:os'
import { isAbsolute, join, normalize } from 'node:path'
import { z } from 'zod'
import { PanelError } from './errors.ts'

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

export type Settings = {
  databaseUrl: string
  /** Absolute; holds secret.key, mirrors, and the embedded database. */
  dataDir: string
  port: number
  host: string
  /** Without a trailing slash; null = whatever address the browser used. */
  publicUrl: string | null
  /** Addresses and networks (`10.0.0.0/8`) of reverse proxies: only they are believed where a request comes from. */
  proxies: string[]
  /** Folders (absolute, ending in "/") below which a repository may be a path on the panel's own disk. */
  localRepositories: string[]
  /**
   * Hosts of private networks that a repository may name itself, for submodules and Git LFS, and that are told of deployments:
   * lower-case names or addresses.
   */
  privateHosts: string[]
  /** Where mail is handed over, with user and password inside; null = no mail is sent. */
  smtpUrl: string | null
  /** Who mail is from, as `Fairlead <fairlead@example.org>`; null = an address at the panel's own host. */
  mailFrom: string | null
  logLevel: (typeof logLevels)[number]
}

const folder = z
  .string()
  .refine(isAbsolute, 'must be an absolute path')
  .transform((path) => normalize(path))

const port = 'must be a number from 0 to 65535'
const proxy = z
  .string()
  .trim()
  .refine(isNetwork, 'must be addresses or networks such as 10.0.0.0/8, separated by commas')

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/')
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
  return most > 0 && more.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most))
}

/** Scheme and host alone: the panel can't live below another site's path, and a secret has no place there. */
function isOrigin(url: string): boolean {
  const { pathname, search, hash, username, password } = new URL(url)
  return pathname === '/' && `${search}${hash}${username}${password}` === ''
}

const schema = z.object({
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'must begin with postgresql://'),
  FAIRLEAD_DATA: folder.optional(),
  PORT: z.coerce.number(port).int(port).min(0, port).max(65535, port).default(3000),
  HOST: z.string().min(1).default('0.0.0.0'),
  FAIRLEAD_PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https address', abort: true })
    .refine(isOrigin, 'must be a host alone, without a path')
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  FAIRLEAD_PROXIES: z
    .string()
    .default('127.0.0.0/8,::1')
    .transform((text) => text.split(','))
    .pipe(z.array(proxy)),
  FAIRLEAD_LOCAL_REPOSITORIES: z
    .string()
    .default('')
    .transform((text) => text.split(':').filter((path) => path !== ''))
    .pipe(z.array(folder.transform((path) => path.replace(/\/*$/, '/')))),
  FAIRLEAD_PRIVATE_HOSTS: z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((name) => name.trim().toLowerCase() || []))
    .pipe(
      z.array(z.string().regex(/^[a-z0-9][a-z0-9._-]*$|^[0-9a-f:]+$/, 'must be names of hosts, separated by commas')),
    ),
  FAIRLEAD_SMTP_URL: z
    .url({
      protocol: /^smtps?$/,
      error: 'must be an smtp or smtps address such as smtp://user:password@mail.example.org:587',
    })
    .optional(),
  FAIRLEAD_MAIL_FROM: z
    .string()
    .trim()
    .regex(
      /^([^<>@\p{Cc}]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/u,
      'must be an e-mail address, with or without a name',
    )
    .optional(),
  FAIRLEAD_LOG_LEVEL: z.enum(logLevels, `must be one of ${logLevels.join(', ')}`).default('info'),
})

/**
 * Reads DATABASE_URL, FAIRLEAD_DATA, PORT, HOST, FAIRLEAD_PUBLIC_URL, FAIRLEAD_PROXIES (separated by ","; loopback unless given),
 * FAIRLEAD_LOCAL_REPOSITORIES (separated by ":"), FAIRLEAD_PRIVATE_HOSTS (by ","), FAIRLEAD_SMTP_URL, FAIRLEAD_MAIL_FROM and FAIRLEAD_LOG_LEVEL; an empty variable counts as absent. PanelError `invalid` names all bad ones at once, never their values.
 */
export function readSettings(env: Record<string, string | undefined>): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = schema.safeParse(given)
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => ({
      path: String(path[0]),
      message: given[String(path[0])] === undefined ? 'is not set' : message,
    }))
    throw new PanelError('invalid', problems.map(({ path, message }) => `${path} ${message}.`).join(' '), { problems })
  }
  const values = parsed.data
  return {
    databaseUrl: values.DATABASE_URL,
    dataDir: values.FAIRLEAD_DATA ?? join(homedir(), '.fairlead'),
    port: values.PORT,
    host: values.HOST,
    publicUrl: values.FAIRLEAD_PUBLIC_URL ?? null,
    proxies: values.FAIRLEAD_PROXIES,
    localRepositories: values.FAIRLEAD_LOCAL_REPOSITORIES,
    privateHosts: values.FAIRLEAD_PRIVATE_HOSTS,
    smtpUrl: values.FAIRLEAD_SMTP_URL ?? null,
    mailFrom: values.FAIRLEAD_MAIL_FROM ?? null,
    logLevel: values.FAIRLEAD_LOG_LEVEL,
  }
}
