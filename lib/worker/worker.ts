// What a worker works with; made once by main.ts, handed to everything in this folder.
import type { Logger } from 'pino'
import type { Connector, Mirrors } from '@/lib/deploy/types.ts'
import type { Secrets } from '@/lib/secrets.ts'
import type { Database } from '@/lib/store/database.ts'
import type { Hooks } from './hooks.ts'
import type { Recent } from './recent.ts'
import type { Turns } from './turns.ts'

export type Worker = {
  id: string
  db: Database
  secrets: Secrets
  connector: Connector
  mirrors: Mirrors
  /** First half of the owner that servers remember. */
  panelId: string
  /** What commits say about their own deployment, read lately: it never changes. */
  hooks: Recent<Hooks>
  /** Whose turn it is to send. */
  turns: Turns
  /** Folder for what is too large for memory while it is passed on; the system's own unless given. */
  spool?: string
  log: Logger
}
