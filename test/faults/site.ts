// A server in the panel, and environments on it, each with a folder and a project of its own.
import { createHash } from 'node:crypto'
import type { Context } from '@/lib/panel/context.ts'
import type { Host } from '../hosts/hosts.ts'
import { panelHook, secret } from './sample.ts'

/** An environment, and its folder on the server. What hooks say is kept in `<root>-said`. */
type Site = { environmentId: string; root: string }

export async function insertServer({ db, secrets }: Context, { address }: Host): Promise<string> {
  const { host, port, user, privateKey, hostKey } = address
  const key = secrets.encrypt(privateKey)
  const data = { name: 'web-1', host, port, user, privateKey: key, publicKey: '', hostKey, fingerprint: '' }
  return (await db.prisma.server.create({ data })).id
}

export async function insertSite(ctx: Context, host: Host, serverId: string, repository: string): Promise<Site> {
  const { prisma } = ctx.db
  const root = await host.root()
  await host.shell(`mkdir -m 1777 ${root}-said`)
  const slug = root.replace(/\W+/g, '-')
  const project = await prisma.project.create({
    data: { name: 'Sample', slug, repositoryUrl: repository, access: 'none' },
  })
  const { user } = host.address
  const { id } = await prisma.environment.create({
    data: {
      projectId: project.id,
      name: 'production',
      slug: 'production',
      branch: 'main',
      keep: 3,
      permissions: { owner: user, group: host.kind === 'machine' ? 'deployer' : user, mode: 'keep-exec' },
      targets: { create: { serverId, root } },
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
      user: host.kind === 'machine' ? 'www-data' : null,
      timeoutMs: 60_000,
      createdBy: 'console',
    },
  })
  return { environmentId: id, root }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
