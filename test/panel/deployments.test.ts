import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '@/lib/panel/context.ts'
import { cancelDeployment, getDeployment, listDeployments, requestDeployment } from '@/lib/panel/deployments.ts'
import { activateRelease, listReleases, rollBack } from '@/lib/panel/releases.ts'
import { readEvents, readLog, readRawLog } from '@/lib/panel/events.ts'
import { appendLog, logStart } from '@/lib/store/logs.ts'
import { claim } from '@/lib/store/claims.ts'
import { meetLock } from './locked.ts'
import { as, openPanel, owner, refused } from './panel.ts'
import { begin, finish, insertReadyEnvironment, succeed } from './deployments.ts'

let ctx: Context
let close: () => Promise<void>
// One database each: the queue is the whole panel's.
beforeEach(async () => {
  ;({ ctx, close } = await openPanel())
})
afterEach(() => close())

const developer = as('developer')
const nobody = '00000000-0000-4000-8000-00000000dead'

describe('requesting a deployment', () => {
  it('numbers it, takes the branch of the environment and says who asked', async () => {
    const environmentId = await insertReadyEnvironment(ctx)
    const first = await requestDeployment(ctx, developer, { environmentId })
    const second = await requestDeployment(ctx, developer, { environmentId, ref: 'v1.2' })
    expect(first).toMatchObject({ number: 1, status: 'queued', kind: 'deploy', source: { type: 'git', ref: 'main' } })
    expect(second).toMatchObject({ number: 2, source: { ref: 'v1.2' }, requestedByName: 'A developer', release: null })
    expect((await listDeployments(ctx, as('viewer'), { environmentId })).map(({ number }) => number)).toEqual([2, 1])
    expect(await listDeployments(ctx, developer, { environmentId, before: 2 })).toHaveLength(1)
    const audited = await ctx.db.prisma.auditEntry.findMany({ where: { subject: `deployment:${first.id}` } })
    expect(audited).toMatchObject([{ action: 'deployment.deploy', actor: `user:${developer.id}` }])
  })

  it('answers a repeated idempotency key with what the first made', async () => {
    const environmentId = await insertReadyEnvironment(ctx)
    const wish = { environmentId, ref: 'main', idempotencyKey: 'push-1' }
    const all = await Promise.all([1, 2, 3, 4].map(() => requestDeployment(ctx, developer, wish)))
    expect(new Set(all.map(({ id }) => id)).size).toBe(1)
    expect(await listDeployments(ctx, developer, { environmentId })).toHaveLength(1)
  })

  it('answers with a conflict to somebody else’s key, or to one that was used for something else', async () => {
    const environmentId = await insertReadyEnvironment(ctx)
    const key = { environmentId, idempotencyKey: 'build-1' }
    const { id } = await requestDeployment(ctx, developer, { ...key, ref: 'main' })
    const other = { ...developer, id: '11111111-0000-4000-8000-000000000000' }
    const both = await Promise.allSettled([
      requestDeployment(ctx, developer, { environmentId, ref: 'main', idempotencyKey: 'build-2' }),
      requestDeployment(ctx, other, { environmentId, ref: 'main', idempotencyKey: 'build-2' }),
    ])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    for (const attempt of [
      requestDeployment(ctx, other, { ...key, ref: 'main' }),
      requestDeployment(ctx, developer, { ...key, ref: 'evil' }),
    ])
      await expect(attempt).rejects.toEqual(refused('conflict'))
    await ctx.db.prisma.release.create({
      data: {
        environmentId,
        number: 9,
        name: 'deployment_9.abcdef0',
        revision: 'a'.repeat(40),
        ref: 'main',
        subject: 'A change',
        author: 'Ada',
        state: 'complete',
      },
    })
    await expect(activateRelease(ctx, developer, { ...key, number: 9 })).rejects.toEqual(refused('conflict'))
    // What is no longer possible was possible then.
    await ctx.db.prisma.target.deleteMany({ where: { environmentId } })
    expect(await requestDeployment(ctx, developer, { ...key, ref: 'main' })).toMatchObject({ id })
  })

  it('refuses who may not, what is not there, and what can only fail', async () => {
    const environmentId = await insertReadyEnvironment(ctx)
    const unconfirmed = await insertReadyEnvironment(ctx, { hostKey: null })
    const serverless = await insertReadyEnvironment(ctx, { withServer: false })
    await expect(requestDeployment(ctx, as('viewer'), { environmentId })).rejects.toEqual(refused('forbidden'))
    await expect(requestDeployment(ctx, owner, { environmentId: nobody })).rejects.toEqual(refused('not_found'))
    await expect(requestDeployment(ctx, owner, { environmentId: unconfirmed })).rejects.toEqual(refused('conflict'))
    await expect(requestDeployment(ctx, owner, { environmentId: serverless })).rejects.toEqual(refused('conflict'))
    for (const ref of ['', '--upload-pack=x', 'a b', 'a..b', 'a\0b'])
      await expect(requestDeployment(ctx, owner, { environmentId, ref })).rejects.toEqual(refused('invalid'))
    expect(await listDeployments(ctx, owner, { environmentId })).toEqual([])
  })
})

describe('looking at a deployment', () => {
  it('shows the plan, the folded events and what may be done', async () => {
    const environmentId = await insertReadyEnvironment(ctx)
    const { id } = await requestDeployment(ctx, developer, { environmentId })
    await begin(ctx)
    const detail = await getDeployment(ctx, developer, { id })
    expect(detail).toMatchObject({
      status: 'running',
      canCancel: true,
      release: { number: 1, name: 'deployment_1.abcdef0' },
    })
    expect(detail.state).toMatchObject({ status: 'running', release: 'deployment_1.abcdef0', attempt: 1 })
    expect(detail.steps).toEqual([
      expect.objectContaining({
        segment: 'main',
        n: 1,
        name: 'check',
        origin: 'fairlead',
        event: null,
        user: null,
        server: 'web-1',
      }),
      expect.objectContaining({
        n: 2,
        name: 'after.pull',
        origin: 'repository',
        event: 'after.pull',
        user: 'www-data',
      }),
    ])
    expect(detail.lastSeq).toBe(detail.state.seq)
    expect((await getDeployment(ctx, as('viewer'), { environmentId, number: 1 })).canCancel).toBe(false)
    const events = await readEvents(ctx, as('viewer'), { id })
    expect(events.map(({ type }) => type)).toEqual(['requested', 'claimed', 'planned'])
    expect(await readEvents(ctx, developer, { id, after: 2 })).toEqual(events.slice(2))
    await finish(ctx, id, 'failed')
    await expect(getDeployment(ctx, developer, { id: nobody })).rejects.toEqual(refused('not_found'))
  })

  it('never knows of a plan that it does not show: whoever follows from there would not be told again', async () => {
    const environmentId = await insertReadyEnvironment(ctx)
    const { id } = await requestDeployment(ctx, developer, { environmentId })
    const plan = {
      segments: [{ name: 'main', targetId: 'x', steps: [{ n: 1, name: 'check', action: { do: 'check' } }] }],
    }
    const detail = await meetLock(
      ctx,
      'LOCK TABLE "Event"',
      () => getDeployment(ctx, developer, { id }),
      async (client) => {
        await client.query('UPDATE "Deployment" SET plan = $1', [plan])
        await client.query(
          `INSERT INTO "Event" ("deploymentId", seq, type, data) VALUES ($1, 2, 'planned', '{"planHash": "x", "release": "y"}')`,
          [id],
        )
      },
    )
    expect(detail.lastSeq).toBe(2)
    expect(detail.steps).toMatchObject([{ name: 'check' }])
  })

  it('reads the log in pieces and as one stream, whole to the byte', async () => {
    const environmentId = await insertReadyEnvironment(ctx)
    const { id } = await requestDeployment(ctx, developer, { environmentId })
    const held = await begin(ctx)
    const hashState = new Uint8Array(8)
    const write = (step: number, text: string) =>
      appendLog(ctx.db, held, { segment: 'main', step }, logStart, new TextEncoder().encode(text), {
        rawOffset: text.length,
        hashState,
      })
    await write(1, '\ufeffdisk ok')
    // More than one reading of the stream: each line has 100 bytes and many-byte characters.
    const long = `${'ü€😀 '.repeat(10)}\n`.repeat(30_000)
    await write(2, long)
    const viewer = as('viewer')
    const first = await readLog(ctx, viewer, { id, limit: 1 })
    expect(first).toMatchObject([{ segment: 'main', step: 1, offset: 0, firstLine: 0, text: '\ufeffdisk ok' }])
    const rest = await readLog(ctx, viewer, { id, afterChunk: first[0]!.id, limit: 500 })
    expect(rest.length).toBeGreaterThan(32)
    expect(rest.map(({ text }) => text).join('')).toBe(long)
    expect((await readLog(ctx, viewer, { id, segment: 'main', step: 1 })).length).toBe(1)
    const raw = await new Response(await readRawLog(ctx, viewer, { id })).arrayBuffer()
    const whole = `==> main 1 check\n\ufeffdisk ok\n==> main 2 after.pull\n${long}`
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(raw)
    expect(text === whole).toBe(true)
    await expect(readRawLog(ctx, viewer, { id: nobody })).rejects.toEqual(refused('not_found'))
    await finish(ctx, id, 'succeeded')
  })
})

describe('ending a deployment', () => {
  it('cancels a queued one at once', async () => {
    const environmentId = await insertReadyEnvironment(ctx)
    const { id } = await requestDeployment(ctx, developer, { environmentId })
    await expect(cancelDeployment(ctx, as('viewer'), { id })).rejects.toEqual(refused('forbidden'))
    expect(await cancelDeployment(ctx, developer, { id })).toMatchObject({ status: 'cancelled' })
    expect(await claim(ctx.db, 'worker')).toBeNull()
    await expect(cancelDeployment(ctx, developer, { id })).rejects.toEqual(refused('conflict'))
    await expect(cancelDeployment(ctx, developer, { id: nobody })).rejects.toEqual(refused('not_found'))
  })

  it('leaves a running one to its worker, and says so once', async () => {
    const environmentId = await insertReadyEnvironment(ctx)
    const { id } = await requestDeployment(ctx, developer, { environmentId })
    await begin(ctx)
    const first = await cancelDeployment(ctx, developer, { id, keep: true })
    expect(first.status).toBe('running')
    expect(first.cancelRequestedAt).not.toBeNull()
    expect(await cancelDeployment(ctx, developer, { id })).toEqual(first)
    expect((await getDeployment(ctx, developer, { id })).canCancel).toBe(false)
    const asked = (await readEvents(ctx, developer, { id })).filter(({ type }) => type === 'cancel.requested')
    expect(asked.map(({ data }) => data)).toEqual([{ by: developer.name, keep: true }])
    await finish(ctx, id, 'cancelled')
  })
})

describe('putting a release back', () => {
  it('rolls back to the one before, and further with each time', async () => {
    const environmentId = await insertReadyEnvironment(ctx)
    for (const outcome of ['succeeded', 'succeeded', 'failed', 'succeeded'] as const) {
      await requestDeployment(ctx, developer, { environmentId })
      await succeed(ctx, outcome)
    }
    expect(
      (await listReleases(ctx, as('viewer'), { environmentId })).map(({ number, isLive }) => [number, isLive]),
    ).toEqual([
      [4, true],
      [3, false],
      [2, false],
      [1, false],
    ])
    const page = { environmentId, before: 4, limit: 2 }
    expect((await listReleases(ctx, as('viewer'), page)).map(({ number }) => number)).toEqual([3, 2])
    // Pressed twice at once: one of them goes back, by one release.
    const both = await Promise.allSettled([
      rollBack(ctx, developer, { environmentId }),
      rollBack(ctx, developer, { environmentId }),
    ])
    expect(both.filter(({ status }) => status === 'rejected')).toMatchObject([{ reason: { code: 'conflict' } }])
    const back = both.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))[0]!
    expect(back).toMatchObject({
      number: 5,
      kind: 'activate',
      source: { type: 'release', number: 2 },
      status: 'queued',
    })
    await expect(rollBack(ctx, developer, { environmentId })).rejects.toEqual(
      refused('conflict', { details: { deploymentId: back.id, number: 5 } }),
    )
    await succeed(ctx, 'succeeded')
    expect(await rollBack(ctx, developer, { environmentId, idempotencyKey: 'again' })).toMatchObject({
      source: { number: 1 },
    })
    await succeed(ctx, 'succeeded')
    // The same wish once more is the same deployment, not a further step back.
    expect(await rollBack(ctx, developer, { environmentId, idempotencyKey: 'again' })).toMatchObject({ number: 6 })
    await expect(rollBack(ctx, developer, { environmentId })).rejects.toEqual(refused('release_missing'))
    await expect(rollBack(ctx, as('viewer'), { environmentId })).rejects.toEqual(refused('forbidden'))
  })

  it('activates any release that is still there', async () => {
    const environmentId = await insertReadyEnvironment(ctx)
    for (let count = 0; count < 3; count++) {
      await requestDeployment(ctx, developer, { environmentId })
      await succeed(ctx, 'succeeded')
    }
    await ctx.db.prisma.release.updateMany({ where: { environmentId, number: 2 }, data: { state: 'removed' } })
    await expect(activateRelease(ctx, developer, { environmentId, number: 2 })).rejects.toEqual(
      refused('release_missing'),
    )
    await expect(activateRelease(ctx, developer, { environmentId, number: 9 })).rejects.toEqual(refused('not_found'))
    await expect(activateRelease(ctx, developer, { environmentId, number: 3 })).rejects.toEqual(refused('conflict'))
    await expect(activateRelease(ctx, as('viewer'), { environmentId, number: 1 })).rejects.toEqual(refused('forbidden'))
    expect(await activateRelease(ctx, developer, { environmentId, number: 1 })).toMatchObject({
      kind: 'activate',
      number: 4,
    })
    // 3 is live only until 1 is: it may be asked for again now.
    expect(await activateRelease(ctx, developer, { environmentId, number: 3 })).toMatchObject({
      number: 5,
      status: 'queued',
    })
  })

  it('lets pushes wait once somebody puts the live release back while another deployment is under way', async () => {
    const environmentId = await insertReadyEnvironment(ctx)
    await ctx.db.prisma.environment.update({ where: { id: environmentId }, data: { triggers: { isOn: true } } })
    await requestDeployment(ctx, developer, { environmentId })
    await succeed(ctx, 'succeeded')
    await requestDeployment(ctx, developer, { environmentId })
    await begin(ctx)
    await activateRelease(ctx, developer, { environmentId, number: 1 })
    expect(await ctx.db.prisma.following.findUnique({ where: { environmentId } })).toMatchObject({
      heldBy: developer.name,
      heldWhy: 'put release 1 back',
    })
  })
})
