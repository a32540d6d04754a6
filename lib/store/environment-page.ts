// Which environments there are, in order: enough to cut a page of them.
import type { Reader } from './reader.ts'

/** In the order of findEnvironments. `name` is `<project>/<environment>`, by slugs. */
export function findEnvironmentIds(
  reader: Reader,
  { projectId, name, seen }: { projectId?: string | undefined; name?: string | undefined; seen: string[] | null },
): Promise<{ id: string }[]> {
  const [project = '', slug = ''] = name?.split('/') ?? []
  return reader.environment.findMany({
    where: {
      AND: [
        projectId === undefined ? {} : { projectId },
        name === undefined ? {} : { slug, project: { slug: project } },
        seen === null ? {} : { projectId: { in: seen } },
      ],
    },
    select: { id: true },
    orderBy: [{ project: { name: 'asc' } }, { createdAt: 'asc' }],
  })
}
