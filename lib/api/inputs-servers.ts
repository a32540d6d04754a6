// Servers: how they are reached, and as whom.
import { z } from 'zod'
import { hostText, nameText, portNumber, unixUser } from './grammar.ts'

/** Another server, or none. */
const jumpId = z
  .uuid('Not an id.')
  .or(z.literal('').transform(() => null))
  .nullable()
  .describe('The server that this one is reached through; null = directly.')

export const serverInput = z.object({
  name: nameText,
  host: hostText.describe('A name is looked up by the server that this one is reached through, if there is one.'),
  port: portNumber.default(22),
  user: unixUser,
  jumpId: jumpId.default(null),
})
/** What is left out stays. */
export const serverChange = z.object({ id: z.uuid('Not an id.'), name: nameText.optional(), jumpId: jumpId.optional() })
