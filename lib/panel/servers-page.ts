// Servers page by page.
import type { z } from 'zod'
import { may, type Actor } from '@/lib/access.ts'
import { serverPage } from '@/lib/api/inputs-page.ts'
import { goneCursor } from '@/lib/api/page.ts'
import type { ServerView } from '@/lib/api/shapes.ts'
import { findServerName, findServers } from '@/lib/store/servers.ts'
import { parse } from './act.ts'
import type { Context } from './context.ts'
import { serverView } from './server-view.ts'

/** By name, for whoever configures the panel; `cursor` is the id of the last one before. PanelError: invalid (also when that is gone). */
export async function listServerPage(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof serverPage> = {},
): Promise<{ items: ServerView[]; next: string | null }> {
  const { cursor, limit } = parse(serverPage, input)
  if (!may(actor, 'configure', null)) return { items: [], next: null }
  const { prisma } = ctx.db
  const after = cursor === undefined ? undefined : await findServerName(prisma, cursor)
  if (after === null) throw goneCursor()
  // One more than is shown: whether there is a next page.
  const rows = await findServers(prisma, { after, limit: limit + 1 })
  const items = rows.slice(0, limit).map(serverView)
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
}
