// What goes wrong on the way, flown by a real worker: hooks that fail, wishes to cancel, lines that are cut, workers that go.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { giveUp, requestCancel } from '@/lib/store/wishes.ts'
import { openRelay } from '../ssh/relay.ts'
import { openPlace } from './place.ts'
import type { Place } from './place.ts'

let place: Place
let relay: Awaited<ReturnType<typeof openRelay>>
beforeAll(async () => {
  place = await openPlace()
  relay = await openRelay(place.host.address)
  const { host, port } = relay.address
  await place.worker({ address: { host, port } })
})
afterAll(async () => {
  await place.close()
  await relay.close()
})

/** A deployed first release, and a second commit whose hooks are `hooks`. */
async function deployed(hooks: Record<string, string>, env = 'A=1\n') {
  const environment = await place.environment({ env })
  const { repository, root, id } = environment
  repository.write('index.html', 'one')
  repository.commit('first')
  const first = await place.request(id)
  expect(await place.finished(first.id)).toMatchObject({ status: 'succeeded' })
  repository.write('index.html', 'two')
  for (const [event, text] of Object.entries(hooks)) repository.write(`.fairlead/${event}`, text)
  repository.commit('second')
  const tree = () =>
    place.host.shell(`cd ${root}/current/ && find . -type f -exec sha256sum {} + | sort && cat index.html`)
  return { ...environment, first, tree, before: await tree() }
}

function stepOf(plan: unknown, name: string): number {
  const { segments } = plan as { segments: { steps: { n: number; name: string }[] }[] }
  return segments[0]!.steps.find((step) => step.name === name)!.n
}

async function planOf(id: string): Promise<unknown> {
  return (await place.db.prisma.deployment.findUniqueOrThrow({ where: { id } })).plan
}

/** Until the log of a hook holds `text`. */
function untilSaid(id: string, step: string, text: string) {
  return place.until(id, async (state) => {
    if (state.segments.length === 0) return false
    return (await place.log(id, 'main', stepOf(await planOf(id), step))).includes(text)
  })
}

const running = (marker: string) => place.host.shell(`ps -eo args | grep -c '[${marker[0]}]${marker.slice(1)}' || true`)

test('a failing hook before the switch leaves the live release as it was, and deploy.failure runs', async () => {
  const { id, root, repository, before, tree } = await deployed({
    'after.pull': 'echo about to fail; exit 3\n',
    'deploy.failure': 'echo "seen, $FAIRLEAD_REVISION"\n',
  })
  const { id: deployment } = await place.request(id)
  const state = await place.finished(deployment)
  expect(state).toMatchObject({
    status: 'failed',
    failure: { code: 'command_failed', step: 'after.pull', exit: 3 },
    undo: null,
  })
  const n = stepOf(await planOf(deployment), 'deploy.failure')
  expect(state.segments[0]!.steps.find((step) => step.n === n)).toMatchObject({ outcome: 'ok', exit: 0 })
  expect(await place.log(deployment, 'main', n)).toBe(`seen, ${repository.git('rev-parse', 'HEAD')}\n`)
  expect(await tree()).toBe(before)
  expect(await place.host.shell(`ls ${root}/release | wc -l; ls -a ${root} | grep -c current`)).toMatch(/^\d+\n1\n$/)
})

test('a hook that fails after the switch is shown, and the release stays', async () => {
  const { id, root } = await deployed({ 'after.deploy': 'echo bad; exit 9\n' })
  const { id: deployment } = await place.request(id)
  const state = await place.finished(deployment)
  expect(state).toMatchObject({ status: 'succeeded', failure: null, undo: null })
  const n = stepOf(await planOf(deployment), 'after.deploy')
  expect(state.segments[0]!.steps.find((step) => step.n === n)).toMatchObject({ outcome: 'failed', exit: 9 })
  expect(await place.host.shell(`cat ${root}/current/index.html`)).toBe('two')
})

test('cancelled after the switch, the release before is put back', async () => {
  const { id, before, tree, first } = await deployed({
    'after.deploy': 'echo waiting; sleep 300\n',
    'rollback/after': 'echo back\n',
  })
  const { id: deployment } = await place.request(id)
  await untilSaid(deployment, 'after.deploy', 'waiting')
  await requestCancel(place.db, { deploymentId: deployment, by: 'user:1', byName: 'Ada' })
  const state = await place.finished(deployment)
  expect(state).toMatchObject({ status: 'cancelled', failure: null, undo: { segment: 'undo' } })
  expect(await tree()).toBe(before)
  const { liveRelease } = await place.db.prisma.target.findFirstOrThrow({ where: { environmentId: id } })
  const release = await place.db.prisma.release.findFirstOrThrow({ where: { environmentId: id, number: first.number } })
  expect(liveRelease).toBe(release.name)
})

test('cancelled after the switch by somebody who keeps the new release, it stays', async () => {
  const { id, root } = await deployed({ 'after.deploy': 'echo waiting; sleep 300\n' })
  const { id: deployment } = await place.request(id)
  await untilSaid(deployment, 'after.deploy', 'waiting')
  await requestCancel(place.db, { deploymentId: deployment, by: 'user:1', byName: 'Ada', keep: true })
  const { release, ...state } = await place.finished(deployment)
  expect(state).toMatchObject({ status: 'cancelled', failure: null, undo: null })
  expect(await place.host.shell(`cat ${root}/current/index.html`)).toBe('two')
  const { prisma } = place.db
  const environment = await prisma.environment.findUniqueOrThrow({ where: { id }, include: { targets: true } })
  const live = await prisma.release.findUniqueOrThrow({ where: { id: environment.liveReleaseId! } })
  expect([live.name, environment.targets]).toMatchObject([release, [{ liveRelease: release, failedAt: null }]])
})

test('cancel ends a hook and everything it started', async () => {
  const { id, before, tree } = await deployed({
    'after.pull': 'trap "" TERM\n(exec -a stubborn-child sleep 300) &\necho started\nexec -a stubborn-hook sleep 301\n',
  })
  const { id: deployment } = await place.request(id)
  await untilSaid(deployment, 'after.pull', 'started')
  await requestCancel(place.db, { deploymentId: deployment, by: 'user:1', byName: 'Ada' })
  expect(await place.finished(deployment)).toMatchObject({ status: 'cancelled', failure: null })
  expect(await running('stubborn-')).toBe('0\n')
  expect(await tree()).toBe(before)
})

test('a line that is cut over and over loses nothing of the log', async () => {
  const { id } = await deployed({
    'after.pull': 'for i in $(seq 1 300); do echo "line $i"; [ $((i % 10)) -ne 0 ] || sleep .05; done\n',
  })
  const { id: deployment } = await place.request(id)
  for (const text of ['line 1\n', 'line 50\n', 'line 120\n', 'line 200\n']) {
    await untilSaid(deployment, 'after.pull', text)
    relay.cut()
  }
  const state = await place.finished(deployment)
  expect(state).toMatchObject({ status: 'succeeded' })
  const n = stepOf(await planOf(deployment), 'after.pull')
  expect(await place.log(deployment, 'main', n)).toBe(Array.from({ length: 300 }, (_, i) => `line ${i + 1}\n`).join(''))
  expect(state.segments[0]!.steps.find((step) => step.n === n)?.verified).toBe(true)
})

test('another worker takes over in the middle of a hook', async () => {
  const { id } = await deployed({ 'after.pull': 'for i in $(seq 1 60); do echo "line $i"; sleep .05; done\n' })
  const second = await place.worker()
  try {
    const { id: deployment } = await place.request(id)
    await untilSaid(deployment, 'after.pull', 'line 5\n')
    const { claimedBy } = await place.db.prisma.deployment.findUniqueOrThrow({ where: { id: deployment } })
    await place.stopWorker(claimedBy!)
    const state = await place.finished(deployment)
    expect(state).toMatchObject({ status: 'succeeded' })
    expect(state.worker).not.toBe(claimedBy)
    const n = stepOf(await planOf(deployment), 'after.pull')
    expect(await place.log(deployment, 'main', n)).toBe(
      Array.from({ length: 60 }, (_, i) => `line ${i + 1}\n`).join(''),
    )
    await place.worker()
  } finally {
    await second.stop()
  }
})

test('secrets stay out of the log, however they are written', async () => {
  const { id } = await deployed(
    { 'after.pull': 'printf "hunter2-"; sleep .2; printf "hunter2-long\\n"; echo "$PASSWORD" | base64\n' },
    'PASSWORD=hunter2-hunter2-long\n',
  )
  const { id: deployment } = await place.request(id)
  await place.finished(deployment)
  const text = await place.log(deployment, 'main', stepOf(await planOf(deployment), 'after.pull'))
  expect(text).not.toContain('hunter2')
  expect(text).not.toContain(Buffer.from('hunter2-hunter2-long\n').toString('base64').slice(0, 20))
})

test('a pristine tree that somebody changed is sent whole', async () => {
  const { id, root, tree } = await deployed({})
  await place.host.shell(
    `echo evil >${root}/.fairlead/tree/index.html.bak; echo evil >${root}/.fairlead/tree/index.html`,
  )
  const { id: deployment } = await place.request(id)
  expect(await place.finished(deployment)).toMatchObject({ status: 'succeeded' })
  expect(await tree()).toMatch(/two$/)
  expect(await place.host.shell(`ls ${root}/current/ ${root}/.fairlead/tree`)).not.toContain('bak')
})

test('a server with another host key is not spoken to', async () => {
  const { id, before, tree } = await deployed({})
  const { id: serverId, hostKey } = await place.db.prisma.server.findFirstOrThrow()
  const other = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIDyRHgpGjO9F4BHoBLfIDGrKKLVQqcrrX5kYMtBjzHM'
  await place.db.prisma.server.update({ where: { id: serverId }, data: { hostKey: other } })
  const { id: deployment } = await place.request(id)
  expect(await place.finished(deployment)).toMatchObject({ status: 'failed', failure: { code: 'host_key_changed' } })
  await place.db.prisma.server.update({ where: { id: serverId }, data: { hostKey } })
  expect(await tree()).toBe(before)
})

test('a branch that is gone fails before the server is touched', async () => {
  const { id } = await deployed({})
  const { id: deployment } = await place.request(id, { type: 'git', ref: 'no-such-branch' })
  const state = await place.finished(deployment)
  expect(state).toMatchObject({ status: 'failed', failure: { code: 'source_not_found' } })
  expect(state.segments).toEqual([])
})

test('power cut while a hook runs: the step is lost, the live release stays', async () => {
  const { id, before, tree } = await deployed({ 'after.pull': 'echo started; sleep 300\n' })
  const { id: deployment } = await place.request(id)
  await untilSaid(deployment, 'after.pull', 'started')
  await place.host.powerCut()
  await place.host.boot()
  expect(await place.finished(deployment)).toMatchObject({ status: 'failed', failure: { code: 'server_restarted' } })
  expect(await tree()).toBe(before)
  const { id: again } = await place.request(id, { type: 'git', ref: 'main' })
  await untilSaid(again, 'after.pull', 'started')
  await requestCancel(place.db, { deploymentId: again, by: 'user:1', byName: 'Ada' })
  expect(await place.finished(again)).toMatchObject({ status: 'cancelled' })
})

test('a server that does not come back can be given up after a cancel, and deployed to again when it is there', async () => {
  const { id } = await deployed({ 'after.pull': 'echo started; sleep 300\n' })
  const { id: deployment } = await place.request(id)
  await untilSaid(deployment, 'after.pull', 'started')
  relay.refuseNext(1_000_000)
  relay.cut()
  const by = { deploymentId: deployment, by: 'user:1', byName: 'Ada' }
  await place.until(deployment, (state) => state.segments.some((segment) => segment.looking))
  await expect(giveUp(place.db, by)).rejects.toMatchObject({ code: 'conflict' })
  await requestCancel(place.db, by)
  await giveUp(place.db, by)
  expect(await place.finished(deployment)).toMatchObject({
    status: 'failed',
    failure: { code: 'connection_lost', message: expect.stringContaining('Ada gave it up') },
  })
  relay.refuseNext(0)
  const { id: again } = await place.request(id)
  await untilSaid(again, 'after.pull', 'started')
  expect(await running('sleep 300')).toBe('1\n')
  await requestCancel(place.db, { ...by, deploymentId: again })
  expect(await place.finished(again)).toMatchObject({ status: 'cancelled' })
})

test('what somebody else made live is refused once, noted, and gone on from', async () => {
  const { id, root, first } = await deployed({})
  await place.host.shell(
    `mkdir ${root}/release/by-hand && ln -s ${root}/release/by-hand ${root}/x && mv -T ${root}/x ${root}/current`,
  )
  const { id: deployment } = await place.request(id)
  expect(await place.finished(deployment)).toMatchObject({ status: 'failed', failure: { code: 'owner_conflict' } })
  expect(await place.db.prisma.target.findFirstOrThrow({ where: { environmentId: id } })).toMatchObject({
    liveRelease: 'by-hand',
  })
  const { id: again } = await place.request(id, { type: 'release', number: first.number })
  expect(await place.finished(again)).toMatchObject({ status: 'succeeded' })
})
