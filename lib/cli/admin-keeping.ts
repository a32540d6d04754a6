// Keeping a panel: its backup, putting that back, and another key.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { PanelError } from '@/lib/errors.ts'
import { createBackup, restoreBackup } from '@/lib/panel/backup.ts'
import { rotateKey } from '@/lib/panel/rotate-key.ts'
import { nextKeyPath, readKey } from '@/lib/secrets.ts'
import type { AdminCommand } from './admin.ts'
import { openPanel, withRestingPanel } from './admin-panel.ts'
import { help, readFileName, readSecret } from './admin-typed.ts'
import { exits, Stop } from './exit.ts'

/** The panel may run meanwhile; an embedded database has to. */
export const backUp: AdminCommand = async (args, env, streams) => {
  const path = resolve(readFileName(args))
  const passphrase = await readSecret(streams, 'Passphrase')
  // One that was mistyped would be noticed on the day that the backup is needed.
  if (process.stdin.isTTY && passphrase !== (await readSecret(streams, 'Once more')))
    throw new Stop(exits.usage, 'These were two passphrases.')
  const ctx = await openPanel(env)
  try {
    const keyPath = join(ctx.settings.dataDir, 'secret.key')
    if (existsSync(nextKeyPath(keyPath)))
      throw new PanelError('conflict', 'A change of the key was cut off. Run “fairlead admin rotate-key” first.')
    const { rows } = await createBackup(ctx.db, { key: readKey(keyPath), passphrase, path })
    streams.err(`${path} holds ${rows} rows and the key. Without the passphrase it is worth nothing.\n`)
    return exits.done
  } finally {
    await ctx.db.close()
  }
}

/** Into a data folder or a database that holds no panel yet. */
export const restore: AdminCommand = async (args, env, streams) => {
  const path = resolve(readFileName(args))
  const passphrase = await readSecret(streams, 'Passphrase')
  const { createdAt, rows } = await withRestingPanel(env, ({ db, dataDir }) =>
    restoreBackup(db, { path, passphrase, keyPath: join(dataDir, 'secret.key') }),
  )
  streams.err(
    `${rows} rows are back as they were at ${createdAt}. Start the panel; the one before must not run any more.\n`,
  )
  return exits.done
}

export const rotate: AdminCommand = async (args, env, streams) => {
  if (args.length > 0) throw new Stop(exits.usage, `rotate-key takes nothing. ${help}`)
  const { values, keyId } = await withRestingPanel(env, ({ db, dataDir }) => rotateKey(db, join(dataDir, 'secret.key')))
  streams.err(`${values} values are encrypted with the key ${keyId} now. Everybody has to sign in again.\n`)
  return exits.done
}
