// What a server says of a script before anybody saves it.
import type { z } from 'zod'
import type { Actor } from '@/lib/access.ts'
import { scriptInput } from '@/lib/api/inputs-hooks.ts'
import { scriptCheck, type ScriptCheck } from '@/lib/api/shapes-hooks.ts'
import { parse } from './act.ts'
import { ask } from './ask.ts'
import type { Context } from './context.ts'
import { demandEnvironment } from './seen.ts'

/** Nothing of it is run, and nothing is stored. PanelError: invalid, not_found, forbidden, and as `ask`. */
export async function checkScript(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof scriptInput>,
): Promise<ScriptCheck> {
  const { environmentId, text } = parse(scriptInput, input)
  await demandEnvironment(ctx.db.prisma, actor, 'configure', environmentId)
  return scriptCheck.parse(await ask(ctx, 'script', { environmentId, text }, { deadlineMs: 30_000 }))
}
