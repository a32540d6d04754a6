// A panel on a database of its own, and people who act in it.
import { randomBytes } from 'node:crypto'
import { expect } from 'vitest'
import { openSecrets } from '@/lib/secrets.ts'
import { openDatabase } from '@/lib/store/database.ts'
import type { Actor, Context } from '@/lib/panel/context.ts'
import type { PanelRole } from '@/lib/access.ts'
import { testDatabase } from '../database.ts'

export async function openPanel(): Promise<{ ctx: Context; close(): Promise<void> }> {
  const own = await testDatabase()
  const db = openDatabase(own.url)
  const settings = {
    databaseUrl: own.url,
    dataDir: '/nonexistent',
    port: 0,
    host: '127.0.0.1',
    publicUrl: null,
    proxies: [],
    localRepositories: ['/srv/git/'],
    privateHosts: [],
    smtpUrl: null,
    mailFrom: null,
    logLevel: 'silent' as const,
  }
  return {
    ctx: { db, secrets: openSecrets(randomBytes(32)), settings },
    async close() {
      await db.close()
      await own.drop()
    },
  }
}

export const as = (role: PanelRole): Actor => ({
  kind: 'user',
  id: '00000000-0000-4000-8000-000000000000',
  name: `A ${role}`,
  role,
  projects: {},
})
export const owner = as('owner')

/** The refusal of a panel function, as far as callers rely on it. */
export const refused = (code: string, more: object = {}) =>
  expect.objectContaining({ name: 'PanelError', code, ...more })
