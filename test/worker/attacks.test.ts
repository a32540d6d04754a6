// What nobody means to do to a deployment, and what must come of it all the same.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { canMakeMachines } from '../hosts/hosts.ts'
import { requestCancel } from '@/lib/store/wishes.ts'
import { readEvents } from '@/lib/store/events.ts'
import { openRelay } from '../ssh/relay.ts'
import { openPlace } from './place.ts'
import type { Place } from './place.ts'

let place: Place
beforeAll(async () => {
  place = await openPlace()
  await place.worker()
})
afterAll(() => place.close())

/** An environment whose first release is live, and its next commit, which has `hooks`. */
async function deployed(hooks: Record<string, string> = {}) {
  const environment = await place.environment({ env: 'A=1\n' })
  const { repository, id } = environment
  repository.write('index.html', 'one')
  repository.commit('first')
  const first = await place.request(id)
  expect(await place.finished(first.id)).toMatchObject({ status: 'succeeded' })
  repository.write('index.html', 'two')
  for (const [event, text] of Object.entries(hooks)) repository.write(`.fairlead/${event}`, text)
  repository.commit('second')
  return { ...environment, first }
}

const page = (root: string) => place.host.shell(`cat ${root}/current/index.html`)

/** Puts a program of this name before the server's own. */
async function disguise(name: string, lines: string[]): Promise<void> {
  const file = `/usr/local/bin/${name}`
  await place.host.shell(`printf '%s\\n' '#!/bin/sh' '${lines.join("' '")}' >${file} && chmod 755 ${file}`)
}

test.runIf(canMakeMachines())('a runner that dies right after the rename: the release before is put back', async () => {
  const { id, root } = await deployed()
  // The rename itself is done, and not a word of it gets into the journal.
  const dying = [
    '/bin/mv "$@"; r=$?',
    'for last; do :; done',
    `if [ "$last:$PWD" = "current:${root}" ] && [ ! -e died ]; then touch died; kill -KILL $PPID; fi`,
    'exit $r',
  ]
  await disguise('mv', dying)
  const { id: deployment } = await place.request(id)
  const state = await place.finished(deployment)
  await place.host.shell('rm /usr/local/bin/mv')
  expect(await place.host.shell(`ls ${root}/died`)).toContain('died')
  expect(state).toMatchObject({ status: 'failed', failure: { code: 'server_restarted' }, undo: { segment: 'undo' } })
  expect(await page(root)).toBe('one')
})

test.runIf(canMakeMachines())(
  'cancelled when all was sent and the line is cut before it starts: nothing starts',
  async () => {
    const { id, root } = await deployed()
    await disguise('sha256sum', [`[ "$PWD" != ${root} ] || sleep 2`, 'exec /usr/bin/sha256sum "$@"'])
    const relay = await openRelay(place.host.address)
    const { id: serverId, port } = await place.db.prisma.server.findFirstOrThrow()
    await place.db.prisma.server.update({ where: { id: serverId }, data: { port: relay.address.port } })
    const { id: deployment } = await place.request(id)
    await place.host.shell(`until [ -s ${root}/.fairlead/run/2/.main.*/tree.tar ]; do :; done`)
    await requestCancel(place.db, { deploymentId: deployment, by: 'user:1', byName: 'Ada' })
    relay.cut()
    expect(await place.finished(deployment)).toMatchObject({ status: 'cancelled', committed: null })
    // What was sent goes on by itself, until its program sees that nobody wants it to start.
    const gone = '(while ls -d .main.*; do :; done) >/dev/null 2>&1; rm /usr/local/bin/sha256sum; ls'
    expect(await place.host.shell(`cd ${root}/.fairlead/run/2; ${gone}`)).toBe('')
    expect(await page(root)).toBe('one')
    await place.db.prisma.server.update({ where: { id: serverId }, data: { port } })
    await relay.close()
  },
)

test('secrets stay out of what is said of a failure, too', async () => {
  const environment = await place.environment({ env: 'PASSWORD=hunter2-hunter2\n' })
  const { repository, id } = environment
  // Whatever stands before it in the program's stderr becomes the reason when there is no verdict.
  repository.write('.fairlead/after.pull', 'echo "bye $PASSWORD" >/proc/$PPID/fd/3; kill -KILL $PPID\n')
  repository.commit('first')
  const { id: deployment } = await place.request(id)
  const state = await place.finished(deployment)
  expect(state).toMatchObject({
    status: 'failed',
    failure: { step: 'after.pull', message: 'after.pull: bye [redacted]' },
  })
  expect(JSON.stringify(await readEvents(place.db.pool, deployment))).not.toContain('hunter2')
})

test('what somebody else made live is put back when the deployment after it is undone', async () => {
  const { id, root } = await deployed({ 'after.deploy': 'touch "$FAIRLEAD_STORAGE_DIRECTORY/switched"; sleep 300\n' })
  await place.host.shell(
    `cd ${root} && cp -a release/deployment_1.* release/by-hand && echo hand >release/by-hand/index.html &&
     ln -s ${root}/release/by-hand x && mv -T x current`,
  )
  expect(await place.finished((await place.request(id)).id)).toMatchObject({ failure: { code: 'owner_conflict' } })
  const { id: deployment } = await place.request(id)
  await place.until(deployment, (state) => state.committed !== null)
  await requestCancel(place.db, { deploymentId: deployment, by: 'user:1', byName: 'Ada' })
  expect(await place.finished(deployment)).toMatchObject({ status: 'cancelled', failure: null })
  expect(await page(root)).toBe('hand\n')
})

test('deployments that fail before the switch leave no more than the last of them on the server', async () => {
  const { id, root } = await deployed({ 'after.pull': 'exit 1\n' })
  for (let times = 0; times < 3; times++)
    expect(await place.finished((await place.request(id)).id)).toMatchObject({ status: 'failed' })
  const releases = await place.host.shell(`ls ${root}/release`)
  expect(releases.trim().split('\n')).toEqual([
    expect.stringMatching(/^deployment_1\./),
    expect.stringMatching(/^deployment_4\./),
  ])
  const states = await place.db.prisma.release.findMany({ where: { environmentId: id }, orderBy: { number: 'asc' } })
  expect(states.map(({ state }) => state)).toEqual(['complete', 'removed', 'removed', 'incomplete'])
})

test('a database that was put back to an earlier time: nothing is taken for done, and it goes on', async () => {
  const { id, root, first } = await deployed()
  const { id: lost } = await place.request(id)
  expect(await place.finished(lost)).toMatchObject({ status: 'succeeded' })
  // The second deployment is forgotten, its number and its claim are given out again.
  const { db } = place
  await db.prisma.deployment.delete({ where: { id: lost } })
  await db.prisma.release.delete({ where: { environmentId_number: { environmentId: id, number: 2 } } })
  await db.prisma.environment.update({ where: { id }, data: { nextNumber: 2 } })
  const { epoch } = await db.prisma.deployment.findUniqueOrThrow({ where: { id: first.id } })
  await db.pool.query(`SELECT setval('fairlead_epoch', $1)`, [String(epoch)])
  const stale = await place.finished((await place.request(id)).id)
  expect(stale).toMatchObject({
    status: 'failed',
    failure: { code: 'owner_conflict', message: expect.stringContaining('backup') },
  })
  const { id: next, number } = await place.request(id)
  expect(await place.finished(next)).toMatchObject({ status: 'succeeded' })
  expect(number).toBe(3)
  expect(await place.host.shell(`readlink ${root}/current`)).toMatch(/deployment_3\.[0-9a-f]{7}\n$/)

  // A server that remembers a claim of a time to come.
  await place.host.shell(`echo '90000 7/main' >${root}/.fairlead/epoch; mkdir ${root}/.fairlead/run/7`)
  expect(await place.finished((await place.request(id)).id)).toMatchObject({ failure: { code: 'owner_conflict' } })
  expect(await place.finished((await place.request(id)).id)).toMatchObject({ status: 'succeeded' })
})
