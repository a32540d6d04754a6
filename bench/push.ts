// What a push costs: how fast deliveries are answered while a hundred come each second, and how long it is from a push being told
// until its deployment has begun.
import { setTimeout as delay } from 'node:timers/promises'
import { systemActor } from '@/lib/panel/context.ts'
import { saveTriggers } from '@/lib/panel/following.ts'
import { createWebhook } from '@/lib/panel/webhooks.ts'
import type { Host } from '@/test/hosts/hosts.ts'
import { delivery } from '@/test/push/payloads.ts'
import type { BenchPanel } from './panel.ts'
import { median, p95, p99 } from './phases.ts'
import type { BenchRepository } from './repositories.ts'
import { most, rounded, table } from './table.ts'

const actor = systemActor('console')
const everyMs = 10

/** All in ms. */
export type PushFigures = {
  /** From sending a delivery until its answer was read; so many came each second. */
  answers: number[]
  perSecond: number
  refused: number
  /** From sending the delivery of a new commit until a worker had claimed its deployment. */
  starts: number[]
}

type Ground = { panel: BenchPanel; host: Host }

/** So many pushes, one after the other, then `seconds` of deliveries. `url`: where the repository is fetched from. */
export async function measurePushes(
  { panel, host }: Ground,
  url: string,
  repository: BenchRepository,
  { seconds, pushes }: { seconds: number; pushes: number },
): Promise<PushFigures> {
  const { prisma } = panel.ctx.db
  const root = await host.root()
  const serverId = await panel.addServer(host, host.address.port, root)
  const environmentId = await panel.addEnvironment([serverId], root, url)
  const { projectId } = await prisma.environment.findUniqueOrThrow({ where: { id: environmentId } })
  const { webhook, secret } = await createWebhook(panel.ctx, actor, { projectId, provider: 'github' })
  await panel.deploy(environmentId)
  await saveTriggers(panel.ctx, actor, { environmentId, triggers: { isOn: true } })

  const send = async (commit: string): Promise<{ ms: number; status: number }> => {
    const pushed = { secret, repositoryUrl: url, ref: 'refs/heads/main', before: '0'.repeat(40) } as const
    const { headers, body } = delivery('github', { ...pushed, after: commit })
    const begun = performance.now()
    const answer = await fetch(`${panel.url}${webhook.path}`, { method: 'POST', headers, body })
    await answer.arrayBuffer()
    return { ms: performance.now() - begun, status: answer.status }
  }

  const starts: number[] = []
  for (let at = 0; at < pushes; at += 1) {
    const commit = repository.commit()
    const begun = Date.now()
    await send(commit)
    starts.push((await untilStarted(panel, environmentId, commit)) - begun)
    while (await prisma.deployment.count({ where: { environmentId, status: { in: ['queued', 'running'] } } }))
      await delay(everyMs)
  }

  const commit = repository.commit()
  const told: Promise<{ ms: number; status: number }>[] = []
  const begun = performance.now()
  for (let at = 0; at < seconds * 100; at += 1) {
    await delay(Math.max(0, begun + at * everyMs - performance.now()))
    told.push(send(commit))
  }
  const perSecond = (told.length * 1_000) / (performance.now() - begun)
  const answered = await Promise.all(told)
  return {
    answers: answered.map(({ ms }) => ms),
    perSecond,
    refused: answered.filter(({ status }) => status !== 202).length,
    starts,
  }
}

export function pushTable({ answers, perSecond, refused, starts }: PushFigures): string {
  const row = (what: string, all: number[], last: string): string[] => [
    what,
    `${all.length}`,
    rounded(median(all)),
    rounded(p95(all)),
    rounded(p99(all)),
    last,
  ]
  return table(
    ['pushes, ms', 'how many', 'p50', 'p95', 'p99', 'target'],
    [
      row(
        `answer at ${Math.round(perSecond)} a second, ${refused} refused`,
        answers,
        `p99 ${most(p99(answers), 300, 'ms')}`,
      ),
      row('told → deployment begun', starts, `p95 ${most(p95(starts), 1_000, 'ms')}`),
    ],
  )
}

/** When a worker had claimed it, by the clock of this machine, which is the database's. */
async function untilStarted({ ctx }: BenchPanel, environmentId: string, commit: string): Promise<number> {
  for (;;) {
    const run = await ctx.db.prisma.deployment.findFirst({
      where: { environmentId, source: { path: ['commit'], equals: commit }, startedAt: { not: null } },
    })
    if (run?.startedAt) return run.startedAt.getTime()
    await delay(everyMs)
  }
}
