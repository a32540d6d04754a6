// Configuration files: what releases bring along beside what the repository has. Each saving is a revision of its own.
import { createHash } from 'node:crypto'
import type { z } from 'zod'
import type { Actor } from '@/lib/access.ts'
import { byEnvironment } from '@/lib/api/inputs.ts'
import { fileInput, fileKey, largestFile, pathProblem } from '@/lib/api/inputs-files.ts'
import type { ConfigFileRevisionView, ConfigFileText, ConfigFileView } from '@/lib/api/shapes-files.ts'
import { textOf } from '@/lib/redact/files.ts'
import * as store from '@/lib/store/files.ts'
import { change, invalid, missing, parse } from './act.ts'
import type { Context } from './context.ts'
import { refuseBeside, stale } from './files-place.ts'
import { configFileView, liveFiles, revisionView } from './files-view.ts'
import { demandEnvironment, demandLocked } from './seen.ts'

/** A secret text is looked for in all that is logged: a longer one would take the worker's memory. */
const longestSecret = 256 * 1024

/** By path; never what is in them. PanelError: invalid, not_found, forbidden. */
export async function listConfigFiles(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof byEnvironment>,
): Promise<ConfigFileView[]> {
  const { environmentId } = parse(byEnvironment, input)
  await demandEnvironment(ctx.db.prisma, actor, 'view', environmentId)
  const live = await liveFiles(ctx.db.prisma, environmentId)
  return (await store.findFiles(ctx.db.prisma, environmentId)).map((row) => configFileView(row, live))
}

/** With its text, where that is no secret. PanelError: invalid, not_found, forbidden, internal (the panel's key doesn't open it). */
export async function readConfigFile(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof fileKey>,
): Promise<ConfigFileText> {
  const { environmentId, id } = parse(fileKey, input)
  await demandEnvironment(ctx.db.prisma, actor, 'readVariables', environmentId)
  const found = await store.findFile(ctx.db.prisma, { environmentId, id })
  if (!found || found.newest.content === null) throw missing('file')
  const { file, newest } = found
  const text = newest.isSecret || !newest.isText ? null : textOf(ctx.secrets.decrypt(newest.content!))
  return { ...configFileView({ ...newest, file }, await liveFiles(ctx.db.prisma, environmentId)), text }
}

/**
 * A new revision, which counts from the next deployment on, or once it is applied; without `content` the bytes stay. PanelError: invalid, not_found,
 * forbidden, conflict (another revision than `basedOn` is there).
 */
export async function saveConfigFile(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof fileInput>,
): Promise<ConfigFileView> {
  const { environmentId, target, path, basedOn, content, encoding, ...settings } = parse(fileInput, input)
  const problem = pathProblem(target, path)
  if (problem !== null) throw invalid('path', problem)
  const typed = content === undefined ? null : decode(content, encoding)
  return change(ctx, actor, async ({ tx, audit }) => {
    const projectId = await demandLocked(tx, actor, 'configure', environmentId)
    const before = (await store.findFile(tx, { environmentId, target, path }))?.newest ?? null
    const standing = before?.content ? before : null
    if (basedOn !== undefined && basedOn !== (standing?.number ?? null)) throw stale(before)
    if (!typed && !standing) throw invalid('content', 'Say what is in the file.')
    if (!typed && standing!.isSecret && !settings.isSecret)
      throw invalid('isSecret', 'It stays secret as long as its content is kept.', 'Write its content anew.')
    const bytes = typed ?? ctx.secrets.decrypt(standing!.content!)
    const isText = textOf(bytes) !== null
    if (settings.isSecret && isText && bytes.length > longestSecret)
      throw invalid('content', 'A secret text has at most 256 KiB: logs are searched for every line of it.')
    await refuseBeside(tx, environmentId, { target, path }, bytes.length)
    const number = (before?.number ?? 0) + 1
    const facts = { sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length, isText, ...settings }
    const row = await store.insertFileRevision(
      tx,
      { environmentId, target, path },
      { number, ...facts, content: ctx.secrets.encrypt(bytes), createdBy: actor.name },
    )
    const { sha256: _said, ...told } = facts
    await audit('file.save', `environment:${environmentId}`, projectId, { target, path, number, ...told })
    return configFileView(row, await liveFiles(tx, environmentId))
  })
}

/** Releases from the next one on come without it. PanelError: invalid, not_found, forbidden. */
export async function removeConfigFile(ctx: Context, actor: Actor, input: z.input<typeof fileKey>): Promise<null> {
  const { environmentId, id } = parse(fileKey, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    const projectId = await demandLocked(tx, actor, 'configure', environmentId)
    const found = await store.findFile(tx, { environmentId, id })
    if (!found || found.newest.content === null) throw missing('file')
    const { target, path } = found.file
    const number = found.newest.number + 1
    const { isText, isSecret, owner, group, mode } = found.newest
    await store.insertFileRevision(
      tx,
      { environmentId, target, path },
      { number, content: null, sha256: null, size: 0, isText, isSecret, owner, group, mode, createdBy: actor.name },
    )
    await audit('file.remove', `environment:${environmentId}`, projectId, { target, path, number })
    return null
  })
}

/** The newest hundred, newest first; removals among them. PanelError: invalid, not_found, forbidden. */
export async function listConfigFileRevisions(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof fileKey>,
): Promise<ConfigFileRevisionView[]> {
  const { environmentId, id } = parse(fileKey, input)
  await demandEnvironment(ctx.db.prisma, actor, 'view', environmentId)
  const found = await store.findFile(ctx.db.prisma, { environmentId, id })
  if (!found) throw missing('file')
  return (await store.findFileRevisions(ctx.db.prisma, id)).map((row) => ({
    ...revisionView(row),
    isRemoval: row.sha256 === null,
    releases: row.releases.map(({ release }) => release.number),
  }))
}

function decode(content: string, encoding: 'text' | 'base64'): Uint8Array {
  const bytes = Buffer.from(content, encoding === 'text' ? 'utf8' : 'base64')
  const plain = content.replace(/\s/g, '').replace(/=+$/, '')
  if (encoding === 'base64' && bytes.toString('base64').replace(/=+$/, '') !== plain)
    throw invalid('content', 'This is not base64.')
  if (bytes.length > largestFile) throw invalid('content', 'A file has at most 1 MiB.')
  return bytes
}
