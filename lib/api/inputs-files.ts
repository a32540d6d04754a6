// What panel functions about configuration files take.
import { z } from 'zod'
import { byEnvironment, isWritable } from './inputs.ts'

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

/** As the engine takes it (lib/deploy/programs/file-words.ts). */
export const pathInRelease = z
  .string()
  .min(1, 'Where does it go? For example config/credentials.json')
  .max(500)
  .regex(/^[^\p{Cc}\p{Surrogate}*?[\]\\]*$/u, 'A path holds no control characters and none of * ? [ ] \\')
  .refine((path) => path === path.trim(), 'A path neither begins nor ends with a space.')
  .refine(
    (path) => path.split('/').every((part) => part !== '' && part !== '.' && part !== '..'),
    'Write the path from the release on, without “..” and without a slash at its ends.',
  )
  .refine((path) => path !== '.env', 'The file .env is made of the variables.')
  .refine((path) => path !== 'REVISION', 'The file REVISION is Fairlead’s own.')

export const fileInput = z.object({
  environmentId: byEnvironment.shape.environmentId,
  path: pathInRelease.describe('Inside the release.'),
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
