// What a deployment would do, before anybody asks for it.
import type { z } from 'zod'
import { demand, sees, type Actor } from '@/lib/access.ts'
import { previewInput } from '@/lib/api/inputs-preview.ts'
import { previewView, type PreviewView } from '@/lib/api/shapes-preview.ts'
import { findWish } from '@/lib/store/history.ts'
import { missing, parse } from './act.ts'
import { ask, type PreviewSource } from './ask.ts'
import { chooseTargets, onlyOn } from './chosen-servers.ts'
import type { Context } from './context.ts'
import { previewDeadlineMs } from './queue.ts'

/**
 * The plan that a request would fly now, with every text that runs and what changes against the live release. Its `planHash`, sent
 * as `expectedHash`, makes a deployment do just this or nothing. PanelError: invalid, not_found, forbidden, release_missing, and
 * as `ask`.
 */
export async function previewPlan(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof previewInput>,
): Promise<PreviewView> {
  const { environmentId, ref, release, variables, files, ...chosen } = parse(previewInput, input)
  const environment = await findWish(ctx.db.prisma, environmentId)
  if (!environment || !sees(actor, environment.projectId)) throw missing('environment')
  demand(actor, 'deploy', environment.projectId)
  const source = sourceOf({ ref: ref ?? environment.branch, release, variables, files })
  const targets = await chooseTargets(ctx.db.prisma, environment, chosen)
  const question = { environmentId, source, ...onlyOn(environment, targets) }
  return previewView.parse(await ask(ctx, 'preview', question, { deadlineMs: previewDeadlineMs }))
}

/** The first of them that is asked for; a ref there always is. */
function sourceOf({
  ref,
  release,
  variables,
  files,
}: Pick<z.output<typeof previewInput>, 'release' | 'variables' | 'files'> & { ref: string }): PreviewSource {
  if (release !== undefined) return { release }
  if (variables !== undefined) return { variables }
  return files === undefined ? { ref } : { files: true }
}
