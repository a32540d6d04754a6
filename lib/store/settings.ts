// Single values of the panel, by name. `setupToken` {hash}: the one-time token; `setUp` {at}: set-up is over for good.
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Database } from './database.ts'
import type { Prisma } from './generated/client.ts'
import type { Reader } from './reader.ts'

export async function readSetting(reader: Reader, key: string): Promise<unknown> {
  return (await reader.setting.findUnique({ where: { key } }))?.value ?? null
}

export async function writeSetting(reader: Reader, key: string, value: Prisma.InputJsonValue): Promise<void> {
  await reader.setting.upsert({ where: { key }, create: { key, value }, update: { value } })
}

export async function removeSetting(reader: Reader, key: string): Promise<void> {
  await reader.setting.deleteMany({ where: { key } })
}

/** Puts everyone who calls this with the same name in line until the transaction ends. */
export async function lockByName(reader: Reader, name: string): Promise<void> {
  await reader.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${name}, 0))`
}

/** Who owns folders on servers: an id of this panel, made when it is asked for first. */
export async function ensurePanelId(db: Database): Promise<string> {
  await db.pool.query(
    `INSERT INTO "Setting" ("key", "value") VALUES ('panelId', to_jsonb($1::text)) ON CONFLICT ("key") DO NOTHING`,
    [randomUUID()],
  )
  return z.uuid().parse(await readSetting(db.prisma, 'panelId'))
}
