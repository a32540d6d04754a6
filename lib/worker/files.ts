// Files of the panel for a plan, and what is in them for a flight: every one can be read, or nothing begins.
import type { Permissions, Plan, PlannedFile } from '@/lib/deploy/types.ts'
import { PanelError } from '@/lib/errors.ts'
import { secretsOfFile } from '@/lib/redact/files.ts'
import type { Secrets } from '@/lib/secrets.ts'
import { findContents, findFiles, findFilesOf } from '@/lib/store/files.ts'
import type { PlacedRevision } from '@/lib/store/files.ts'
import { liveRelease } from './ground.ts'
import type { Ground, Release } from './ground.ts'

/** The files that a new release gets: those it was planned with before, or the newest ones. */
export async function filesOf({ worker, environment }: Ground, planned: Release | undefined): Promise<PlannedFile[]> {
  const { prisma } = worker.db
  const rows = planned ? await findFilesOf(prisma, planned.id) : await findFiles(prisma, environment.id)
  return rows.map((row) => plannedFile(row, environment.permissions as Permissions))
}

/** With an owner or a group of its own, what is missing of them is as the release has it. */
function plannedFile({ id, file, sha256, owner, group, mode }: PlacedRevision, usual: Permissions): PlannedFile {
  const rest = { revision: id, path: file.path, sha256: sha256 ?? '', mode }
  if (owner === null && group === null) return rest
  const others = usual.mode === 'off' ? { owner: undefined, group: undefined } : usual
  const own = { owner: owner ?? others.owner, group: group ?? others.group }
  return { ...rest, ...(own.owner && { owner: own.owner }), ...(own.group && { group: own.group }) }
}

/** The files that a plan names, in its main segment. */
export function filesIn(plan: Plan): PlannedFile[] {
  return plan.segments.flatMap(({ steps }) =>
    steps.flatMap(({ action }) => (action.do === 'files' ? action.files : [])),
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
