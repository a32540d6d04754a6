// Variables of an environment: each saving is a new, encrypted set; releases keep the one they were made with.
import { createHash } from 'node:crypto'
import type { z } from 'zod'
import type { Actor } from '@/lib/access.ts'
import { readEnvText } from '@/lib/format/env-text.ts'
import { byEnvironment, variablesInput } from '@/lib/api/inputs.ts'
import type { VariablesView } from '@/lib/api/shapes.ts'
import { PanelError } from '@/lib/errors.ts'
import { findNewestVariables, insertVariables, type VariableSet } from '@/lib/store/variables.ts'
import { change, parse } from './act.ts'
import type { Context } from './context.ts'
import { demandEnvironment, demandLocked } from './seen.ts'

/** The newest set; null when none was ever saved. PanelError: invalid, not_found, forbidden (needs the right readVariables). */
export async function readVariables(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof byEnvironment>,
): Promise<VariablesView | null> {
  const { environmentId } = parse(byEnvironment, input)
  await demandEnvironment(ctx.db.prisma, actor, 'readVariables', environmentId)
  const set = await findNewestVariables(ctx.db.prisma, environmentId)
  return set && variablesView(set, decrypt(ctx, set))
}

/**
 * The text is kept byte for byte and counts from the next deployment on. `basedOn` is the number of the set that was edited, null
 * for none; left out, whatever is there is replaced. PanelError: invalid (every line that cannot be read), not_found, forbidden,
 * conflict (another set was saved meanwhile).
 */
export async function saveVariables(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof variablesInput>,
): Promise<VariablesView> {
  const { environmentId, text, basedOn } = parse(variablesInput, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    const projectId = await demandLocked(tx, actor, 'configure', environmentId)
    const { values, problems } = readEnvText(text)
    if (problems.length > 0)
      throw new PanelError('invalid', problems.length === 1 ? problems[0]!.message : 'Some lines cannot be read.', {
        problems,
      })
    const newest = await findNewestVariables(tx, environmentId)
    if (basedOn !== undefined && basedOn !== (newest?.number ?? null)) throw stale(newest)
    const set = await insertVariables(tx, {
      environmentId,
      number: (newest?.number ?? 0) + 1,
      text: ctx.secrets.encrypt(text),
      sha256: createHash('sha256').update(text).digest('hex'),
      createdBy: actor.name,
    })
    await audit('variables.save', `environment:${environmentId}`, projectId, {
      number: set.number,
      names: Object.keys(values),
    })
    return variablesView(set, text)
  })
}

function stale(newest: VariableSet | null): PanelError {
  const message = newest
    ? `${newest.createdBy} saved set ${newest.number} meanwhile. Load it, then make your change again.`
    : 'The set that you edited does not exist.'
  return new PanelError('conflict', message, { newest: newest?.number ?? null })
}

function decrypt(ctx: Context, set: VariableSet): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(ctx.secrets.decrypt(set.text))
}

function variablesView({ number, createdBy, createdAt }: VariableSet, text: string): VariablesView {
  return { number, text, names: Object.keys(readEnvText(text).values), createdBy, createdAt: createdAt.toISOString() }
}
