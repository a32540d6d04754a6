// Earlier revisions of files brought back, and the newest ones given to the release that is live.
import type { z } from 'zod'
import type { Actor } from '@/lib/access.ts'
import { fileRevert, filesApply } from '@/lib/api/inputs-files.ts'
import type { ConfigFileView } from '@/lib/api/shapes-files.ts'
import type { DeploymentView } from '@/lib/api/shapes.ts'
import type { FileTarget } from '@/lib/deploy/types.ts'
import { PanelError } from '@/lib/errors.ts'
import * as store from '@/lib/store/files.ts'
import { findAppliedPart } from '@/lib/store/applied-part.ts'
import { findLiveVariables } from '@/lib/store/variables.ts'
import { change, missing, parse } from './act.ts'
import type { Context } from './context.ts'
import { refuseBeside, stale } from './files-place.ts'
import { configFileView, liveFiles } from './files-view.ts'
import { enqueue } from './queue.ts'
import { demandLocked } from './seen.ts'

/**
 * What revision `number` was, as a new one: content, owner, permissions, whether it is secret. PanelError: invalid, not_found,
 * forbidden, conflict (another revision than `basedOn` is there, or it is what is there).
 */
export async function revertConfigFile(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof fileRevert>,
): Promise<ConfigFileView> {
  const { environmentId, id, number: wanted, basedOn } = parse(fileRevert, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    const projectId = await demandLocked(tx, actor, 'configure', environmentId)
    const found = await store.findFile(tx, { environmentId, id })
    if (!found) throw missing('file')
    const earlier = await store.findFileRevision(tx, id, wanted)
    if (!earlier?.content) throw missing('revision')
    const { newest } = found
    if (basedOn !== undefined && basedOn !== (newest.content ? newest.number : null)) throw stale(newest)
    if (newest.number === wanted) throw new PanelError('conflict', `Revision ${wanted} is the newest one already.`)
    const { path } = found.file
    const target = found.file.target as FileTarget
    await refuseBeside(tx, environmentId, { target, path }, earlier.size)
    const { sha256, size, isText, isSecret, owner, group, mode } = earlier
    const number = newest.number + 1
    const row = await store.insertFileRevision(
      tx,
      { environmentId, target, path },
      {
        ...{ number, sha256, size, isText, isSecret, owner, group, mode },
        content: ctx.secrets.encrypt(ctx.secrets.decrypt(earlier.content)),
        createdBy: actor.name,
      },
    )
    await audit('file.revert', `environment:${environmentId}`, projectId, { target, path, number, from: wanted })
    return configFileView(row, await liveFiles(tx, environmentId))
  })
}

/**
 * Queues the change of the live release's files to the newest ones, in it, beside it and elsewhere on the server, between the
 * hooks config/before-change and config/after-change. PanelError: invalid, not_found, forbidden, conflict (nothing is live, there
 * are others than `number` revisions by now, or the live release has the newest ones and nothing is about to change that).
 */
export async function applyConfigFiles(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof filesApply>,
): Promise<DeploymentView> {
  const { number, ...request } = parse(filesApply, input)
  const { environmentId } = request
  return enqueue(ctx, actor, request, async (environment, targets) => {
    const { prisma } = ctx.db
    const count = await store.countFileRevisions(prisma, environmentId)
    if (count === 0) throw new PanelError('conflict', 'No file was saved for this environment yet.')
    if (number !== undefined && number !== count)
      throw new PanelError('conflict', 'Somebody changed files meanwhile. Look at them first.', { newest: count })
    const { live } = await findLiveVariables(prisma, environmentId)
    const isIdle = environment.deployments.length === 0
    if (!live && isIdle)
      throw new PanelError('conflict', 'Nothing is live here yet: the first deployment brings files along.')
    const isForAll = targets.length === environment.targets.length
    const isLive = live && isIdle && !(await differs(ctx, environmentId, live.id))
    if (isLive && isForAll && !(await findAppliedPart(prisma, environmentId, live.id, 'files')))
      throw new PanelError('conflict', 'The live release has the newest files already.')
    return { kind: 'configure', source: { type: 'files', number: count } }
  })
}

/** Files of the release itself that were removed in the panel stay there until the next deployment. */
async function differs({ db }: Context, environmentId: string, releaseId: string): Promise<boolean> {
  const [newest, now] = await Promise.all([
    store.findFiles(db.prisma, environmentId),
    store.findFilesOf(db.prisma, releaseId),
  ])
  const isNew = newest.some(({ id }) => !now.some((one) => one.id === id))
  return (
    isNew || now.some(({ fileId, file }) => file.target !== 'release' && !newest.some((one) => one.fileId === fileId))
  )
}
