// Plans that people were shown, so that what has changed since can be told.
import type { Plan } from '@/lib/deploy/types.ts'
import type { Database } from './database.ts'
import { storableJson } from './events.ts'

/** Kept for a week after it was last shown. */
export async function storePreview(db: Database, environmentId: string, planHash: string, plan: Plan): Promise<void> {
  await db.pool.query(`DELETE FROM "Preview" WHERE "createdAt" < clock_timestamp() - interval '7 days'`)
  await db.pool.query(
    `INSERT INTO "Preview" ("environmentId", "planHash", "plan") VALUES ($1, $2, $3)
     ON CONFLICT ("environmentId", "planHash") DO UPDATE SET "plan" = EXCLUDED."plan", "createdAt" = clock_timestamp()`,
    [environmentId, planHash, storableJson(plan)],
  )
}

export async function findPreview(db: Database, environmentId: string, planHash: string): Promise<Plan | null> {
  const row = await db.prisma.preview.findUnique({ where: { environmentId_planHash: { environmentId, planHash } } })
  return row && (row.plan as Plan)
}
