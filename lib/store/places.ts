// Where environments live: servers with a root, and what lies there.
import { Prisma, type Server } from './generated/client.ts'
import type { Reader } from './reader.ts'

export type TargetFields = { serverId: string; root: string; adopt: boolean }
type Machine = Pick<Server, 'id' | 'host' | 'port' | 'jumpId' | 'hostKey'>

/** Whether any release of it has been completed on a server. */
export async function hasReleases(reader: Reader, environmentId: string): Promise<boolean> {
  return (await reader.release.count({ where: { environmentId, state: { not: 'incomplete' } } })) > 0
}

/** Whether a deployment of it ever got as far as a plan: before that no server was touched. */
export async function wasDeployed(reader: Reader, environmentId: string): Promise<boolean> {
  return (await reader.release.count({ where: { environmentId } })) > 0
}

/** Whether a release was ever completed there, or is live there. */
export async function isUsed(reader: Reader, targetId: string): Promise<boolean> {
  const target = await reader.target.findUnique({
    where: { id: targetId },
    select: { liveRelease: true, _count: { select: { releases: true } } },
  })
  return target !== null && (target.liveRelease !== null || target._count.releases > 0)
}

/** Whether any run began there, however it ended: it may have left something behind. */
export async function isTouched(reader: Reader, targetId: string): Promise<boolean> {
  return (await isUsed(reader, targetId)) || (await reader.segmentRun.count({ where: { targetId } })) > 0
}

/** The name of the environment's live release; null = none is. */
export async function findLiveName(reader: Reader, environmentId: string): Promise<string | null> {
  const row = await reader.environment.findUnique({ where: { id: environmentId }, select: { liveReleaseId: true } })
  if (!row?.liveReleaseId) return null
  return (await reader.release.findUnique({ where: { id: row.liveReleaseId } }))?.name ?? null
}

/** Numbers of the releases that are live on targets of these environments, by target id; others are none of their releases. */
export async function findLiveNumbers(reader: Reader, environmentIds: string[]): Promise<Map<string, number>> {
  const rows = await reader.$queryRaw<{ id: string; number: number }[]>`
    SELECT t."id", r."number" FROM "Target" t
    JOIN "Release" r ON r."environmentId" = t."environmentId" AND r."name" = t."liveRelease"
    WHERE t."environmentId" = ANY(${environmentIds})`
  return new Map(rows.map(({ id, number }) => [id, number]))
}

export async function insertTarget(
  reader: Reader,
  target: TargetFields & { environmentId: string; position: number },
): Promise<void> {
  await reader.target.create({ data: target })
}

/** Another place for a target: what was believed about the one before is forgotten. */
export async function moveTarget(reader: Reader, id: string, fields: TargetFields): Promise<void> {
  const place = { hostKey: null, canonicalRoot: null, treeRevision: null }
  const live = { liveRelease: null, liveSeenAt: null, unknownSince: null, unknownWhy: null, failedAt: null }
  const drift = { drift: Prisma.DbNull, driftSeenAt: null }
  await reader.target.update({ where: { id }, data: { ...fields, ...place, ...live, ...drift } })
}

/** What changes without anything being done on the server: consent to take over what is there, and its turn. */
export async function changeTarget(
  reader: Reader,
  id: string,
  fields: { adopt?: boolean; position?: number },
): Promise<void> {
  await reader.target.update({ where: { id }, data: fields })
}

/** Forgets a target. Releases that lay complete nowhere else can't be put live any more: they count as removed. */
export async function deleteTarget(reader: Reader, id: string, environmentId: string): Promise<void> {
  await reader.release.updateMany({
    where: {
      environmentId,
      state: 'complete',
      onTargets: { some: { targetId: id }, none: { targetId: { not: id }, state: 'complete' } },
    },
    data: { state: 'removed' },
  })
  await reader.target.delete({ where: { id } })
}

const beside = {
  environment: { include: { project: { select: { name: true } } } },
  server: { select: { name: true } },
} as const
export type TargetBeside = Prisma.TargetGetPayload<{ include: typeof beside }>

/** Targets on the same machine as the server: through the same row, the same confirmed host key, or the same address by the same way. */
export async function findTargetsBeside(reader: Reader, serverId: string): Promise<TargetBeside[] | null> {
  const server = await reader.server.findUnique({ where: { id: serverId } })
  if (!server) return null
  const { host, port, jumpId, hostKey } = server
  const same: Prisma.ServerWhereInput[] = [
    { id: serverId },
    { host, port, jumpId },
    ...(hostKey === null ? [] : [{ hostKey }]),
  ]
  return reader.target.findMany({ where: { server: { OR: same } }, include: beside })
}

/** Targets on other servers that have presented this host key. */
export function findTargetsOfKey(reader: Reader, hostKey: string, except: string): Promise<TargetBeside[]> {
  return reader.target.findMany({ where: { server: { hostKey, id: { not: except } } }, include: beside })
}

/** What tells machines apart, by the id of the server. */
export async function findMachines(reader: Reader, serverIds: string[]): Promise<Map<string, Machine>> {
  const rows = await reader.server.findMany({
    where: { id: { in: serverIds } },
    select: { id: true, host: true, port: true, jumpId: true, hostKey: true },
  })
  return new Map(rows.map((row) => [row.id, row]))
}

/** The last check of a server as JSON. */
export async function findCheck(reader: Reader, serverId: string): Promise<unknown> {
  return (await reader.server.findUnique({ where: { id: serverId }, select: { check: true } }))?.check ?? null
}
