// What the overview, searches, figures and the logs of servers are asked with.
import { z } from 'zod'
import { soughtText } from './inputs.ts'

const id = z.uuid('Not an id.')

/** `search`: words that all have to stand in an environment's names, domain, servers or live commit. */
export const overviewInput = z
  .object({
    search: soughtText.default(''),
    page: z.coerce.number().int().min(1).max(100_000).default(1),
  })
  .default({ search: '', page: 1 })

/** `here`: the environment, or the deployment of one, that is being looked at; it comes first. */
export const searchInput = z.object({
  text: soughtText,
  here: z.union([z.object({ environmentId: id }), z.object({ deploymentId: id })]).nullish(),
})

/** `weeks`: how far back the figures go. */
export const statisticsInput = z.object({
  environmentId: id,
  weeks: z.coerce.number().int().min(1).max(104).default(12),
})

/** A file below the folder `logs` of an environment's root. */
export const logPath = z
  .string()
  .min(1)
  .max(1_000)
  .refine(
    (path) => !/[\p{Cc}\p{Surrogate}]/u.test(path) && path.split('/').every((part) => !['', '.', '..'].includes(part)),
    'Not the path of a file in the folder.',
  )

export const logFilesInput = z.object({ environmentId: id })

/** `cursor` as the last answer gave it; without one the end of the file is read. */
export const logTextInput = z.object({
  environmentId: id,
  path: logPath,
  cursor: z
    .string()
    .max(4_000)
    .regex(/^[\w-]+$/, 'Not a cursor.')
    .optional(),
})
