// One PostgreSQL for a whole test run, with a migrated database that each test file copies.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { migrate } from '../scripts/migrate.ts'
import { startPostgres } from '../scripts/embedded-postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The migrated database; copied, never connected to. */
    templateUrl: string
    /** `postgres` of the same server, for CREATE and DROP DATABASE. */
    adminUrl: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-test-'))
  const template = `template_${randomBytes(4).toString('hex')}`
  // Nothing here needs to survive a power cut.
  const settings = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=200']
  const server = await startPostgres(folder, { database: template, settings })
  await migrate(server.url, join(import.meta.dirname, '../prisma/migrations'))
  const admin = new URL(server.url)
  admin.pathname = '/postgres'
  project.provide('templateUrl', server.url)
  project.provide('adminUrl', admin.href)
  return async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
