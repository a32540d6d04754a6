// The files that an environment's programs write below `<root>/logs`, looked at through a worker.
import { z } from 'zod'
import type { Actor } from '@/lib/access.ts'
import { logFilesInput, logTextInput } from '@/lib/api/inputs-overview.ts'
import type { LogFilesView, LogTextView } from '@/lib/api/shapes-overview.ts'
import { invalid, parse } from './act.ts'
import { ask } from './ask.ts'
import type { Context } from './context.ts'
import { demandEnvironment } from './seen.ts'

const deadlineMs = 15_000

const filesAnswer = z.object({
  folder: z.string(),
  server: z.string(),
  files: z.array(z.object({ path: z.string(), bytes: z.number(), changedAt: z.string() })),
  isCut: z.boolean(),
})
const place = z.object({ file: z.string(), from: z.number().int().min(0) })
const textAnswer = z.object({
  text: z.string(),
  at: place,
  bytes: z.number(),
  hasMore: z.boolean(),
  isNew: z.boolean(),
})

/** The newest first, at most 500. PanelError: invalid, not_found, forbidden, conflict, and as `ask`. */
export async function listLogFiles(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof logFilesInput>,
): Promise<LogFilesView> {
  const { environmentId } = parse(logFilesInput, input)
  await demandEnvironment(ctx.db.prisma, actor, 'view', environmentId)
  return filesAnswer.parse(await ask(ctx, 'logFiles', { environmentId }, { deadlineMs }))
}

/**
 * The end of a file, or what was added since `cursor`, with secrets masked. PanelError: invalid, not_found, forbidden (not a file
 * of the folder), conflict, and as `ask`.
 */
export async function readLogText(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof logTextInput>,
): Promise<LogTextView> {
  const { environmentId, path, cursor } = parse(logTextInput, input)
  await demandEnvironment(ctx.db.prisma, actor, 'view', environmentId)
  const at = cursor === undefined ? null : openCursor(ctx, cursor, { environmentId, path })
  const answer = textAnswer.parse(await ask(ctx, 'logText', { environmentId, path, at }, { deadlineMs }))
  const { at: next, ...view } = answer
  return { ...view, cursor: sealCursor(ctx, { environmentId, path, ...next }) }
}

const sealed = place.extend({ environmentId: z.string(), path: z.string() })

/** Encrypted, so that nobody can choose where to begin: inside a secret, it would not be known as one. */
function sealCursor({ secrets }: Context, cursor: z.infer<typeof sealed>): string {
  return Buffer.from(secrets.encrypt(JSON.stringify(cursor))).toString('base64url')
}

function openCursor({ secrets }: Context, text: string, of: { environmentId: string; path: string }) {
  try {
    const bytes = secrets.decrypt(Buffer.from(text, 'base64url'))
    const { environmentId, path, ...at } = sealed.parse(JSON.parse(new TextDecoder().decode(bytes)))
    if (environmentId === of.environmentId && path === of.path) return at
  } catch {
    // Made by nobody of us, or with a key of before.
  }
  throw invalid('cursor', 'This cursor is of another file, or too old. Read the end of the file again.')
}
