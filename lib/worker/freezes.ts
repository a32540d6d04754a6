// Whether an environment lies in a freeze, in words.
import { freezeAt } from '@/lib/spec/freeze.ts'
import type { Database } from '@/lib/store/database.ts'
import { findFreezes, wordsOf } from '@/lib/store/freezes.ts'

/** Of all windows that `now` lies in, the one that ends last; null = none. */
export async function freezeOf(
  db: Database,
  of: { projectId: string; environmentId: string },
  now = new Date(),
): Promise<{ words: string; until: Date } | null> {
  const found = freezeAt(await findFreezes(db.prisma, of), now)
  return found && { words: wordsOf(found), until: found.until }
}
