// Windows in which nothing is deployed: of one environment, or of a whole project. `window` is FreezeWindow of lib/spec/freeze.
import type { PoolClient } from 'pg'
import { formatMinute } from '@/lib/format/time.ts'
import { freezeAt, type FreezeWindow } from '@/lib/spec/freeze.ts'
import type { Prisma } from './generated/client.ts'
import type { Reader } from './reader.ts'

const parts = { environment: { select: { name: true } } } satisfies Prisma.FreezeInclude
export type FreezeRow = Prisma.FreezeGetPayload<{ include: typeof parts }>

/** Those that hold for an environment: its own and its project's. */
export async function findFreezes(
  reader: Reader,
  { projectId, environmentId }: { projectId: string; environmentId: string },
): Promise<{ reason: string; window: unknown }[]> {
  return reader.freeze.findMany({
    where: { projectId, OR: [{ environmentId: null }, { environmentId }] },
    select: { reason: true, window: true },
    orderBy: { createdAt: 'asc' },
  })
}

/** All of some projects, oldest first. */
export function findProjectFreezes(reader: Reader, projectIds: string[]): Promise<FreezeRow[]> {
  return reader.freeze.findMany({
    where: { projectId: { in: projectIds } },
    include: parts,
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  })
}

/** Nobody else adds one to the project until the transaction ends. */
export async function countFreezes(reader: Reader, projectId: string): Promise<number> {
  await reader.$executeRaw`SELECT 1 FROM "Project" WHERE "id" = ${projectId} FOR NO KEY UPDATE`
  return reader.freeze.count({ where: { projectId } })
}

export function findFreeze(reader: Reader, id: string): Promise<FreezeRow | null> {
  return reader.freeze.findUnique({ where: { id }, include: parts })
}

export function insertFreeze(
  reader: Reader,
  freeze: { projectId: string; environmentId: string | null; reason: string; window: FreezeWindow; createdBy: string },
): Promise<FreezeRow> {
  return reader.freeze.create({ data: freeze, include: parts })
}

/** False = it is gone already. */
export async function deleteFreeze(reader: Reader, id: string): Promise<boolean> {
  return (await reader.freeze.deleteMany({ where: { id } })).count > 0
}

export type Frozen = { reason: string; until: Date }

export function wordsOf({ reason, until }: Frozen): string {
  return `Nothing is deployed here until ${formatMinute(until)}: ${reason}`
}

/** What an environment is frozen by at `now`, as the present transaction sees it. */
export async function freezeIn(client: PoolClient, environmentId: string, now: Date): Promise<Frozen | null> {
  const { rows } = await client.query<{ reason: string; window: unknown }>(
    `SELECT f."reason", f."window" FROM "Freeze" f JOIN "Environment" e ON e."projectId" = f."projectId"
     WHERE e."id" = $1 AND (f."environmentId" IS NULL OR f."environmentId" = e."id")`,
    [environmentId],
  )
  return freezeAt(rows, now)
}
