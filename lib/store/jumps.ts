// Servers that are reached through others: each points to the one before it on the way.
import type { Reader } from './reader.ts'

/** No way leads through more servers than this. */
export const mostJumps = 3

/** What a query of a server has to include so that the panel can go there. */
export const throughJumps = { jump: { include: { jump: { include: { jump: true } } } } } as const

/** The servers on the way to whatever is behind `id`, that one first. Longer than it may be when it leads in circles. */
export async function findWay(reader: Reader, id: string): Promise<{ id: string; name: string }[]> {
  return reader.$queryRaw`
    WITH RECURSIVE way AS (
      SELECT "id", "name", "jumpId", 1 AS "at" FROM "Server" WHERE "id" = ${id}
      UNION ALL
      SELECT s."id", s."name", s."jumpId", way."at" + 1 FROM way JOIN "Server" s ON s."id" = way."jumpId" WHERE way."at" <= ${mostJumps}
    ) SELECT "id", "name" FROM way ORDER BY "at"`
}

/** How many servers the longest way from `id` to one behind it has, without `id` itself; 0 = none is behind it. */
export async function depthBehind(reader: Reader, id: string): Promise<number> {
  const rows = await reader.$queryRaw<{ depth: number }[]>`
    WITH RECURSIVE behind AS (
      SELECT "id", 0 AS "depth" FROM "Server" WHERE "id" = ${id}
      UNION ALL
      SELECT s."id", behind."depth" + 1 FROM behind JOIN "Server" s ON s."jumpId" = behind."id" WHERE behind."depth" <= ${mostJumps}
    ) SELECT max("depth")::int AS "depth" FROM behind`
  return rows[0]?.depth ?? 0
}
