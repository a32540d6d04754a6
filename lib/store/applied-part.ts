// Variables and files that the live release was given on some of several servers alone.
import type { Reader } from './reader.ts'

/** `targetIds` have it, the others may not; `since`: when the last run on all began, whose variables and files all have. */
export type AppliedPart = { targetIds: string[]; since: Date | null }

/**
 * Where the live release was given its newest variables (or files), when that was for some of several servers, run by run, and
 * nothing was done on all of them since; null = all have the same, as far as the panel knows.
 */
export async function findAppliedPart(
  reader: Reader,
  environmentId: string,
  releaseId: string,
  what: 'variables' | 'files',
): Promise<AppliedPart | null> {
  const runs = await reader.deployment.findMany({
    where: {
      environmentId,
      releaseId,
      status: 'succeeded',
      OR: [
        { kind: 'configure', source: { path: ['type'], equals: what } },
        { kind: { not: 'configure' }, targetIds: { isEmpty: true } },
      ],
    },
    orderBy: { number: 'desc' },
    take: 100,
    select: { targetIds: true, source: true, startedAt: true },
  })
  const numberOf = ({ source }: { source: unknown }) => (source as { number?: number }).number
  const end = runs.findIndex((run) => run.targetIds.length === 0 || numberOf(run) !== numberOf(runs[0]!))
  const having = new Set((end === -1 ? runs : runs.slice(0, end)).flatMap(({ targetIds }) => targetIds))
  if (having.size === 0) return null
  const others = await reader.target.count({ where: { environmentId, id: { notIn: [...having] } } })
  if (others === 0) return null
  return { targetIds: [...having], since: runs.find((run) => run.targetIds.length === 0)?.startedAt ?? null }
}
