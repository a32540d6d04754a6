// Everything that a worker needs to know about one deployment, read at once.
import type { Database } from './database.ts'
import type { Plan } from '@/lib/deploy/types.ts'
import type { Prisma } from './generated/client.ts'
import { throughJumps } from './jumps.ts'

/** The row with its environment, project, servers and history; secrets are still encrypted. */
export type Job = NonNullable<Awaited<ReturnType<typeof findJob>>>

/** @throws when the deployment doesn't exist: the holder of a claim asks. */
export async function readJob(db: Database, deploymentId: string): Promise<Job> {
  const job = await findJob(db, deploymentId)
  if (!job) throw new Error(`deployment ${deploymentId} is gone`)
  return job
}

const targetParts = {
  include: { server: { include: throughJumps } },
  orderBy: [{ position: 'asc' }, { createdAt: 'asc' }],
} satisfies Prisma.TargetFindManyArgs

const environmentParts = {
  project: true,
  targets: targetParts,
  variableSets: { orderBy: { number: 'desc' }, take: 1 },
  hooks: { orderBy: [{ event: 'asc' }, { number: 'desc' }], distinct: ['event'] },
  releases: {
    orderBy: { number: 'asc' },
    include: {
      onTargets: true,
      variableSet: true,
      deployments: { where: { status: 'succeeded' }, select: { id: true }, take: 1 },
    },
  },
} satisfies Prisma.EnvironmentInclude

async function findJob(db: Database, deploymentId: string) {
  const deployment = await db.prisma.deployment.findUnique({
    where: { id: deploymentId },
    include: { release: { include: { variableSet: true } }, environment: { include: environmentParts } },
  })
  if (!deployment) return null
  const { targetIds, environment } = deployment
  return { ...deployment, environment: onlyTargets(environment, targetIds), plan: deployment.plan as Plan | null }
}

/** With the targets that a run is for ([] = all of them), and those that it isn't for as `others`. */
function onlyTargets<T extends { id: string }, E extends { targets: T[] }>(
  environment: E,
  targetIds: string[],
): E & { others: E['targets'] } {
  const isMeant = ({ id }: T): boolean => targetIds.length === 0 || targetIds.includes(id)
  const others = environment.targets.filter((one) => !isMeant(one))
  return { ...environment, targets: environment.targets.filter(isMeant), others }
}

/** What a deployment on these targets of the environment would be planned from now; null when there is no such environment. */
export async function readEnvironment(
  db: Database,
  id: string,
  targetIds: string[] = [],
): Promise<Job['environment'] | null> {
  const environment = await db.prisma.environment.findUnique({ where: { id }, include: environmentParts })
  return environment && onlyTargets(environment, targetIds)
}

/** All targets of an environment, whichever a run is for. */
export async function readTargets(db: Database, environmentId: string): Promise<Job['environment']['targets']> {
  return db.prisma.target.findMany({ where: { environmentId }, ...targetParts })
}
