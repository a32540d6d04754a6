import { afterAll, beforeAll, expect, it } from 'vitest'
import { addChunks, noLines, Rows } from '@/components/log/lines.ts'
import type { Context } from '@/lib/panel/context.ts'
import { getDeployment } from '@/lib/panel/deployments.ts'
import { readLog, readRawLog } from '@/lib/panel/events.ts'
import type { Claim } from '@/lib/store/claims.ts'
import { appendLog, logStart, readChunks, type LogPosition } from '@/lib/store/logs.ts'
import { insertEnvironment } from '../store/fixtures.ts'
import { goodRun, Story } from '../components/fleet-story.ts'
import { beginFleet, insertTargets, tell, write } from './fleet.ts'
import { as, openPanel, refused } from './panel.ts'

let ctx: Context
let close: () => Promise<void>
let held: Claim
const viewer = as('viewer')

beforeAll(async () => {
  ;({ ctx, close } = await openPanel())
  const environmentId = await insertEnvironment(ctx.db)
  const begun = await beginFleet(ctx, environmentId, await insertTargets(ctx, environmentId, 3), 3)
  held = begun.held
  await write(ctx, held, [
    ['ship-1', 5, 'one: a\none: '],
    ['ship-2', 5, 'two: a\n'],
    ['ship-1', 5, 'b\none: c\n'],
    ['ship-3', 5, 'three: a'],
    ['ship-2', 5, 'two: b\n'],
    ['switch-1', 2, 'one: switched\n'],
  ])
  await tell(ctx, held, goodRun(begun.plan, new Story(begun.plan, Date.now() - 60_000)))
})
afterAll(() => close())

it('says on which servers it ran, in which batches, what was live there, and how far apart they switched', async () => {
  const { fleet, steps } = await getDeployment(ctx, viewer, { id: held.deploymentId })
  expect(fleet).toMatchObject({
    targets: [{ server: 'web-1' }, { server: 'web-2' }, { server: 'web-3', live: 'deployment_11.0ld0ne0' }],
    numbers: { 'deployment_12.ab12cd3': held.number },
    skew: { spreadMs: 4, errorMs: 20 },
  })
  expect(fleet?.batches.map((batch) => batch.length)).toEqual([3])
  expect(new Set(steps.map(({ server, segment }) => `${server} ${segment.split('-')[1]!}`))).toEqual(
    new Set(['web-1 1', 'web-2 2', 'web-3 3']),
  )
})

it('gives each server’s lines whole, together and one by one', async () => {
  const id = held.deploymentId
  const rows = new Rows(addChunks(noLines, await readLog(ctx, viewer, { id })))
  expect([...rows.lines()].map(({ number, line: { text } }) => `${number} ${text}`)).toEqual([
    '1 one: a',
    '2 one: b',
    '3 two: a',
    '4 one: c',
    '5 three: a',
    '6 two: b',
    '7 one: switched',
  ])
  const own = await readLog(ctx, viewer, { id, server: 'web-1' })
  expect(own.map(({ text }) => text).join('')).toBe('one: a\none: b\none: c\none: switched\n')
  await expect(readLog(ctx, viewer, { id, server: 'web-9' })).rejects.toEqual(refused('invalid'))

  const raw = async (server?: string) => new Response(await readRawLog(ctx, viewer, { id, server })).text()
  expect(await raw()).toBe(
    '==> web-1: ship-1 5 after.pull\none: a\none: b\none: c\n' +
      '==> web-1: switch-1 2 after.deploy\none: switched\n' +
      '==> web-2: ship-2 5 after.pull\ntwo: a\ntwo: b\n' +
      '==> web-3: ship-3 5 after.pull\nthree: a',
  )
  expect(await raw('web-2')).toBe('==> web-2: ship-2 5 after.pull\ntwo: a\ntwo: b\n')
})

it('can be read while all servers write at once, and nothing is missed', async () => {
  const environmentId = await insertEnvironment(ctx.db)
  const { held: own } = await beginFleet(ctx, environmentId, await insertTargets(ctx, environmentId, 8))
  const rounds = 12
  const wanted = 8 * rounds
  const writing = Array.from({ length: 8 }, async (_, at) => {
    let position: LogPosition = logStart
    for (let round = 0; round < rounds; round++) {
      const next = { rawOffset: position.rawOffset + 2, hashState: new Uint8Array(1) }
      const step = { segment: `ship-${at + 1}`, step: 1 }
      position = await appendLog(ctx.db, own, step, position, Buffer.from('x\n'), next)
    }
  })
  let isOver = false
  const all = Promise.all(writing).finally(() => (isOver = true))
  const seen: string[] = []
  for (;;) {
    const wasOver = isOver
    const chunks = await readChunks(ctx.db.pool, { deploymentId: own.deploymentId, afterChunk: seen.at(-1) ?? '0' })
    seen.push(...chunks.map(({ id }) => id))
    if (wasOver && chunks.length === 0) break
  }
  await all
  expect(seen).toHaveLength(wanted)
})
