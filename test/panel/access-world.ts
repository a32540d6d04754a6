// A panel with two projects, and somebody of every kind who tries things there.
import { randomUUID } from 'node:crypto'
import type { Actor, PanelRole, Role } from '@/lib/access.ts'
import { actorOfToken, createToken } from '@/lib/panel/people.ts'
import { actorOfUser } from '@/lib/panel/people-actor.ts'
import { hashPassword } from '@/lib/panel/password.ts'
import type { Context } from '@/lib/panel/context.ts'
import { findPerson, insertUser } from '@/lib/store/people.ts'
import { insertReadyEnvironment } from './deployments.ts'

/** Who tries: with a role in the panel, with one in the project alone, in another project, or as a token of the project. */
export const kinds = [
  'owner',
  'admin',
  'developer',
  'viewer',
  'project admin',
  'project developer',
  'project viewer',
  'developer of another project',
  'token of the project',
] as const
type Kind = (typeof kinds)[number]

export type World = Awaited<ReturnType<typeof makeWorld>> & Awaited<ReturnType<typeof enter>>
export const password = 'correct horse battery'
let passwordHash: Promise<string> | null = null

/** The whole panel anew. */
export async function makeWorld(ctx: Context) {
  await empty(ctx)
  const [environmentId, elsewhere] = [await insertReadyEnvironment(ctx), await insertReadyEnvironment(ctx)]
  const { prisma } = ctx.db
  const { projectId } = await prisma.environment.findUniqueOrThrow({ where: { id: environmentId } })
  const other = await prisma.environment.findUniqueOrThrow({ where: { id: elsewhere } })
  const server = await prisma.server.create({
    data: {
      name: randomUUID(),
      host: '192.0.2.7',
      user: 'deploy',
      publicKey: 'k',
      privateKey: ctx.secrets.encrypt('k'),
    },
  })
  await prisma.target.updateMany({ where: { environmentId }, data: { serverId: server.id } })
  const release = await prisma.release.create({
    data: {
      environmentId,
      number: 1,
      name: 'deployment_1.abcdef0',
      revision: 'a'.repeat(40),
      ref: 'main',
      subject: 'A change',
      author: 'Ada',
      state: 'complete',
    },
  })
  const deployment = await prisma.deployment.create({
    data: {
      environmentId,
      number: 1,
      kind: 'deploy',
      source: { type: 'git', ref: 'main' },
      requestedBy: 'user:1',
      requestedByName: 'Ada',
      releaseId: release.id,
      status: 'running',
      startedAt: new Date(),
    },
  })
  await prisma.environment.update({ where: { id: environmentId }, data: { nextNumber: 2 } })
  await prisma.hookRevision.create({
    data: { environmentId, event: 'after.pull', number: 1, text: 'id', sha256: 'x', timeoutMs: 1000, createdBy: 'Ada' },
  })
  const text = ctx.secrets.encrypt('A=1')
  const set = { environmentId, number: 1, text, sha256: 'x', createdBy: 'Ada' }
  await prisma.variableSet.create({ data: set })
  const file = await prisma.configFile.create({ data: { environmentId, target: 'release', path: 'config/a' } })
  const revision = { fileId: file.id, number: 1, content: text, sha256: 'x', size: 3, mode: '0640', createdBy: 'Ada' }
  await prisma.configFileRevision.create({ data: { ...revision, isText: true, isSecret: true } })
  const schedule = await prisma.schedule.create({
    data: { environmentId, cron: '0 3 * * *', timeZone: 'UTC', nextAt: new Date(), createdBy: 'Ada' },
  })
  const freeze = await prisma.freeze.create({
    data: {
      projectId,
      reason: 'Over',
      window: { kind: 'once', from: '2020-01-01T00:00:00Z', until: '2020-01-02T00:00:00Z' },
      createdBy: 'Ada',
    },
  })
  const channel = await prisma.channel.create({
    data: { projectId, name: 'Mail', kind: 'email', config: text, shown: 'x', events: ['failed'], createdBy: 'Ada' },
  })
  const message = await prisma.message.create({ data: { channelId: channel.id, event: 'test', state: 'sent' } })
  const mate = await makePerson(ctx, 'member', { [projectId]: 'viewer' })
  await makePerson(ctx, 'owner')
  const grants = [{ projectId, role: 'viewer' }]
  const invitation = await prisma.invitation.create({
    data: {
      email: `${randomUUID()}@example.org`,
      role: 'member',
      projects: grants,
      hash: randomUUID(),
      invitedBy: 'Ada',
      expiresAt: new Date(Date.now() + 60_000),
    },
  })
  const webhook = await prisma.webhook.create({
    data: { projectId, provider: 'github', secret: text, createdBy: 'Ada' },
  })
  const told = { type: 'pushes', pushes: [{ kind: 'branch', name: 'main', commit: null, pusher: 'ada' }] }
  const known = { key: 'x', event: 'push', verdict: 'accepted', reason: 'pushed', words: 'x', told }
  const delivery = await prisma.delivery.create({ data: { projectId, webhookId: webhook.id, ...known } })
  const audited = { actor: 'user:1', actorName: 'Ada', action: 'thing.do', subject: 'thing:1', data: {} }
  await prisma.auditEntry.create({ data: { ...audited, projectId } })
  return {
    mate,
    projectId,
    environmentId,
    otherId: other.projectId,
    serverId: server.id,
    deploymentId: deployment.id,
    fileId: file.id,
    channelId: channel.id,
    messageId: String(message.id),
    freezeId: freeze.id,
    scheduleId: schedule.id,
    invitationId: invitation.id,
    webhookId: webhook.id,
    deliveryId: delivery.id,
    mail: `${randomUUID()}@example.org`,
  }
}

/** Somebody of the kind, with a session and a token of their own. */
export async function enter(
  ctx: Context,
  { projectId, otherId, mate }: Awaited<ReturnType<typeof makeWorld>>,
  kind: Kind,
) {
  const actor = await makeActor(ctx, kind, projectId, otherId)
  const userId = actor.kind === 'user' ? actor.id : mate.id
  const expiresAt = new Date(Date.now() + 60_000)
  const session = await ctx.db.prisma.session.create({ data: { userId, address: 'x', userAgent: 'x', expiresAt } })
  const fields = { userId, name: 'x', hash: randomUUID(), prefix: 'x', role: 'viewer' }
  const token = await ctx.db.prisma.token.create({ data: fields })
  return { actor, sessionId: session.id, tokenId: token.id }
}

async function empty({ db: { prisma } }: Context): Promise<void> {
  await prisma.project.deleteMany()
  await prisma.server.deleteMany()
  await prisma.user.deleteMany()
  await prisma.invitation.deleteMany()
  await prisma.auditEntry.deleteMany()
  await prisma.throttle.deleteMany()
}

async function makeActor(ctx: Context, kind: Kind, projectId: string, otherId: string): Promise<Actor> {
  switch (kind) {
    case 'project admin':
    case 'project developer':
    case 'project viewer':
      return makePerson(ctx, 'member', { [projectId]: kind.slice('project '.length) as Role })
    case 'developer of another project':
      return makePerson(ctx, 'member', { [otherId]: 'developer' })
    case 'token of the project': {
      const { secret } = await createToken(ctx, await makePerson(ctx, 'owner'), { name: 'CI', projectId })
      return actorOfToken(ctx, secret)
    }
    default:
      return makePerson(ctx, kind)
  }
}

async function makePerson(ctx: Context, role: PanelRole, projects: Record<string, Role> = {}): Promise<Actor> {
  passwordHash ??= hashPassword(password)
  const fields = { email: `${randomUUID()}@example.org`, name: 'Somebody', passwordHash: await passwordHash, role }
  const { id } = await insertUser(ctx.db.prisma, fields)
  for (const [projectId, given] of Object.entries(projects))
    await ctx.db.prisma.membership.create({ data: { userId: id, projectId, role: given } })
  return actorOfUser((await findPerson(ctx.db.prisma, id))!)
}
