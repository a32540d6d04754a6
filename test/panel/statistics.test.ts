// Figures of an environment, reckoned from rows with known times.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readStatistics } from '@/lib/panel/statistics.ts'
import { insertEnvironment } from '../store/fixtures.ts'
import { as, openPanel, refused } from './panel.ts'

let panel: Awaited<ReturnType<typeof openPanel>>
let environmentId: string
const week = 7 * 86_400_000
const now = Date.now()
/** Thursday noon of this week, as far as weeks of UTC go: no run falls into the week beside. */
const thursday = Math.floor((now - 4 * 86_400_000) / week) * week + 7 * 86_400_000 + 43_200_000

type Wanted = { status: string; kind?: string; weeksAgo: number; tookMs?: number; leadMs?: number; steps?: number[] }

async function insert(number: number, { status, kind = 'deploy', weeksAgo, tookMs = 0, leadMs, steps }: Wanted) {
  const { prisma } = panel.ctx.db
  const at = thursday - weeksAgo * week
  const release =
    leadMs === undefined
      ? null
      : await prisma.release.create({
          data: {
            environmentId,
            number,
            name: `deployment_${number}`,
            revision: 'a'.repeat(40),
            ref: 'main',
            subject: 's',
            author: 'a',
            state: 'complete',
            committedAt: new Date(at - leadMs),
          },
        })
  const named = (steps ?? []).map((_, index) => ({ n: index + 1, name: `step ${index + 1}` }))
  const { id } = await prisma.deployment.create({
    data: {
      environmentId,
      number,
      kind,
      source: {},
      requestedBy: 'user:1',
      requestedByName: 'Ada',
      status,
      releaseId: release?.id ?? null,
      plan: { segments: [{ name: 'main', steps: named }] },
      createdAt: new Date(at),
      startedAt: new Date(at),
      finishedAt: new Date(at + tookMs),
      commitAt: new Date(at),
    },
  })
  const events = (steps ?? []).flatMap((ms, index) => [
    { type: 'step.began', data: { segment: 'main', step: index + 1, at: 1_000 } },
    { type: 'step.ended', data: { segment: 'main', step: index + 1, at: 1_000 + ms } },
  ])
  await prisma.event.createMany({
    data: events.map((event, index) => ({ deploymentId: id, seq: index + 1, ...event })),
  })
}

beforeAll(async () => {
  panel = await openPanel()
  environmentId = await insertEnvironment(panel.ctx.db)
  const runs: Wanted[] = [
    { status: 'succeeded', weeksAgo: 0, tookMs: 10_000, leadMs: 60_000, steps: [100, 900] },
    { status: 'succeeded', weeksAgo: 0, tookMs: 30_000, leadMs: 180_000, steps: [300, 700] },
    { status: 'failed', weeksAgo: 0, tookMs: 999_000 },
    // An activation is a run, but no commit went live by it.
    { status: 'succeeded', kind: 'activate', weeksAgo: 2, tookMs: 5_000, leadMs: 1 },
    // Written in the future by a clock that was wrong: nothing is reckoned from it.
    { status: 'succeeded', weeksAgo: 2, tookMs: 5_000, leadMs: -50_000 },
    { status: 'succeeded', weeksAgo: 9, tookMs: 1 },
  ]
  for (const [index, run] of runs.entries()) await insert(index + 1, run)
})
afterAll(() => panel.close())

test('weeks without gaps, outcomes, durations of what succeeded, and the time from commit to live', async () => {
  const { weeks, total } = await readStatistics(panel.ctx, as('viewer'), { environmentId, weeks: 4 })
  expect(weeks.map(({ from }) => new Date(from).getUTCDay())).toEqual([1, 1, 1, 1])
  expect(weeks.map(({ outcomes }) => [outcomes.succeeded, outcomes.failed])).toEqual([
    [0, 0],
    [2, 0],
    [0, 0],
    [2, 1],
  ])
  expect(weeks[0]).toMatchObject({ duration: null, leadTime: null })
  expect(weeks[1]).toMatchObject({ duration: { median: 5_000 }, leadTime: null })
  expect(weeks[3]).toMatchObject({ duration: { median: 20_000, p95: 29_000 }, leadTime: { median: 120_000 } })
  expect(total).toMatchObject({ runs: 5, succeeded: 4, duration: { median: 7_500 }, leadTime: { median: 120_000 } })
})

test('steps by their names, the slowest first', async () => {
  const { steps } = await readStatistics(panel.ctx, as('viewer'), { environmentId })
  expect(steps).toEqual([
    { name: 'step 2', runs: 2, median: 800, p95: 890 },
    { name: 'step 1', runs: 2, median: 200, p95: 290 },
  ])
})

test('an environment without runs has empty figures; one that isn’t seen has none', async () => {
  const empty = await insertEnvironment(panel.ctx.db)
  const { weeks, total, steps } = await readStatistics(panel.ctx, as('viewer'), { environmentId: empty })
  expect([weeks.length, total, steps]).toEqual([12, { runs: 0, succeeded: 0, duration: null, leadTime: null }, []])
  const guest = { ...as('viewer'), role: 'member' as const }
  await expect(readStatistics(panel.ctx, guest, { environmentId })).rejects.toEqual(refused('not_found'))
})
