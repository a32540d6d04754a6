// Servers in the panel, and environments on them, each with folders and a project of its own.
import { createHash } from 'node:crypto'
import type { Context } from '@/lib/panel/context.ts'
import type { Host } from '../hosts/hosts.ts'
import { panelHook, secret } from './sample.ts'

/** A host that the panel knows. */
export type Known = { name: string; serverId: string; host: Host }

/** An environment, and its folders. What hooks say is kept in `<root>-said`. */
export type Site = { environmentId: string; targets: (Known & { root: string; id: string })[] }

export async function insertServer({ db, secrets }: Context, name: string, hostGiven: Host): Promise<Known> {
  const { host, port, user, privateKey, hostKey } = hostGiven.address
  const key = secrets.encrypt(privateKey)
  const data = { name, host, port, user, privateKey: key, publicKey: '', hostKey, fingerprint: '' }
  const { id } = await db.prisma.server.create({ data })
  return { name, serverId: id, host: hostGiven }
}

export async function insertSite(ctx: Context, servers: Known[], repository: string): Promise<Site> {
  const { prisma } = ctx.db
  const places = await Promise.all(
    servers.map(async (server) => {
      const root = await server.host.root()
      await server.host.shell(`[ -e ${root}-said ] || mkdir -m 1777 ${root}-said`)
      return { ...server, root }
    }),
  )
  const slug = places.map(({ name, root }) => `${name}${root}`.replace(/\W+/g, '-')).join('-')
  const project = await prisma.project.create({
    data: { name: 'Sample', slug, repositoryUrl: repository, access: 'none' },
  })
  const { address, kind } = servers[0]!.host
  const { id, targets } = await prisma.environment.create({
    include: { targets: true },
    data: {
      projectId: project.id,
      name: 'production',
      slug: 'production',
      branch: 'main',
      keep: 3,
      permissions: {
        owner: address.user,
        group: kind === 'machine' ? 'deployer' : address.user,
        mode: 'keep-exec',
      },
      targets: { create: places.map(({ serverId, root }, position) => ({ serverId, root, position })) },
    },
  })
  const text = `SECRET=${secret}\n`
  const set = await prisma.variableSet.create({
    data: { environmentId: id, number: 1, text: ctx.secrets.encrypt(text), sha256: sha256(text), createdBy: 'console' },
  })
  await prisma.environment.update({ where: { id }, data: { variableSetId: set.id } })
  await prisma.hookRevision.create({
    data: {
      environmentId: id,
      ...panelHook,
      number: 1,
      sha256: sha256(panelHook.text),
      user: kind === 'machine' ? 'www-data' : null,
      timeoutMs: 60_000,
      createdBy: 'console',
    },
  })
  const idOf = new Map(targets.map((target) => [target.serverId, target.id]))
  return { environmentId: id, targets: places.map((place) => ({ ...place, id: idOf.get(place.serverId)! })) }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
