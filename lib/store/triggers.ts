// What environments follow by themselves, as people see and write it.
import type { Triggers } from '@/lib/spec/triggers.ts'
import { Prisma } from './generated/client.ts'
import type { Reader } from './reader.ts'

/** Counts from the next push on, and for what waits. Where nothing is followed any more, nothing does. */
export async function storeTriggers(reader: Reader, environmentId: string, triggers: Triggers): Promise<void> {
  await reader.environment.update({ where: { id: environmentId }, data: { triggers } })
  if (triggers.isOn) return judgeWaitingAnew(reader, environmentId)
  const nothing = { waiting: Prisma.DbNull, waitingSince: null }
  await reader.following.updateMany({ where: { environmentId }, data: nothing })
}

/** Other rules count: a commit that waits for checks may have all that it needs by them, or not be followed any more. */
export async function judgeWaitingAnew(reader: Reader, environmentId: string): Promise<void> {
  const changed = { why: 'rules', words: 'The rules have changed: it is looked at again in a moment.' }
  await reader.$executeRaw`
    UPDATE "Following" SET "waiting" = "waiting" || ${JSON.stringify(changed)}::jsonb, "waitingSince" = clock_timestamp()
    WHERE "environmentId" = ${environmentId} AND "waiting"->>'why' = 'checks'`
}

/** The rules, and how far it has come by them; null when there is no such environment. */
export function findTriggers(reader: Reader, environmentId: string) {
  return reader.environment.findUnique({
    where: { id: environmentId },
    select: { projectId: true, triggers: true, following: true },
  })
}
