// Two releases of an environment side by side: commits, files, variables by name, hooks.
import type { z } from 'zod'
import type { Actor } from '@/lib/access.ts'
import { comparisonInput } from '@/lib/api/inputs-preview.ts'
import { treeChange, type ComparisonView } from '@/lib/api/shapes-preview.ts'
import { hookChanges } from '@/lib/deploy/plan-difference.ts'
import { envDifference } from '@/lib/format/env-difference.ts'
import * as store from '@/lib/store/history.ts'
import { findVariables } from '@/lib/store/variables.ts'
import { missing, parse } from './act.ts'
import { ask } from './ask.ts'
import type { Context } from './context.ts'
import { releaseView } from './deployment-view.ts'
import { demandEnvironment } from './seen.ts'

/**
 * What has changed from release `from` to release `to`, the live one unless given. Names of variables only, never values.
 * PanelError: invalid, not_found, forbidden, and as `ask`.
 */
export async function compareReleases(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof comparisonInput>,
): Promise<ComparisonView> {
  const asked = parse(comparisonInput, input)
  const { environmentId } = asked
  const reader = ctx.db.prisma
  const projectId = await demandEnvironment(reader, actor, 'view', environmentId)
  const find = (number: number) => store.findRelease(reader, environmentId, number)
  const [from, to] = await Promise.all([
    find(asked.from),
    asked.to === undefined ? store.findLiveRelease(reader, environmentId) : find(asked.to),
  ])
  if (!from || !to) throw missing('release')
  const [before, after, change, fromText, toText] = await Promise.all([
    store.findPlan(reader, environmentId, from.number),
    store.findPlan(reader, environmentId, to.number),
    ask(ctx, 'difference', { projectId, from: from.revision, to: to.revision }, { deadlineMs: 60_000 }),
    variablesOf(ctx, from),
    variablesOf(ctx, to),
  ])
  return {
    from: releaseView(from),
    to: releaseView(to),
    change: treeChange.nullable().parse(change),
    variables: {
      ...envDifference(fromText, toText),
      from: from.variableSet?.number ?? null,
      to: to.variableSet?.number ?? null,
    },
    hooks: after ? hookChanges(before, after) : [],
  }
}

async function variablesOf(ctx: Context, { environmentId, variableSet }: store.ReleaseRow): Promise<string | null> {
  const set = variableSet && (await findVariables(ctx.db.prisma, environmentId, variableSet.number))
  return set && new TextDecoder('utf-8', { ignoreBOM: true }).decode(ctx.secrets.decrypt(set.text))
}
