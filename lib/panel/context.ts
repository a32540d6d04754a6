// What every panel function needs, made once a process by whoever starts it.
import { join } from 'node:path'
import type { Actor } from '@/lib/access.ts'
import { openSecrets, readKeys, type Secrets } from '@/lib/secrets.ts'
import type { Settings } from '@/lib/settings.ts'
import { openDatabase, type Database } from '@/lib/store/database.ts'
import type { Reader } from '@/lib/store/reader.ts'

export type { Actor }
export type Context = {
  db: Database
  secrets: Secrets
  settings: Settings
  /** Belongs to each change, with what it gives: see once.ts. */
  beforeCommit?: (tx: Reader, result: unknown) => Promise<void>
}

/** PanelError `unavailable` when `<dataDir>/secret.key` cannot be used. No connection is made yet. */
export function openContext(settings: Settings): Context {
  return {
    db: openDatabase(settings.databaseUrl),
    secrets: openSecrets(...readKeys(join(settings.dataDir, 'secret.key'))),
    settings,
  }
}

/** The panel acting by itself; `why` is shown in the audit: 'console', 'schedule', 'push'. */
export function systemActor(why: string): Actor {
  return { kind: 'system', id: why, name: why, role: 'owner', projects: {} }
}
