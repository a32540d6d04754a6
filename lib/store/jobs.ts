// Everything that a worker needs to know about one deployment, read at once.
import type { Database } from './database.ts'
import type { Plan } from '@/lib/deploy/types.ts'

/** The row with its environment, project, servers and history; secrets are still encrypted. */
export type Job = NonNullable<Awaited<ReturnType<typeof findJob>>>

/** @throws when the deployment doesn't exist: the holder of a claim asks. */
export async function readJob(db: Database, deploymentId: string): Promise<Job> {
  const job = await findJob(db, deploymentId)
  if (!job) throw new Error(`deployment ${deploymentId} is gone`)
  return job
}

async function findJob(db: Database, deploymentId: string) {
  const deployment = await db.prisma.deployment.findUnique({
    where: { id: deploymentId },
    include: {
      release: { include: { variableSet: true } },
      environment: {
        include: {
          project: true,
          targets: { include: { server: true }, orderBy: { createdAt: 'asc' } },
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
        },
      },
    },
  })
  return deployment && { ...deployment, plan: deployment.plan as Plan | null }
}
