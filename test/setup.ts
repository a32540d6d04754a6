// One PostgreSQL for a whole test run, with a migrated database that each test file copies.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { migrate } from '../scripts/migrate.ts'
import { startOwnPostgres } from './postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The migrated database; copied, never connected to. */
    templateUrl: string
    /** `postgres` of the same server, for CREATE and DROP DATABASE. */
    adminUrl: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const template = `template_${randomBytes(4).toString('hex')}`
  const server = await startOwnPostgres('fairlead-test', { database: template, settings: ['max_connections=200'] })
  await migrate(server.url, join(import.meta.dirname, '../prisma/migrations'))
  const admin = new URL(server.url)
  admin.pathname = '/postgres'
  project.provide('templateUrl', server.url)
  project.provide('adminUrl', admin.href)
  return () => server.stop()
}
