// Rows that tests of the store and the worker start from.
import type { Database } from '@/lib/store/database.ts'
import { createDeployment } from '@/lib/store/deployments.ts'

/** A project with one environment, without servers. */
export async function insertEnvironment(db: Database, name = 'production'): Promise<string> {
  const project = await db.prisma.project.create({
    data: {
      name: 'Shop',
      slug: `shop-${Math.random().toString(36).slice(2)}`,
      repositoryUrl: '/srv/shop.git',
      access: 'none',
    },
  })
  const permissions = { owner: 'www-data', group: 'deployer', mode: 'off' }
  const environment = await db.prisma.environment.create({
    data: { projectId: project.id, name, slug: name, branch: 'main', permissions },
  })
  return environment.id
}

/** A queued deployment of `main`. */
export function request(db: Database, environmentId: string, more: { idempotencyKey?: string } = {}) {
  const source = { type: 'git', ref: 'main' } as const
  return createDeployment(db, { environmentId, kind: 'deploy', source, by: 'user:1', byName: 'Ada', ...more })
}
