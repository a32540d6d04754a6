// What the surroundings say: the one reader of environment variables. Everything else is told.
import { homedir } from 'node:os'
import { isAbsolute, join, normalize } from 'node:path'
import { z } from 'zod'
import { PanelError } from './errors.ts'

export type Settings = {
  databaseUrl: string
  /** Absolute; holds secret.key, mirrors, and the embedded database. */
  dataDir: string
  port: number
  host: string
  /** Without a trailing slash; null = whatever address the browser used. */
  publicUrl: string | null
  /** Folders (absolute, ending in "/") below which a repository may be a path on the panel's own disk. */
  localRepositories: string[]
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'
}

const folder = z.string().refine(isAbsolute, 'must be an absolute path').transform((path) => normalize(path))

const schema = z.object({
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'must begin with postgresql://'),
  FAIRLEAD_DATA: folder.optional(),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  HOST: z.string().min(1).default('0.0.0.0'),
  FAIRLEAD_PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https address' })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  FAIRLEAD_LOCAL_REPOSITORIES: z
    .string()
    .default('')
    .transform((text) => text.split(':').filter((path) => path !== ''))
    .pipe(z.array(folder.transform((path) => path.replace(/\/*$/, '/')))),
  FAIRLEAD_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
})

/**
 * Reads DATABASE_URL, FAIRLEAD_DATA, PORT, HOST, FAIRLEAD_PUBLIC_URL, FAIRLEAD_LOCAL_REPOSITORIES (separated by ":") and
 * FAIRLEAD_LOG_LEVEL; an empty variable counts as absent. PanelError `invalid` names all bad ones at once, never their values.
 */
export function readSettings(env: Record<string, string | undefined>): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = schema.safeParse(given)
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => ({
      path: path.join('.'),
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
    localRepositories: values.FAIRLEAD_LOCAL_REPOSITORIES,
    logLevel: values.FAIRLEAD_LOG_LEVEL,
  }
}
