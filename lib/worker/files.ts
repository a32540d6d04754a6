// Files of the panel for a plan, and what is in them for a flight: every one can be read, or nothing begins.
import type { FileTarget, Permissions, PlacedFile, Plan, PlannedFile } from '@/lib/deploy/types.ts'
import { PanelError } from '@/lib/errors.ts'
import { secretsOfFile } from '@/lib/redact/files.ts'
import type { Secrets } from '@/lib/secrets.ts'
import { findContents, findFiles, findFilesOf } from '@/lib/store/files.ts'
import type { PlacedRevision } from '@/lib/store/files.ts'
import { liveRelease } from './ground.ts'
import type { Ground, Release } from './ground.ts'

/** Files of a release: in it, and outside. */
export type FilesOfRelease = { files: PlannedFile[]; placed: PlacedFile[] }

/** The files that a new release gets, or that one has: those it was planned or live with, or the newest ones. */
export async function filesOf(ground: Ground, release: Release | undefined): Promise<FilesOfRelease> {
  const { worker, environment } = ground
  const { prisma } = worker.db
  const live = liveRelease(ground)
  const [rows, now] = await Promise.all([
    release ? findFilesOf(prisma, release.id) : findFiles(prisma, environment.id),
    live ? findFilesOf(prisma, live.id) : [],
  ])
  const usual = environment.permissions as Permissions
  const [inside, outside] = [rows.filter(isInside), rows.filter((row) => !isInside(row))]
  const gone = now.filter((row) => !isInside(row) && !outside.some((one) => one.fileId === row.fileId))
  return {
    files: inside.map((row) => plannedFile(row, usual)),
    placed: [...outside.map((row) => placedFile(row, now, usual)), ...gone.map(goneFile)],
  }
}

export type Placement = { files: PlacedFile[]; holds: { then: string[]; now: string[] } }

/**
 * What makes the live release's files the newest: those that differ. A file of the release itself that was removed in the panel
 * stays until the next deployment, as nobody knows what the commit has there.
 */
export async function placementOf({ worker, environment }: Ground, live: Release): Promise<Placement> {
  const { prisma } = worker.db
  const [rows, now] = await Promise.all([findFiles(prisma, environment.id), findFilesOf(prisma, live.id)])
  const usual = environment.permissions as Permissions
  const gone = now.filter((row) => !rows.some((one) => one.fileId === row.fileId))
  const changed = rows.filter(({ id }) => !now.some((one) => one.id === id))
  const then = [...rows, ...gone.filter(isInside)]
  return {
    files: [
      ...changed.map((row) => placedFile(row, now, usual)),
      ...gone.filter((row) => !isInside(row)).map(goneFile),
    ],
    holds: { then: then.map(({ id }) => id), now: now.map(({ id }) => id) },
  }
}

/** The files that the live release has, by target and path, as plans name them. */
export async function filesNow(ground: Ground): Promise<ReadonlyMap<string, PlannedFile>> {
  const live = liveRelease(ground)
  const rows = live ? await findFilesOf(ground.worker.db.prisma, live.id) : []
  const usual = ground.environment.permissions as Permissions
  return new Map(rows.map((row) => [spotOf(row.file), plannedFile(row, usual)]))
}

export function spotOf({ target, path }: { target: string; path: string }): string {
  return `${target} ${path}`
}

function isInside({ file }: PlacedRevision): boolean {
  return file.target === 'release'
}

/** With an owner or a group of its own, what is missing of them is as the release has it. */
function plannedFile({ id, file, sha256, owner, group, mode }: PlacedRevision, usual: Permissions): PlannedFile {
  const rest = { revision: id, path: file.path, sha256: sha256 ?? '', mode }
  if (owner === null && group === null) return rest
  const others = usual.mode === 'off' || file.target === 'server' ? { owner: undefined, group: undefined } : usual
  const own = { owner: owner ?? others.owner, group: group ?? others.group }
  return { ...rest, ...(own.owner && { owner: own.owner }), ...(own.group && { group: own.group }) }
}

function placedFile(row: PlacedRevision, now: PlacedRevision[], usual: Permissions): PlacedFile {
  const { path, ...made } = plannedFile(row, usual)
  return { target: row.file.target as FileTarget, path, made, known: knownOf(row, now) }
}

/** It was written for the live release, and is not wanted any more. */
function goneFile(row: PlacedRevision): PlacedFile {
  return { target: row.file.target as FileTarget, path: row.file.path, made: null, known: row.sha256 }
}

function knownOf({ fileId }: PlacedRevision, now: PlacedRevision[]): string | null {
  return now.find((one) => one.fileId === fileId)?.sha256 ?? null
}

/** The files that a plan names, in its main segment. */
export function filesIn(plan: Plan): PlannedFile[] {
  return plan.segments.flatMap(({ steps }) =>
    steps.flatMap(({ action }) => {
      if (action.do === 'files') return action.files
      if (action.do !== 'place') return []
      return action.files.flatMap(({ path, made }) => (made ? [{ path, ...made }] : []))
    }),
  )
}

/** What is in the files of a plan. @throws PanelError naming the file that can't be read. */
export async function contentsOf({ worker }: Ground, plan: Plan): Promise<Uint8Array[]> {
  const files = filesIn(plan)
  if (files.length === 0) return []
  const rows = await findContents(
    worker.db.prisma,
    files.map(({ revision }) => revision),
  )
  return files.map(({ revision, path }) => {
    const row = rows.get(revision)
    if (!row) throw new PanelError('not_found', `The planned revision of ${path} is not there any more.`)
    return decryptFile(worker.secrets, row)
  })
}

/** What logs of this environment mask: of the newest secret files, of those of the live release, and of what a plan brings. */
export async function secretsOfFiles(ground: Ground, plan?: Plan): Promise<string[]> {
  const { worker, environment } = ground
  const { prisma } = worker.db
  const live = liveRelease(ground)
  const known = [...(await findFiles(prisma, environment.id)), ...(live ? await findFilesOf(prisma, live.id) : [])]
  const open = new Set(known.filter(({ isSecret }) => !isSecret).map(({ id }) => id))
  const ids = new Set([...known.map(({ id }) => id), ...(plan ? filesIn(plan).map(({ revision }) => revision) : [])])
  return secretsOfRevisions(
    worker,
    [...ids].filter((id) => !open.has(id)),
  )
}

export async function secretsOfRevisions(
  { db, secrets }: Pick<Ground['worker'], 'db' | 'secrets'>,
  ids: string[],
): Promise<string[]> {
  const rows = await findContents(db.prisma, ids)
  return [...rows.values()].flatMap((row) => secretsOfFile(decryptFile(secrets, row)))
}

function decryptFile(
  secrets: Secrets,
  { content, number, path }: { content: Uint8Array; number: number; path: string },
): Uint8Array {
  try {
    return secrets.decrypt(content)
  } catch (cause) {
    if (!(cause instanceof PanelError)) throw cause
    const message = `Revision ${number} of the file ${path} can’t be decrypted: ${cause.message}`
    throw new PanelError(cause.code, message, {}, { cause })
  }
}
