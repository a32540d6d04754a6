// Servers, with the environments that use them.
import type { Prisma, Server } from './generated/client.ts'
import type { Reader } from './reader.ts'
import { throughJumps } from './jumps.ts'

export type { Server }
const uses = {
  ...throughJumps,
  reaches: { select: { name: true }, orderBy: { name: 'asc' } },
  targets: { include: { environment: { include: { project: true } } }, orderBy: { createdAt: 'asc' } },
} as const
export type ServerWithUses = Prisma.ServerGetPayload<{ include: typeof uses }>

/** By name, which is unique: all, or as many as `limit` says of those that come `after` one. */
export function findServers(
  reader: Reader,
  { after, limit }: { after?: string | undefined; limit?: number } = {},
): Promise<ServerWithUses[]> {
  return reader.server.findMany({
    where: after === undefined ? {} : { name: { gt: after } },
    include: uses,
    orderBy: { name: 'asc' },
    ...(limit === undefined ? {} : { take: limit }),
  })
}

export async function findServerName(reader: Reader, id: string): Promise<string | null> {
  return (await reader.server.findUnique({ where: { id }, select: { name: true } }))?.name ?? null
}

/** Those that environments of these projects are on; null = all there are. */
export function findServerNames(reader: Reader, projects: string[] | null): Promise<{ id: string; name: string }[]> {
  return reader.server.findMany({
    where: projects === null ? {} : { targets: { some: { environment: { projectId: { in: projects } } } } },
    select: { id: true, name: true },
    orderBy: { name: 'asc' },
  })
}

export function findServer(reader: Reader, id: string): Promise<ServerWithUses | null> {
  return reader.server.findUnique({ where: { id }, include: uses })
}

export function insertServer(
  reader: Reader,
  server: {
    name: string
    host: string
    port: number
    user: string
    privateKey: Uint8Array<ArrayBuffer>
    publicKey: string
    jumpId: string | null
    labels: string[]
  },
): Promise<ServerWithUses> {
  return reader.server.create({ data: server, include: uses })
}

export function changeServer(
  reader: Reader,
  id: string,
  fields: { name?: string; jumpId?: string | null; labels?: string[] },
): Promise<ServerWithUses> {
  return reader.server.update({ where: { id }, data: fields, include: uses })
}

/** Pins the host key; targets learn their canonical root anew when it is another one than before. */
export async function pinHostKey(reader: Reader, id: string, hostKey: string, fingerprint: string): Promise<void> {
  await reader.target.updateMany({
    where: { serverId: id, hostKey: { not: hostKey } },
    data: { hostKey: null, canonicalRoot: null, treeRevision: null },
  })
  await reader.server.update({ where: { id }, data: { hostKey, fingerprint } })
}

export async function storeCheck(reader: Reader, id: string, check: Prisma.InputJsonObject, at: Date): Promise<void> {
  await reader.server.update({ where: { id }, data: { check, checkedAt: at } })
}

export async function deleteServer(reader: Reader, id: string): Promise<void> {
  await reader.server.delete({ where: { id } })
}
