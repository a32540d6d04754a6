// Who is told of deployments, as people write it. What a channel needs is written and never read back.
import { z } from 'zod'
import { toldEvents } from '../deploy/telling.ts'
import { emailText, nameText } from './grammar.ts'
import { byId } from './inputs.ts'
import { pageInput } from './operation.ts'

const { id } = byId.shape

/** An address that is asked over http or https; no password inside. */
const url = z
  .string()
  .trim()
  .max(2_000, 'The address is too long.')
  .refine(isWebAddress, 'Not an http or https address (without a password inside).')

function isWebAddress(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password } = new URL(text)
  return /^https?:$/.test(protocol) && username === '' && password === ''
}

/** What goes into a header as it is. */
const token = z
  .string()
  .trim()
  .min(1, 'Give the token.')
  .max(500)
  .regex(/^[!-~]*$/, 'Letters, digits and signs only, without spaces.')
const apiUrl = url
  .refine((text) => !/[?#]/.test(text), 'Give the address alone, without “?” or “#”.')
  .transform((text) => text.replace(/\/+$/, ''))
const ownedRepository = z
  .string()
  .trim()
  .regex(/^(?!\.)[\w.-]{1,100}\/(?!\.)[\w.-]{1,100}$/, 'Write it as owner/name.')
const git = { apiUrl, token, repository: ownedRepository }
const mail = emailText.refine((text) => !/[,;:()[\]]/.test(text), 'Not an e-mail address.')

/** By kind; the last three put marks on commits. */
export const channelConfig = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('email'), to: z.array(mail).min(1, 'Give an address.').max(50) }),
  z.object({ kind: z.literal('slack'), url }),
  z.object({ kind: z.literal('discord'), url }),
  z.object({ kind: z.literal('teams'), url }),
  z.object({
    kind: z.literal('webhook'),
    url,
    secret: z.string().min(16, 'The secret has at least 16 characters.').max(200),
  }),
  z.object({ kind: z.literal('github'), ...git, apiUrl: apiUrl.default('https://api.github.com') }),
  z.object({
    kind: z.literal('gitlab'),
    ...git,
    apiUrl: apiUrl.default('https://gitlab.com/api/v4'),
    repository: z
      .string()
      .trim()
      .max(500)
      .regex(/^(\d+|(?!\.)[\w.-]+(\/(?!\.)[\w.-]+)+)$/, 'Write it as group/name, or its number.'),
  }),
  z.object({ kind: z.literal('gitea'), ...git }),
])
export type ChannelConfig = z.infer<typeof channelConfig>
/** As it is typed: what has a default may be left out. */
export type TypedConfig = z.input<typeof channelConfig>

const events = z
  .array(z.enum(toldEvents))
  .min(1, 'Choose what is told.')
  .transform((given) => [...new Set(given)])
const environmentIds = z
  .array(id)
  .max(500)
  .transform((given) => [...new Set(given)])
  .describe('Only of these environments; none = of all of the project.')

export const channelInput = z.object({
  projectId: id,
  name: nameText,
  config: channelConfig.describe('What the channel needs; it is never shown again.'),
  events: events.default(['succeeded', 'failed']),
  environmentIds: environmentIds.default([]),
})
export const channelChange = z.object({
  id,
  name: nameText.optional(),
  config: channelConfig.optional().describe('All of it, of the same kind; left out = it stays.'),
  events: events.optional(),
  environmentIds: environmentIds.optional(),
})
export const channelPage = z.object({ projectId: id, ...pageInput })

const messageId = z.string().regex(/^[1-9]\d{0,17}$/, 'Not the number of a message.')
export const messagePage = z.object({
  projectId: id.optional().describe('Of all channels of this project.'),
  channelId: id.optional(),
  ...pageInput,
  cursor: messageId.optional().describe('`next` of the page before.'),
})
export const byMessage = z.object({ id: messageId })
