// Environments with their targets, and what they stand at: read as a whole for any number of them.
import type { Permissions } from '@/lib/deploy/types.ts'
import type { Options } from '@/lib/spec/options.ts'
import type { Prisma } from './generated/client.ts'
import type { DeploymentRow, ReleaseRow } from './history.ts'
import type { Reader } from './reader.ts'
import { lockByName } from './settings.ts'

const parts = {
  project: { select: { id: true, name: true, slug: true, repositoryUrl: true } },
  targets: { include: { server: { select: { name: true } } }, orderBy: { createdAt: 'asc' } },
} as const
export type EnvironmentRow = Prisma.EnvironmentGetPayload<{ include: typeof parts }>

type EnvironmentFields = {
  name: string
  branch: string
  releaseNaming: string
  keep: number
  permissions: Permissions
  repositoryHooks: boolean
  appType: string
  appDomain: string
  options: Options
}
export type TargetFields = { serverId: string; root: string; adopt: boolean }

/** `unfinished` is the oldest deployment that is queued or running; `earlier` the release that "roll back" would activate. */
export type Standing = {
  last: DeploymentRow | null
  unfinished: DeploymentRow | null
  live: ReleaseRow | null
  earlier: ReleaseRow | null
}

/** All, or those of one project or with one of the ids, as far as `seen` has their projects; null = it has all. */
export function findEnvironments(
  reader: Reader,
  { projectId, ids, seen }: { projectId?: string | undefined; ids?: string[]; seen: string[] | null },
): Promise<EnvironmentRow[]> {
  const wanted = {
    ...(projectId === undefined ? {} : { projectId }),
    ...(ids === undefined ? {} : { id: { in: ids } }),
  }
  return reader.environment.findMany({
    where: { AND: [wanted, seen === null ? {} : { projectId: { in: seen } }] },
    include: parts,
    orderBy: [{ project: { name: 'asc' } }, { createdAt: 'asc' }],
  })
}

export function findEnvironment(reader: Reader, id: string): Promise<EnvironmentRow | null> {
  return reader.environment.findUnique({ where: { id }, include: parts })
}

/** By environment id. The rule of `earlier` is that of findEarlierRelease in history.ts, for all environments in one query. */
export async function findStandings(reader: Reader, ids: string[]): Promise<Map<string, Standing>> {
  const rows = await reader.$queryRaw<
    { id: string; last: string | null; unfinished: string | null; live: string | null; earlier: string | null }[]
  >`
    SELECT e."id", last."id" AS "last", unfinished."id" AS "unfinished", live."id" AS "live", earlier."id" AS "earlier"
    FROM "Environment" e
    LEFT JOIN "Release" live ON live."id" = e."liveReleaseId"
    LEFT JOIN LATERAL (
      SELECT d."id" FROM "Deployment" d WHERE d."environmentId" = e."id" ORDER BY d."number" DESC LIMIT 1
    ) last ON true
    LEFT JOIN LATERAL (
      SELECT d."id" FROM "Deployment" d WHERE d."environmentId" = e."id" AND d."status" IN ('queued', 'running') ORDER BY d."number" LIMIT 1
    ) unfinished ON true
    LEFT JOIN LATERAL (
      SELECT r."id" FROM "Release" r WHERE r."environmentId" = e."id" AND r."state" = 'complete'
        AND (live."id" IS NULL OR r."number" < live."number")
        AND EXISTS (SELECT 1 FROM "Deployment" d WHERE d."releaseId" = r."id" AND d."status" = 'succeeded')
      ORDER BY r."number" DESC LIMIT 1
    ) earlier ON true
    WHERE e."id" = ANY(${ids})`
  const wanted = (...keys: ('last' | 'unfinished' | 'live' | 'earlier')[]) => ({
    id: { in: rows.flatMap((row) => keys.map((key) => row[key]).filter((id) => id !== null)) },
  })
  const deployments = await reader.deployment.findMany({
    where: wanted('last', 'unfinished'),
    include: { release: true },
  })
  const releases = await reader.release.findMany({
    where: wanted('live', 'earlier'),
    include: { variableSet: { select: { number: true } }, environment: { select: { liveReleaseId: true } } },
  })
  const byId = <T extends { id: string }>(list: T[], id: string | null): T | null =>
    list.find((one) => one.id === id) ?? null
  return new Map(
    rows.map(({ id, last, unfinished, live, earlier }) => [
      id,
      {
        last: byId(deployments, last),
        unfinished: byId(deployments, unfinished),
        live: byId(releases, live),
        earlier: byId(releases, earlier),
      },
    ]),
  )
}

/** Puts whoever gives, takes or removes a project, a server or a folder in line until the transaction ends. */
export function lockPlaces(reader: Reader): Promise<void> {
  return lockByName(reader, 'environments and their places')
}

/** Holds the row until the transaction ends: requests for deployments wait. The id of its project, or null: no such environment. */
export async function lockEnvironment(reader: Reader, id: string): Promise<string | null> {
  const rows = await reader.$queryRaw<{ projectId: string }[]>`
    SELECT "projectId" FROM "Environment" WHERE "id" = ${id} FOR UPDATE`
  return rows[0]?.projectId ?? null
}

/** Number and status of the deployments that are queued or running, oldest first. */
export function findUnfinished(reader: Reader, environmentId: string) {
  return reader.deployment.findMany({
    where: { environmentId, status: { in: ['queued', 'running'] } },
    select: { id: true, number: true, status: true },
    orderBy: { number: 'asc' },
  })
}

/** Whether any release of it has been completed on a server. */
export async function hasReleases(reader: Reader, environmentId: string): Promise<boolean> {
  return (await reader.release.count({ where: { environmentId, state: { not: 'incomplete' } } })) > 0
}

export function insertEnvironment(
  reader: Reader,
  fields: EnvironmentFields & { projectId: string; slug: string },
  targets: TargetFields[],
): Promise<EnvironmentRow> {
  return reader.environment.create({ data: { ...fields, targets: { create: targets } }, include: parts })
}

export function changeEnvironment(
  reader: Reader,
  id: string,
  fields: Partial<EnvironmentFields>,
): Promise<EnvironmentRow> {
  return reader.environment.update({ where: { id }, data: fields, include: parts })
}

/** Another place for a target: what was believed about the one before is forgotten. */
export async function moveTarget(reader: Reader, id: string, fields: TargetFields): Promise<void> {
  const unknown = { hostKey: null, canonicalRoot: null, liveRelease: null, liveSeenAt: null, treeRevision: null }
  await reader.target.update({ where: { id }, data: { ...fields, ...unknown } })
}

/** Only consent to take over what is there changes. */
export async function setAdopt(reader: Reader, id: string, adopt: boolean): Promise<void> {
  await reader.target.update({ where: { id }, data: { adopt } })
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

/** The last check of a server as JSON. */
export async function findCheck(reader: Reader, serverId: string): Promise<unknown> {
  return (await reader.server.findUnique({ where: { id: serverId }, select: { check: true } }))?.check ?? null
}

export async function deleteEnvironment(reader: Reader, id: string): Promise<void> {
  await reader.environment.delete({ where: { id } })
}
