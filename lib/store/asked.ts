// What a worker has to know about the server or the project of a question.
import type { Database } from './database.ts'
import { throughJumps } from './jumps.ts'

export type AskedServer = NonNullable<Awaited<ReturnType<typeof findAskedServer>>>
export type AskedProject = NonNullable<Awaited<ReturnType<typeof findAskedProject>>>

/** The server with its targets, oldest first, and of each environment the newest revision of every hook and of files elsewhere. */
export async function findAskedServer({ prisma }: Database, id: string) {
  return prisma.server.findUnique({
    where: { id },
    include: {
      ...throughJumps,
      targets: {
        orderBy: { createdAt: 'asc' },
        include: {
          environment: {
            include: {
              hooks: { orderBy: [{ event: 'asc' }, { number: 'desc' }], distinct: ['event'] },
              configFiles: {
                where: { target: 'server' },
                orderBy: { path: 'asc' },
                include: { revisions: { orderBy: { number: 'desc' }, take: 1, omit: { content: true } } },
              },
            },
          },
        },
      },
    },
  })
}

/** The server that an environment lives on; its first when it has several. */
export async function findAskedPlace({ prisma }: Database, environmentId: string) {
  const target = await prisma.target.findFirst({
    where: { environmentId },
    orderBy: [{ position: 'asc' }, { createdAt: 'asc' }],
    include: { server: { include: throughJumps } },
  })
  return target?.server ?? null
}

export async function findAskedProject({ prisma }: Database, id: string) {
  return prisma.project.findUnique({ where: { id } })
}

export type AskedLogs = NonNullable<Awaited<ReturnType<typeof findAskedLogs>>>

/** Variables that logs may still hold: those of so many sets, the newest first. */
const setsHidden = 30

/** Where an environment's logs are, and whatever of it must not be read in them. */
export async function findAskedLogs({ prisma }: Database, environmentId: string) {
  return prisma.target.findFirst({
    where: { environmentId },
    orderBy: [{ position: 'asc' }, { createdAt: 'asc' }],
    include: {
      server: { include: throughJumps },
      environment: {
        include: { project: true, variableSets: { orderBy: { number: 'desc' }, take: setsHidden } },
      },
    },
  })
}
