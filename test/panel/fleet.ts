// A run on several servers as a worker would have left it in the store: plan, events with their times, and output of servers that
// wrote at once.
import type { Context } from '@/lib/panel/context.ts'
import type { Plan } from '@/lib/deploy/types.ts'
import { claim, writeAs, type Claim } from '@/lib/store/claims.ts'
import { createDeployment } from '@/lib/store/deployments.ts'
import { appendLog, logStart, type LogPosition } from '@/lib/store/logs.ts'
import { recordPlan } from '@/lib/store/targets.ts'
import { before, planFleet, type Story } from '../components/fleet-story.ts'

/** Adds servers `web-1` … and targets on them; gives the ids of the targets in that order. */
export async function insertTargets(ctx: Context, environmentId: string, count: number): Promise<string[]> {
  const ids: string[] = []
  for (let place = 1; place <= count; place++) {
    const name = `web-${place}`
    const known = await ctx.db.prisma.server.findUnique({ where: { name } })
    const keys = { publicKey: 'ssh-ed25519 AAAA', privateKey: ctx.secrets.encrypt('key'), hostKey: 'ssh-ed25519 AAAA' }
    const server =
      known ??
      (await ctx.db.prisma.server.create({ data: { name, host: `192.0.2.${place}`, user: 'deploy', ...keys } }))
    const target = await ctx.db.prisma.target.create({
      data: { environmentId, serverId: server.id, root: `/webroot/${environmentId}`, liveRelease: before },
    })
    ids.push(target.id)
  }
  return ids
}

/** A run on these targets, two at a time, of which nothing has happened yet but its plan. Nobody else may be queued. */
export async function beginFleet(
  ctx: Context,
  environmentId: string,
  targetIds: string[],
  batch = 2,
): Promise<{ held: Claim; plan: Plan }> {
  const { id } = await createDeployment(ctx.db, {
    environmentId,
    kind: 'deploy',
    source: { type: 'git', ref: 'main' },
    by: 'user:anna',
    byName: 'Anna',
  })
  const held = await claim(ctx.db, 'w1')
  if (held?.deploymentId !== id) throw new Error('another deployment was queued')
  const commit = { revision: 'ab12cd3', subject: 'Show the price per unit', author: 'Anna', ref: 'main' }
  const plan = planFleet(targetIds.length, batch, targetIds)
  const times = { committedAt: new Date(0), variableSetId: null, envSha256: null }
  await writeAs(ctx.db, held, async (write) => {
    await write.append({ type: 'resolved', data: commit })
    await recordPlan(write, plan, 'f00', { ...commit, ...times, number: held.number, name: plan.release })
  })
  return { held, plan }
}

/** Writes what happened after the plan, each event at its own time. */
export async function tell(ctx: Context, held: Claim, { events }: Story): Promise<void> {
  await writeAs(ctx.db, held, (write) => write.append(...events.slice(4)))
  const times = [events.map(({ seq }) => seq), events.map(({ at }) => at)]
  await ctx.db.pool.query(
    `UPDATE "Event" e SET "at" = told."at" FROM unnest($2::int[], $3::timestamptz[]) AS told("seq", "at")
     WHERE e."deploymentId" = $1 AND e."seq" = told."seq"`,
    [held.deploymentId, ...times],
  )
  await ctx.db.pool.query(`UPDATE "Deployment" SET "createdAt" = $2, "startedAt" = $2 WHERE "id" = $1`, [
    held.deploymentId,
    events[0]!.at,
  ])
}

/** Stores pieces of output in this order, each behind what its step wrote before. */
export async function write(ctx: Context, held: Claim, pieces: [segment: string, step: number, text: string][]) {
  const positions = new Map<string, LogPosition>()
  for (const [segment, step, text] of pieces) {
    const bytes = Buffer.from(text)
    const from = positions.get(`${segment} ${step}`) ?? logStart
    const next = { rawOffset: from.rawOffset + bytes.length, hashState: new Uint8Array(1) }
    positions.set(`${segment} ${step}`, await appendLog(ctx.db, held, { segment, step }, from, bytes, next))
  }
}
