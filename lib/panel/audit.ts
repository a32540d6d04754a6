// The audit: read page by page, or exported whole. Who configures the panel sees all of it, others what concerns their projects.
import { z } from 'zod'
import { demand, may, type Actor } from '@/lib/access.ts'
import { auditExport, auditInput } from '@/lib/api/inputs-access.ts'
import type { AuditEntryView, AuditPage } from '@/lib/api/shapes-access.ts'
import * as store from '@/lib/store/audit.ts'
import { findProjectNames } from '@/lib/store/members.ts'
import { parse } from './act.ts'
import type { Context } from './context.ts'

const exportedAtOnce = 1_000
const dayMs = 86_400_000

/** Newest first; `next` is the cursor of the page after, null = there is none. PanelError: invalid, forbidden. */
export async function listAudit(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof auditInput> = {},
): Promise<AuditPage> {
  const { cursor, limit, ...given } = parse(auditInput, input)
  const filter = await filterOf(ctx, actor, given)
  const before = cursor === undefined ? {} : { before: BigInt(cursor) }
  const rows = await store.findAudit(ctx.db.prisma, { ...filter, ...before }, limit + 1)
  const entries = await views(ctx, rows.slice(0, limit))
  return { entries, next: rows.length > limit ? (entries.at(-1)?.id ?? null) : null }
}

/** All that the filter lets through, newest first, as fast as it is taken: JSON lines, or CSV with a heading. PanelError: invalid, forbidden. */
export async function exportAudit(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof auditExport>,
): Promise<ReadableStream<Uint8Array>> {
  const { format, ...given } = parse(auditExport, input)
  const filter = await filterOf(ctx, actor, given)
  const line = format === 'csv' ? csvLine : (entry: AuditEntryView) => `${JSON.stringify(entry)}\n`
  const encoder = new TextEncoder()
  let before: bigint | undefined
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        if (format === 'csv') controller.enqueue(encoder.encode(`${columns.join(',')}\r\n`))
      },
      async pull(controller) {
        const rows = await store.findAudit(
          ctx.db.prisma,
          { ...filter, ...(before === undefined ? {} : { before }) },
          exportedAtOnce,
        )
        before = rows.at(-1)?.id
        if (rows.length > 0) controller.enqueue(encoder.encode((await views(ctx, rows)).map(line).join('')))
        if (rows.length < exportedAtOnce) controller.close()
      },
    },
    { highWaterMark: 1 },
  )
}

async function filterOf(
  ctx: Context,
  actor: Actor,
  { actor: who, action, projectId, from, to }: Omit<z.output<typeof auditExport>, 'format'>,
): Promise<store.AuditFilter> {
  const id = z.uuid().safeParse(who?.replace(/^user:/, '')).data
  return {
    projects: scopeOf(actor, projectId || null),
    ...(who ? { actors: id && who !== id ? await store.actorsOf(ctx.db.prisma, id) : [who] } : {}),
    ...(action ? { action: action.includes('.') ? { equals: action } : { startsWith: `${action}.` } } : {}),
    ...(from ? { from: new Date(from) } : {}),
    ...(to ? { until: new Date(new Date(to).getTime() + dayMs) } : {}),
  }
}

/** PanelError: not_found, forbidden. */
function scopeOf(actor: Actor, projectId: string | null): string[] | null {
  if (projectId !== null) {
    demand(actor, 'configure', projectId)
    return [projectId]
  }
  if (may(actor, 'configure', null)) return null
  const own = Object.keys(actor.projects).filter((id) => may(actor, 'configure', id))
  if (own.length === 0) demand(actor, 'configure', null)
  return own
}

async function views(ctx: Context, rows: store.AuditEntry[]): Promise<AuditEntryView[]> {
  const ids = rows.flatMap(({ projectId }) => projectId ?? [])
  const names = await findProjectNames(ctx.db.prisma, [...new Set(ids)])
  return rows.map(({ id, at, actor, actorName, action, subject, projectId, data }) => ({
    id: String(id),
    at: at.toISOString(),
    actor,
    actorName,
    action,
    subject,
    project: projectId === null ? null : { id: projectId, name: names.get(projectId) ?? 'a removed project' },
    data: (data ?? {}) as Record<string, unknown>,
  }))
}

const columns = ['id', 'at', 'actor', 'actorName', 'action', 'subject', 'project', 'data']

function csvLine({ id, at, actor, actorName, action, subject, project, data }: AuditEntryView): string {
  const cells = [id, at, actor, actorName, action, subject, project?.name ?? '', JSON.stringify(data)]
  return `${cells.map(csvCell).join(',')}\r\n`
}

// What a spreadsheet would take for a formula is made text: names come from people. Blanks before it don't help, nor do its wide
// forms; and where semicolons divide cells, one inside a name would begin another cell, were it not in quotes.
function csvCell(text: string): string {
  const safe = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/.test(text) ? `'${text}` : text
  return /[",;\s]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
