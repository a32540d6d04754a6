import { afterAll, beforeAll, expect, test } from 'vitest'
import { listRuns } from '@/lib/panel/runs.ts'
import { claim, writeAs } from '@/lib/store/claims.ts'
import { recordPlan } from '@/lib/store/targets.ts'
import { planInput } from '../plan/fixtures.ts'
import { insertEnvironment, request } from '../store/fixtures.ts'
import { as, openPanel } from './panel.ts'
import { planDeployment } from '../plan/planned.ts'

let panel: Awaited<ReturnType<typeof openPanel>>
beforeAll(async () => {
  panel = await openPanel()
})
afterAll(() => panel.close())

test('runs of the last days by environment, oldest first, the running one with its step', async () => {
  const { ctx } = panel
  // Of which nothing is to be seen.
  await request(ctx.db, await insertEnvironment(ctx.db, 'beside'))
  await claim(ctx.db, 'w')
  const environmentId = await insertEnvironment(ctx.db)
  const first = await request(ctx.db, environmentId)
  const held = (await claim(ctx.db, 'w'))!
  await writeAs(ctx.db, held, (write) =>
    write.append({ type: 'finished', data: { status: 'succeeded', failure: null } }),
  )
  const long = await request(ctx.db, environmentId)
  await ctx.db.prisma.deployment.update({
    where: { id: long.id },
    data: { status: 'failed', createdAt: new Date(Date.now() - 40 * 86_400_000) },
  })
  const second = await request(ctx.db, environmentId)
  const running = (await claim(ctx.db, 'w'))!
  const plan = planDeployment(planInput())
  const release = {
    number: second.number,
    name: plan.release,
    revision: plan.revision,
    ref: 'main',
    subject: 's',
    author: 'a',
    committedAt: new Date(),
    variableSetId: null,
    envSha256: null,
  }
  await writeAs(ctx.db, running, async (write) => {
    await recordPlan(write, plan, 'hash', release)
    await write.append({ type: 'step.began', data: { segment: 'main', step: 2, at: 1 } })
  })

  const runs = await listRuns(ctx, as('viewer'), { environmentId })
  expect(runs.map(({ number, status }) => [number, status])).toEqual([
    [first.number, 'succeeded'],
    [second.number, 'running'],
  ])
  expect(runs[0]!.durationMs).toBeGreaterThanOrEqual(0)
  expect(runs[1]).toMatchObject({
    durationMs: null,
    step: {
      n: 2,
      of: plan.segments[0]!.steps.filter(({ phase }) => phase === 'main').length,
      name: plan.segments[0]!.steps[1]!.name,
    },
  })
  expect(await listRuns(ctx, as('viewer'), { environmentId, limit: 1 })).toEqual([runs[1]])
})
