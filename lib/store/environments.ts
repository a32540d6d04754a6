// Environments with their targets, and what they stand at: read as a whole for any number of them.
import type { Permissions } from '@/lib/deploy/types.ts'
import type { Options } from '@/lib/spec/options.ts'
import type { Prisma } from './generated/client.ts'
import { releaseParts, type DeploymentRow, type ReleaseRow } from './history.ts'
import type { TargetFields } from './places.ts'
import type { Reader } from './reader.ts'
import { lockByName } from './settings.ts'

/** As a person gave them; those from before that was asked, by age. */
const inOrder: Prisma.TargetOrderByWithRelationInput[] = [{ position: 'asc' }, { createdAt: 'asc' }]
const parts = {
  project: { select: { id: true, name: true, slug: true, repositoryUrl: true } },
  following: { select: { heldBy: true, heldWhy: true, waiting: true } },
  targets: { include: { server: { select: { name: true, labels: true } } }, orderBy: inOrder },
} satisfies Prisma.EnvironmentInclude
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
    include: releaseParts,
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

export function insertEnvironment(
  reader: Reader,
  fields: EnvironmentFields & { projectId: string; slug: string },
  targets: TargetFields[],
): Promise<EnvironmentRow> {
  return reader.environment.create({
    data: { ...fields, targets: { create: targets.map((one, position) => ({ ...one, position })) } },
    include: parts,
  })
}

export function changeEnvironment(
  reader: Reader,
  id: string,
  fields: Partial<EnvironmentFields>,
): Promise<EnvironmentRow> {
  return reader.environment.update({ where: { id }, data: fields, include: parts })
}

export async function deleteEnvironment(reader: Reader, id: string): Promise<void> {
  await reader.environment.delete({ where: { id } })
}
