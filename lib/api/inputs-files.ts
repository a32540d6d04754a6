// What panel functions about configuration files take.
import { z } from 'zod'
import { fileTargets, type FileTarget } from '@/lib/deploy/types.ts'
import { byEnvironment, deploymentInput, isWritable, onServers } from './inputs.ts'

/** Of one file, once decoded. */
export const largestFile = 1024 * 1024
/** Base64 needs four characters for three bytes; lines and a last group come to little more. */
const longestText = Math.ceil(largestFile * 1.4)

const person = z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,63}\$?$/, 'Not a name of a user or a group.')
const basedOn = z
  .number()
  .int()
  .nullable()
  .optional()
  .describe(
    'The number of the revision that was edited (null = there was none): another one saved meanwhile is a conflict.',
  )

/** As the engine takes it (lib/deploy/programs/file-words.ts). What a target demands of it is `pathProblem`'s. */
const filePath = z
  .string()
  .min(1, 'Where does it go? For example config/credentials.json')
  .max(500)
  .regex(/^[^\p{Cc}\p{Surrogate}*?[\]\\]*$/u, 'A path holds no control characters and none of * ? [ ] \\')
  .refine((path) => path === path.trim(), 'A path neither begins nor ends with a space.')
  .refine(
    (path) =>
      path
        .replace(/^\//, '')
        .split('/')
        .every((part) => part !== '' && part !== '.' && part !== '..'),
    'Write the path without “..” and without a slash at its end.',
  )

/** Why a file of this target can't lie there, in words; null when it can. */
export function pathProblem(target: FileTarget, path: string): string | null {
  if (target === 'server') {
    if (!path.startsWith('/')) return 'On the server, a path begins with a slash: /etc/nginx/sites-enabled/shop.conf'
    return /^[A-Za-z0-9/._@+:,-]+$/.test(path) ? null : 'On the server, use letters, digits and . _ @ + : , - only.'
  }
  if (path.startsWith('/')) return 'Write the path without a slash in front: it begins in the release, or in the root.'
  if (target === 'shared') return ours.test(path) ? 'Releases and what Fairlead keeps can’t be shared.' : null
  if (path === '.env') return 'The file .env is made of the variables.'
  return path === 'REVISION' ? 'The file REVISION is Fairlead’s own.' : null
}

const ours = /^(release|current|\.fairlead)(\/|$)/

const target = z
  .enum(fileTargets)
  .describe('Where it goes: into each release, beside releases in the root (shared by all), or anywhere on the server.')

export const fileInput = z.object({
  environmentId: byEnvironment.shape.environmentId,
  target: target.default('release'),
  path: filePath.describe('Inside the release or the root; for the server from / on.'),
  content: z
    .string()
    .max(longestText, 'A file has at most 1 MiB.')
    .refine(isWritable, 'The text holds a NUL character or half of a character.')
    .optional()
    .describe('Left out, it stays what it is.'),
  encoding: z.enum(['text', 'base64']).default('text').describe('What `content` is.'),
  owner: person.nullable().default(null).describe('null = as the release’s other files.'),
  group: person.nullable().default(null),
  mode: z
    .string()
    .regex(/^0?[0-7]{3}$/, 'Three octal digits, for example 0640.')
    .transform((mode) => mode.padStart(4, '0'))
    .default('0640'),
  isSecret: z.boolean().default(true).describe('Never shown again, and taken out of logs.'),
  basedOn,
})

export const fileKey = z.object({ environmentId: byEnvironment.shape.environmentId, id: z.uuid() })

/** An earlier revision as the newest one. */
export const fileRevert = fileKey.extend({
  number: z.coerce.number<string | number>().int().min(1).max(2_147_483_647),
  basedOn,
})

/** `number`: of all revisions of files that were looked at; when there are more by now, nothing is applied. */
export const filesApply = z.object({
  environmentId: byEnvironment.shape.environmentId,
  number: z.number().int().min(1).optional(),
  ...onServers,
  expectedHash: deploymentInput.shape.expectedHash,
  idempotencyKey: deploymentInput.shape.idempotencyKey,
})
