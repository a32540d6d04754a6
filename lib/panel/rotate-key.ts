// Another key for everything that is encrypted. The new one lies beside the old one until no value needs the old one any more,
// and whoever reads in between reads with both: a rotation that is cut off harms nothing, and the next one ends it.
import { rename } from 'node:fs/promises'
import { actorText } from '@/lib/access.ts'
import { PanelError } from '@/lib/errors.ts'
import { ensureKey, keyIdIn, keyIdOf, nextKeyPath, openSecrets, readKey } from '@/lib/secrets.ts'
import type { Database } from '@/lib/store/database.ts'
import { encryptedColumns, lockEncrypted, turnColumn } from '@/lib/store/encrypted.ts'
import { inTransaction } from '@/lib/store/transaction.ts'
import { systemActor } from './context.ts'

/**
 * Encrypts every value anew, in one transaction; no panel may run meanwhile, as it would go on with the old key.
 * PanelError internal names the first value that can't be deciphered: nothing was changed then.
 */
export async function rotateKey(db: Database, keyPath: string): Promise<{ values: number; keyId: string }> {
  const before = readKey(keyPath)
  const next = await ensureKey(nextKeyPath(keyPath))
  const secrets = openSecrets(next, before)
  const keyId = keyIdOf(next)
  const values = await inTransaction(db.pool, async (client) => {
    await lockEncrypted(client)
    let turned = 0
    for (const column of encryptedColumns)
      turned += await turnColumn(client, column, (blob, name) => {
        try {
          const plain = secrets.decrypt(blob)
          return keyIdIn(blob).equals(keyId) ? null : secrets.encrypt(plain)
        } catch (cause) {
          throw new PanelError('internal', `The ${name} can’t be deciphered. Nothing was changed.`, {}, { cause })
        }
      })
    const by = systemActor('console')
    await client.query(
      `INSERT INTO "AuditEntry" ("actor", "actorName", "action", "subject", "data") VALUES ($1, $2, 'key.rotate', 'panel', $3)`,
      [
        actorText(by),
        by.name,
        { before: keyIdOf(before).toString('hex'), after: keyId.toString('hex'), values: turned },
      ],
    )
    return turned
  })
  await rename(nextKeyPath(keyPath), keyPath)
  return { values, keyId: keyId.toString('hex') }
}
