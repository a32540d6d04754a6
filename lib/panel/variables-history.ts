// What sets of variables there were: who, when, and how they differ, by name.
import type { z } from 'zod'
import type { Actor } from '@/lib/access.ts'
import { variablesComparison, variableSetsInput } from '@/lib/api/inputs-variables.ts'
import type { VariableChanges, VariableSetView } from '@/lib/api/shapes.ts'
import { PanelError } from '@/lib/errors.ts'
import { envDifference } from '@/lib/format/env-difference.ts'
import { readEnvText } from '@/lib/format/env-text.ts'
import { findLiveVariables, findVariables, findVariableSets, type VariableSet } from '@/lib/store/variables.ts'
import { missing, parse } from './act.ts'
import type { Context } from './context.ts'
import { demandEnvironment } from './seen.ts'
import { dialectOf, openSet, type OpenSet } from './variables-text.ts'

/** Newest first, with names and never with values. PanelError: invalid, not_found, forbidden. */
export async function listVariableSets(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof variableSetsInput>,
): Promise<VariableSetView[]> {
  const { environmentId, ...page } = parse(variableSetsInput, input)
  await demandEnvironment(ctx.db.prisma, actor, 'view', environmentId)
  const rows = await findVariableSets(ctx.db.prisma, environmentId, page)
  const { live } = await findLiveVariables(ctx.db.prisma, environmentId)
  const sets = rows.map((row) => ({ row, open: opened(ctx, row) }))
  return sets.slice(0, page.limit).map(({ row, open }, at): VariableSetView => {
    const before = sets[at + 1]
    const isComparable = open !== null && before?.open !== null
    return {
      number: row.number,
      names: Object.keys(readEnvText(open?.text ?? '').values),
      secrets: [...(open?.secrets ?? [])],
      dialect: dialectOf(row),
      difference: isComparable ? envDifference(before?.open?.text ?? null, open.text) : null,
      isReadable: open !== null,
      isLive: live?.variableSetId === row.id,
      releases: row.releases.map(({ number }) => number),
      createdBy: row.createdBy,
      createdAt: row.createdAt.toISOString(),
    }
  })
}

/** From one set to another, by name: what activating a release would change, say. PanelError: invalid, not_found, forbidden, internal. */
export async function compareVariables(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof variablesComparison>,
): Promise<VariableChanges> {
  const { environmentId, from, to } = parse(variablesComparison, input)
  await demandEnvironment(ctx.db.prisma, actor, 'view', environmentId)
  const text = async (number: number | null): Promise<string | null> => {
    if (number === null) return null
    const set = await findVariables(ctx.db.prisma, environmentId, number)
    if (!set) throw missing('set of variables')
    return openSet(ctx, set).text
  }
  return envDifference(await text(from), await text(to))
}

/** A history with a hole is better than none. */
function opened(ctx: Context, set: VariableSet): OpenSet | null {
  try {
    return openSet(ctx, set)
  } catch (error) {
    if (error instanceof PanelError) return null
    throw error
  }
}
