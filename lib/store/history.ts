// What pages and the API ask about deployments and releases; writing is deployments.ts and, for workers, claims.ts.
import type { Plan } from '@/lib/deploy/types.ts'
import type { Prisma } from './generated/client.ts'
import { throughJumps } from './jumps.ts'
import type { Reader } from './reader.ts'

/** Plans are large: they are read for those alone who show them. */
const deploymentParts = { omit: { plan: true }, include: { release: true } } as const
export type DeploymentRow = Prisma.DeploymentGetPayload<typeof deploymentParts>

const placedParts = {
  omit: { plan: true },
  include: { release: true, environment: { select: { projectId: true } } },
} as const
/** With the project that it is of, which decides who sees it. */
export type PlacedDeployment = Prisma.DeploymentGetPayload<typeof placedParts>

const detailParts = {
  release: true,
  environment: { include: { project: true, targets: { include: { server: true } } } },
} as const
type DetailRow = Prisma.DeploymentGetPayload<{ include: typeof detailParts }>

export const releaseParts = {
  variableSet: { select: { number: true } },
  environment: {
    select: {
      liveReleaseId: true,
      targets: {
        select: { liveRelease: true, server: { select: { name: true } } },
        orderBy: [{ position: 'asc' }, { createdAt: 'asc' }],
      },
    },
  },
} satisfies Prisma.ReleaseInclude
export type ReleaseRow = Prisma.ReleaseGetPayload<{ include: typeof releaseParts }>

const wishParts = {
  targets: {
    include: { server: { include: throughJumps } },
    orderBy: [{ position: 'asc' }, { createdAt: 'asc' }],
  },
  deployments: { where: { status: { in: ['queued', 'running'] } }, orderBy: { number: 'asc' } },
} satisfies Prisma.EnvironmentInclude
/** An environment as far as a request must know it; `deployments` are the unfinished ones, oldest first. */
export type WishRow = Prisma.EnvironmentGetPayload<{ include: typeof wishParts }>

/** How a caller names a deployment: by id, or by its number in an environment. */
export type DeploymentKey = { id: string } | { environmentId: string; number: number }

function where(key: DeploymentKey): Prisma.DeploymentWhereUniqueInput {
  return 'id' in key ? { id: key.id } : { environmentId_number: key }
}

export function findDeployment(reader: Reader, key: DeploymentKey): Promise<PlacedDeployment | null> {
  return reader.deployment.findUnique({ where: where(key), ...placedParts })
}

export function findDetail(reader: Reader, key: DeploymentKey): Promise<DetailRow | null> {
  return reader.deployment.findUnique({ where: where(key), include: detailParts })
}

/** The deployment that an idempotency key of this environment has made. */
export function findByKey(
  reader: Reader,
  environmentId: string,
  idempotencyKey: string,
): Promise<DeploymentRow | null> {
  return reader.deployment.findUnique({
    where: { environmentId_idempotencyKey: { environmentId, idempotencyKey } },
    ...deploymentParts,
  })
}

/** Newest first; `before` is a number to continue after. */
export function findDeployments(
  reader: Reader,
  environmentId: string,
  { limit = 50, before }: { limit?: number; before?: number } = {},
) {
  return reader.deployment.findMany({
    where: { environmentId, ...(before === undefined ? {} : { number: { lt: before } }) },
    ...deploymentParts,
    orderBy: { number: 'desc' },
    take: limit,
  })
}

/**
 * Newest first; `before` is a number to continue after. Releases that never got a complete directory are left out: there is nothing to
 * activate.
 */
export function findReleases(
  reader: Reader,
  environmentId: string,
  { before, limit }: { before?: number | undefined; limit: number },
): Promise<ReleaseRow[]> {
  return reader.release.findMany({
    where: { environmentId, state: { not: 'incomplete' }, ...(before === undefined ? {} : { number: { lt: before } }) },
    include: releaseParts,
    orderBy: { number: 'desc' },
    take: limit,
  })
}

export function findRelease(reader: Reader, environmentId: string, number: number): Promise<ReleaseRow | null> {
  return reader.release.findUnique({
    where: { environmentId_number: { environmentId, number } },
    include: releaseParts,
  })
}

/** Numbers of the releases of these names, by name. */
export async function findReleaseNumbers(
  reader: Reader,
  environmentId: string,
  names: string[],
): Promise<Record<string, number>> {
  if (names.length === 0) return {}
  const rows = await reader.release.findMany({
    where: { environmentId, name: { in: names } },
    select: { name: true, number: true },
  })
  return Object.fromEntries(rows.map(({ name, number }) => [name, number]))
}

/** The release whose directory `current` was switched to last. */
export function findLiveRelease(reader: Reader, environmentId: string): Promise<ReleaseRow | null> {
  return reader.environment
    .findUnique({ where: { id: environmentId }, select: { liveReleaseId: true } })
    .then((row) =>
      row?.liveReleaseId
        ? reader.release.findUnique({ where: { id: row.liveReleaseId }, include: releaseParts })
        : null,
    )
}

/**
 * What "roll back" means: the newest release older than the live one that is still on the server and whose deployment or
 * activation succeeded. By number, so that rolling back twice goes further back instead of forth again.
 */
export async function findEarlierRelease(reader: Reader, environmentId: string): Promise<ReleaseRow | null> {
  const live = await findLiveRelease(reader, environmentId)
  return reader.release.findFirst({
    where: {
      environmentId,
      state: 'complete',
      deployments: { some: { status: 'succeeded' } },
      ...(live ? { number: { lt: live.number } } : {}),
    },
    include: releaseParts,
    orderBy: { number: 'desc' },
  })
}

export function findWish(reader: Reader, environmentId: string): Promise<WishRow | null> {
  return reader.environment.findUnique({ where: { id: environmentId }, include: wishParts })
}

/** The id of an environment's project, or null: there is no such environment. */
export async function projectOf(reader: Reader, environmentId: string): Promise<string | null> {
  const row = await reader.environment.findUnique({ where: { id: environmentId }, select: { projectId: true } })
  return row?.projectId ?? null
}

/** The plan of deployment `number`; null when there is none. */
export async function findPlan(reader: Reader, environmentId: string, number: number): Promise<Plan | null> {
  const row = await reader.deployment.findUnique({
    where: { environmentId_number: { environmentId, number } },
    select: { plan: true },
  })
  return (row?.plan ?? null) as Plan | null
}
