// Projects, with their environments.
import type { Prisma } from './generated/client.ts'
import type { Reader } from './reader.ts'

const parts = { environments: { orderBy: { createdAt: 'asc' } } } as const
export type ProjectRow = Prisma.ProjectGetPayload<{ include: typeof parts }>
type ProjectFields = {
  name: string
  slug: string
  repositoryUrl: string
  access: string
  credential: Uint8Array<ArrayBuffer> | null
  publicKey: string | null
}

/** Those of `ids`; null = all. */
export function findProjects(reader: Reader, ids: string[] | null): Promise<ProjectRow[]> {
  return reader.project.findMany({
    where: ids === null ? {} : { id: { in: ids } },
    include: parts,
    orderBy: { name: 'asc' },
  })
}

export function findProject(reader: Reader, id: string): Promise<ProjectRow | null> {
  return reader.project.findUnique({ where: { id }, include: parts })
}

export async function findProjectSlugs(reader: Reader): Promise<string[]> {
  return (await reader.project.findMany({ select: { slug: true } })).map(({ slug }) => slug)
}

export function insertProject(reader: Reader, fields: ProjectFields): Promise<ProjectRow> {
  return reader.project.create({ data: fields, include: parts })
}

export function changeProject(reader: Reader, id: string, fields: Partial<ProjectFields>): Promise<ProjectRow> {
  return reader.project.update({ where: { id }, data: fields, include: parts })
}

export async function deleteProject(reader: Reader, id: string): Promise<void> {
  await reader.project.delete({ where: { id } })
}
