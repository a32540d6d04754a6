// Environments that can be deployed to, and the part of a worker: what it writes while it flies, without a server.
import { randomUUID } from 'node:crypto'
import type { DeploymentStatus, Plan, Step } from '@/lib/deploy/types.ts'
import type { Context } from '@/lib/panel/context.ts'
import { claim, writeAs, type Claim } from '@/lib/store/claims.ts'
import { markEnvironmentLive, markLive, markRelease, recordPlan } from '@/lib/store/targets.ts'
import { insertEnvironment } from '../store/fixtures.ts'

export async function insertReadyEnvironment(
  ctx: Context,
  { hostKey = 'ssh-ed25519 AAAA', withServer = true }: { hostKey?: string | null; withServer?: boolean } = {},
): Promise<string> {
  const environmentId = await insertEnvironment(ctx.db)
  if (!withServer) return environmentId
  const server = await ctx.db.prisma.server.findUnique({ where: { name: hostKey ? 'web-1' : 'web-2' } })
  const fields = {
    host: '192.0.2.1',
    user: 'deploy',
    publicKey: 'ssh-ed25519 AAAA',
    privateKey: ctx.secrets.encrypt('key'),
    hostKey,
  }
  const { id } =
    server ?? (await ctx.db.prisma.server.create({ data: { name: hostKey ? 'web-1' : 'web-2', ...fields } }))
  await ctx.db.prisma.target.create({ data: { environmentId, serverId: id, root: `/webroot/${randomUUID()}` } })
  return environmentId
}

const shared = { phase: 'main', stage: 'ship', failure: 'stops', timeoutMs: 1000 } as const
const steps: Step[] = [
  {
    ...shared,
    n: 1,
    name: 'check',
    replay: 'idempotent',
    action: { do: 'check', needBytes: 1, needInodes: 1, expectCurrent: null, adopt: false },
  },
  {
    ...shared,
    n: 2,
    name: 'after.pull',
    replay: 'once',
    action: {
      do: 'hook',
      hook: {
        event: 'after.pull',
        origin: 'repository',
        from: 'new',
        path: '.amezmo/after.pull',
        sha256: 'x',
        user: 'www-data',
        timeoutMs: 1000,
        failure: 'stops',
      },
    },
  },
]

/** Claims the next deployment and stores its plan; an activation's plan is of the release that it names. */
export async function begin(ctx: Context): Promise<Claim> {
  const held = await claim(ctx.db, 'worker')
  if (!held) throw new Error('nothing is queued')
  const { environmentId, number } = held
  const row = await ctx.db.prisma.deployment.findUniqueOrThrow({ where: { id: held.deploymentId } })
  const source = row.source as { type: string; number?: number }
  const target = await ctx.db.prisma.target.findFirstOrThrow({ where: { environmentId }, orderBy: { position: 'asc' } })
  const existing =
    source.type === 'release'
      ? await ctx.db.prisma.release.findFirstOrThrow({ where: { environmentId, number: source.number ?? 0 } })
      : null
  const name = existing?.name ?? `deployment_${number}.abcdef0`
  const plan = {
    release: name,
    revision: 'abcdef0',
    findings: [],
    segments: [{ name: 'main', targetId: target.id, steps }],
  }
  const release = {
    number,
    name,
    revision: 'abcdef0',
    ref: 'main',
    subject: 'A change',
    author: 'Ada',
    committedAt: new Date(0),
  }
  await writeAs(ctx.db, held, (write) =>
    recordPlan(
      write,
      plan as unknown as Plan,
      'hash',
      existing?.id ?? { ...release, variableSetId: null, envSha256: null },
    ),
  )
  return held
}

/** Ends the deployment, in whatever attempt it is. */
export async function finish(
  ctx: Context,
  id: string,
  status: 'succeeded' | 'failed' | 'cancelled',
): Promise<DeploymentStatus> {
  const { environmentId, number, attempt } = await ctx.db.prisma.deployment.findUniqueOrThrow({ where: { id } })
  const held = { deploymentId: id, environmentId, number, attempt, epoch: 0n, isTakeOver: false }
  const failure = status === 'failed' ? ({ code: 'command_failed', message: 'It failed.' } as const) : null
  await writeAs(ctx.db, held, (write) => write.append({ type: 'finished', data: { status, failure } }))
  return status
}

/** Flies the next deployment: its release is complete afterwards, and live if it succeeded. */
export async function succeed(ctx: Context, status: 'succeeded' | 'failed'): Promise<void> {
  const held = await begin(ctx)
  const { release } = await ctx.db.prisma.deployment.findUniqueOrThrow({
    where: { id: held.deploymentId },
    include: { release: true },
  })
  const target = await ctx.db.prisma.target.findFirstOrThrow({
    where: { environmentId: held.environmentId },
    orderBy: { position: 'asc' },
  })
  await writeAs(ctx.db, held, async (write) => {
    await markRelease(write, target.id, release!.name, 'complete')
    if (status !== 'succeeded') return
    await markLive(write, target.id, release!.name)
    await markEnvironmentLive(write, release!.name)
  })
  await finish(ctx, held.deploymentId, status)
}
