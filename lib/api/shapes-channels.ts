// Who is told of deployments, and what became of it, as it is shown.
import { z } from 'zod'
import { toldEvents } from '../deploy/telling.ts'

const at = z.iso.datetime()
const kind = z.enum(['email', 'slack', 'discord', 'teams', 'webhook', 'github', 'gitlab', 'gitea'])

export const channelView = z.object({
  id: z.string(),
  projectId: z.string(),
  name: z.string(),
  kind,
  shown: z.string().describe('What may be shown of what it needs: a host, or addresses.'),
  events: z.array(z.enum(toldEvents)),
  environmentIds: z.array(z.string()).describe('None = all of the project.'),
  createdBy: z.string(),
  createdAt: at,
})
export type ChannelView = z.infer<typeof channelView>

export const messageView = z.object({
  id: z.string(),
  channel: z.object({ id: z.string(), name: z.string(), kind }),
  event: z.enum([...toldEvents, 'test']),
  deployment: z.object({ id: z.string(), number: z.number(), environmentId: z.string() }).nullable(),
  state: z.enum(['waiting', 'sent', 'dropped', 'failed']),
  attempts: z.number().int(),
  dueAt: at.nullable().describe('When it is tried next; null = it isn’t any more.'),
  answer: z.string().nullable().describe('The last answer, or why there was none.'),
  createdAt: at,
  sentAt: at.nullable(),
})
export type MessageView = z.infer<typeof messageView>
