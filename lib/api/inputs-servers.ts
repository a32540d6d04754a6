// Servers: how they are reached, and as whom.
import { z } from 'zod'
import { hostText, nameText, portNumber, unixUser } from './grammar.ts'
import { byEnvironment, targetInput } from './inputs.ts'

/** Another server, or none. */
const jumpId = z
  .uuid('Not an id.')
  .or(z.literal('').transform(() => null))
  .nullable()
  .describe('The server that this one is reached through; null = directly.')

const label = /^[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?$/

/** Words by which hooks find their servers, each once: a list, or a text as people type one. */
export const labelsInput = z
  .union([z.array(z.string().max(100)).max(200), z.string().max(2000)])
  .transform((given) => [...new Set(typeof given === 'string' ? given.split(/[\s,]+/).filter(Boolean) : given)])
  .refine((labels) => labels.every((one) => label.test(one)), {
    error: 'A label has lower-case letters, digits and dashes, at most 30 of them: web, cron.',
  })
  .refine((labels) => labels.length <= 20, 'A server has at most 20 labels.')
  .describe('Words by which hooks find their servers: `web, cron`.')

export const serverInput = z.object({
  name: nameText,
  host: hostText.describe('A name is looked up by the server that this one is reached through, if there is one.'),
  port: portNumber.default(22),
  user: unixUser,
  jumpId: jumpId.default(null),
  labels: labelsInput.default([]),
})
/** What is left out stays. */
export const serverChange = z.object({
  id: z.uuid('Not an id.'),
  name: nameText.optional(),
  jumpId: jumpId.optional(),
  labels: labelsInput.optional(),
})

/** One more server of an environment, and the folder there. */
export const environmentServer = byEnvironment.extend(targetInput.shape)
export const environmentServerKey = byEnvironment.extend({ serverId: targetInput.shape.serverId })
export const serverRemoval = environmentServerKey.extend({
  leave: z
    .enum(['live', 'all', 'forget'])
    .optional()
    .describe(
      '`live`: what is live there and what releases share stays, all else goes. `all`: everything of Fairlead goes but what releases share. `forget`: the server isn’t touched. Left out: `live`, or `forget` where nothing was ever deployed.',
    ),
})
