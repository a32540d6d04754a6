// What is done with releases that there are: compared, deployed again, promoted, removed; and environments like others.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compareReleases } from '@/lib/panel/compare.ts'
import type { Context } from '@/lib/panel/context.ts'
import { activateRelease, getDeployment, listReleases } from '@/lib/panel/deployments.ts'
import { cloneEnvironment } from '@/lib/panel/environment-clone.ts'
import { listHooks } from '@/lib/panel/hooks.ts'
import { promoteRelease, redeployRelease } from '@/lib/panel/promote.ts'
import { removeRelease } from '@/lib/panel/release-removal.ts'
import { as, owner, refused } from '../panel/panel.ts'
import { openPanelPlace } from './panel-place.ts'
import type { Place } from './place.ts'

let place: Place
let ctx: Context
let close: () => Promise<void>
beforeAll(async () => ({ place, ctx, close } = await openPanelPlace()))
afterAll(() => close())

/** Two releases: another file, other variables, another hook. */
async function twice() {
  const env = 'KEPT=1\nPASSWORD=hunter2hunter2\n'
  const made = await place.environment({ env, hooks: [{ event: 'after.deploy', text: 'echo done\n' }] })
  made.repository.write('index.html', 'one')
  const first = made.repository.commit('first')
  await deployed(made.id)
  made.repository.write('index.html', 'two')
  made.repository.write('.amezmo/after.pull', 'echo two\n')
  const second = made.repository.commit('second')
  await place.saveVariables(made.id, 2, 'KEPT=1\nPASSWORD=another-one\n')
  await deployed(made.id)
  return { ...made, first, second }
}

async function deployed(environmentId: string): Promise<void> {
  const { id } = await place.request(environmentId)
  expect(await place.finished(id)).toMatchObject({ status: 'succeeded' })
}

const states = async (environmentId: string) =>
  (await listReleases(ctx, owner, { environmentId })).map(({ number, state, isLive }) => [number, state, isLive])

test('two releases are compared in either direction, without a value of a variable', async () => {
  const { id: environmentId, second } = await twice()
  const forth = await compareReleases(ctx, as('viewer'), { environmentId, from: 1 })
  expect(forth).toMatchObject({
    from: { number: 1 },
    to: { number: 2, isLive: true },
    change: { ahead: 1, behind: 0, files: 2, commits: [{ sha: second }] },
    variables: { from: 1, to: 2, added: [], removed: [], changed: ['PASSWORD'] },
    hooks: [{ name: 'after.pull', change: 'added' }],
  })
  const back = await compareReleases(ctx, as('viewer'), { environmentId, from: 2, to: 1 })
  expect(back).toMatchObject({ change: { ahead: 0, behind: 1, commits: [] }, hooks: [{ change: 'removed' }] })
  expect(JSON.stringify([forth, back])).not.toMatch(/hunter2|another-one/)
  await expect(compareReleases(ctx, owner, { environmentId, from: 1, to: 9 })).rejects.toEqual(refused('not_found'))
})

test('the commit of a release is deployed again, though its branch went on', async () => {
  const { id: environmentId, first, root } = await twice()
  const { id } = await redeployRelease(ctx, as('developer'), { environmentId, number: 1 })
  expect(await place.finished(id)).toMatchObject({ status: 'succeeded', commit: { revision: first, ref: 'main' } })
  expect(await place.host.shell(`cat ${root}/current/index.html ${root}/current/.env`)).toContain(
    'PASSWORD=another-one',
  )
  await expect(redeployRelease(ctx, as('viewer'), { environmentId, number: 1 })).rejects.toEqual(refused('forbidden'))
  await expect(redeployRelease(ctx, owner, { environmentId, number: 77 })).rejects.toEqual(refused('not_found'))
})

test('an environment is cloned, and gets a release of the other one', async () => {
  const { id, first } = await twice()
  const { serverId } = await place.db.prisma.target.findFirstOrThrow({ where: { environmentId: id } })
  const root = await place.host.root()
  const wish = { environmentId: id, name: 'Staging', servers: [{ serverId, root }], variables: true }
  await expect(cloneEnvironment(ctx, as('developer'), wish)).rejects.toEqual(refused('forbidden'))
  const staging = await cloneEnvironment(ctx, owner, wish)
  expect(staging).toMatchObject({ name: 'Staging', branch: 'main', live: null, targets: [{ root }] })
  const hooks = await listHooks(ctx, owner, { environmentId: staging.id })
  expect(hooks).toMatchObject([{ event: 'after.deploy', number: 1, text: 'echo done\n' }])
  const promoted = await promoteRelease(ctx, as('developer'), { environmentId: id, number: 1, to: staging.id })
  expect(promoted).toMatchObject({ environmentId: staging.id, source: { type: 'git', ref: 'main', commit: first } })
  expect(await place.finished(promoted.id)).toMatchObject({ status: 'succeeded' })
  expect(await place.host.shell(`cat ${root}/current/index.html ${root}/current/.env`)).toBe(
    'oneKEPT=1\nPASSWORD=another-one\n',
  )
  const elsewhere = await place.environment()
  for (const to of [id, elsewhere.id])
    await expect(promoteRelease(ctx, owner, { environmentId: id, number: 1, to })).rejects.toEqual(refused('invalid'))
  const bare = { ...wish, name: 'Bare', servers: [{ serverId, root: await place.host.root() }], variables: false }
  expect(
    await place.db.prisma.variableSet.count({
      where: { environmentId: (await cloneEnvironment(ctx, owner, bare)).id },
    }),
  ).toBe(0)
  const { data } = await place.db.prisma.auditEntry.findFirstOrThrow({
    where: { subject: `environment:${staging.id}` },
  })
  expect(data).toMatchObject({ from: id, hooks: ['after.deploy'], variables: 2 })
})

test('an inactive release is removed from the server; the live one and the one before it never are', async () => {
  const { id: environmentId, root } = await twice()
  await deployed(environmentId)
  const names = (await listReleases(ctx, owner, { environmentId })).map(({ name }) => name).reverse()
  for (const number of [3, 2])
    await expect(removeRelease(ctx, owner, { environmentId, number })).rejects.toEqual(refused('conflict'))
  await expect(removeRelease(ctx, as('viewer'), { environmentId, number: 1 })).rejects.toEqual(refused('forbidden'))
  const { id } = await removeRelease(ctx, as('developer'), { environmentId, number: 1 })
  expect(await place.finished(id)).toMatchObject({ status: 'succeeded', kind: 'remove' })
  expect((await place.host.shell(`ls -A ${root}/release`)).trim().split('\n')).toEqual(names.slice(1))
  expect(await states(environmentId)).toEqual([
    [3, 'complete', true],
    [2, 'complete', false],
    [1, 'removed', false],
  ])
  await expect(removeRelease(ctx, owner, { environmentId, number: 1 })).rejects.toEqual(refused('release_missing'))
  await expect(activateRelease(ctx, owner, { environmentId, number: 1 })).rejects.toEqual(refused('release_missing'))
})

test('what has become live since somebody asked for its removal stays', async () => {
  const { id: environmentId, root } = await twice()
  await deployed(environmentId)
  await place.stopWorker('worker-1')
  const removal = await removeRelease(ctx, owner, { environmentId, number: 1 })
  // As if it had been activated in between: by hand, and seen by the panel.
  const { name, id } = await place.db.prisma.release.findFirstOrThrow({ where: { environmentId, number: 1 } })
  await place.host.shell(`ln -sfn ${root}/release/${name} ${root}/current`)
  await place.db.prisma.target.updateMany({ where: { environmentId }, data: { liveRelease: name } })
  await place.db.prisma.environment.update({ where: { id: environmentId }, data: { liveReleaseId: id } })
  await place.worker()
  expect(await place.finished(removal.id)).toMatchObject({ status: 'failed', segments: [] })
  expect((await getDeployment(ctx, owner, { id: removal.id })).failure!.message).toBe('Release 1 is live.')
  expect(await place.host.shell(`cat ${root}/current/index.html`)).toBe('one')
})

test('what is part of what is live by then is not deployed in its place, if nobody wants that', async () => {
  const { id, repository, first, second } = await twice()
  const ends = async (commit: string, unless: 'older' | 'older_or_live' | undefined) => {
    const asked = await place.request(id, { type: 'git', ref: 'main', commit, ...(unless && { unless }) })
    const { status, findings } = await place.finished(asked.id)
    return [status, findings.find(({ code }) => code === 'overtaken')?.message]
  }
  const [one, two] = [first.slice(0, 7), second.slice(0, 7)]
  expect(await ends(first, 'older')).toEqual(['superseded', `${one} is part of what is live already (${two}).`])
  expect(await ends(second, 'older_or_live')).toEqual(['superseded', `${two} is live already.`])
  expect(await states(id)).toEqual([
    [2, 'complete', true],
    [1, 'complete', false],
  ])
  expect(await ends(second, 'older')).toEqual(['succeeded', undefined])
  repository.git('reset', '-q', '--hard', first)
  repository.write('index.html', 'apart')
  expect(await ends(repository.commit('apart'), 'older_or_live')).toEqual(['succeeded', undefined])
  expect(await ends(first, undefined)).toEqual(['succeeded', undefined])
})
