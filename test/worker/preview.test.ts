// What was shown is what flies: previews and flights of the same environment, on a real server and a real repository.
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Plan } from '@/lib/deploy/types.ts'
import { activateRelease, getDeployment, requestDeployment } from '@/lib/panel/deployments.ts'
import type { Context } from '@/lib/panel/context.ts'
import { previewPlan } from '@/lib/panel/preview.ts'
import { applyVariables } from '@/lib/panel/variables-apply.ts'
import { createDeployment } from '@/lib/store/deployments.ts'
import { as, owner, refused } from '../panel/panel.ts'
import { openPanelPlace } from './panel-place.ts'
import type { Place } from './place.ts'

let place: Place
let ctx: Context
let close: () => Promise<void>
beforeAll(async () => ({ place, ctx, close } = await openPanelPlace()))
afterAll(() => close())

async function madeLive() {
  const env = 'KEPT=1\nPASSWORD=hunter2hunter2\nOLD=gone\n'
  const hooks = [{ event: 'after.deploy', text: 'echo "the password is hunter2hunter2"\n', user: 'www-data' }]
  const made = await place.environment({ env, hooks })
  const { repository, id } = made
  repository.write('index.html', 'one')
  repository.write('.amezmo/after.pull', 'echo one\n')
  repository.commit('first')
  const first = await place.request(id)
  expect(await place.finished(first.id)).toMatchObject({ status: 'succeeded' })
  return { ...made, first }
}

test('a preview says what would run and what would change, and masks secrets', async () => {
  const { id: environmentId, repository, root } = await madeLive()
  repository.write('index.html', 'two')
  repository.write('.amezmo/after.pull', 'echo two\n')
  repository.write('new.txt', 'hunter2hunter2')
  const second = repository.commit('second')
  await place.saveVariables(environmentId, 2, 'KEPT=1\nPASSWORD=another-one\nNEW=1\n')
  const shown = await previewPlan(ctx, as('developer'), { environmentId })
  expect(shown).toMatchObject({
    kind: 'deploy',
    ref: 'main',
    release: `deployment_2.${second.slice(0, 7)}`,
    commit: { sha: second, subject: 'second' },
    live: { number: 1 },
    change: {
      ahead: 1,
      behind: 0,
      files: 3,
      commits: [{ sha: second }],
      changed: [
        { path: '.amezmo/after.pull', change: 'changed' },
        { path: 'index.html', change: 'changed' },
        { path: 'new.txt', change: 'added' },
      ],
    },
    variables: { number: 2, added: ['NEW'], removed: ['OLD'], changed: ['PASSWORD'] },
    hooks: [{ name: 'after.pull', origin: 'repository', change: 'changed' }],
  })
  expect(shown.disk.needBytes).toBeGreaterThan(0)
  expect(shown.disk.sendBytes).toBeGreaterThan(0)
  const [server] = shown.servers
  expect(server).toMatchObject({ server: 'web-1', root })
  const steps = new Map(server!.steps.map((step) => [step.name, step]))
  expect([...steps.keys()].slice(0, 5)).toEqual(['check', 'tree', 'release', 'variables', 'after.pull'])
  expect(steps.get('after.pull')).toMatchObject({ path: '.amezmo/after.pull', text: 'echo two\n', failure: 'stops' })
  expect(steps.get('after.deploy (panel)')).toMatchObject({
    text: 'echo "the password is [redacted]"\n',
    user: 'www-data',
    timeoutMs: 60_000,
  })
  expect(steps.get('switch')!.text).toMatch(/^'switch' 'deployment_2\.[0-9a-f]{7}' 'deployment_1\.[0-9a-f]{7}'$/)
  expect(server!.undo.map(({ name }) => name)).toContain('switch')
  expect(server!.program).toContain('swap()')
  expect(JSON.stringify(shown)).not.toMatch(/hunter2|another-one/)
  await expect(previewPlan(ctx, as('viewer'), { environmentId })).rejects.toEqual(refused('forbidden'))
})

test('exactly what was shown is deployed, under whatever number', async () => {
  const { id: environmentId, repository } = await madeLive()
  repository.write('index.html', 'two')
  repository.commit('second')
  const { planHash } = await previewPlan(ctx, owner, { environmentId })
  const between = await place.request(environmentId, { type: 'git', ref: 'no-such-branch' })
  expect(await place.finished(between.id)).toMatchObject({ status: 'failed' })
  const asked = await requestDeployment(ctx, owner, { environmentId, expectedHash: planHash })
  expect(asked.number).toBe(3)
  expect(await place.finished(asked.id)).toMatchObject({ status: 'succeeded', planHash })
  const back = await previewPlan(ctx, owner, { environmentId, release: 1 })
  expect(back).toMatchObject({ kind: 'activate', change: { ahead: 0, behind: 1 }, disk: { sendBytes: 0 } })
  const activated = await activateRelease(ctx, owner, { environmentId, number: 1, expectedHash: back.planHash })
  expect(await place.finished(activated.id)).toMatchObject({ status: 'succeeded', planHash: back.planHash })
})

test('what has changed since it was shown is refused, by name', async () => {
  const { id: environmentId, repository } = await madeLive()
  const { planHash: expectedHash } = await previewPlan(ctx, owner, { environmentId })
  const asking = () => requestDeployment(ctx, owner, { environmentId, expectedHash })
  const messageOf = (error: unknown) => (error as Error).message
  const moved = repository.commit('moved')
  expect(await asking().catch(messageOf)).toContain(`The commit is ${moved.slice(0, 7)} now`)
  repository.git('reset', '--hard', '--quiet', 'HEAD~1')
  await place.saveVariables(environmentId, 2, 'KEPT=1\nPASSWORD=hunter2hunter2\nNEW=1\n')
  expect(await asking().catch(messageOf)).toContain('test saved set 2: NEW added, OLD removed.')
  await place.saveVariables(environmentId, 3, 'KEPT=1\nPASSWORD=hunter2hunter2\nOLD=gone\n')
  await place.db.prisma.hookRevision.create({
    data: { environmentId, event: 'before.deploy', number: 1, text: 'echo', sha256: 'x', timeoutMs: 1, createdBy: 'x' },
  })
  await expect(asking()).rejects.toEqual(
    refused('plan_changed', {
      status: 409,
      details: {
        planHash: expect.any(String),
        differences: [{ part: 'hook', message: 'The hook before.deploy (panel) was added.' }],
      },
    }),
  )
  await expect(requestDeployment(ctx, owner, { environmentId, expectedHash: 'f'.repeat(64) })).rejects.toEqual(
    refused('plan_changed'),
  )
  expect(await place.db.prisma.deployment.count({ where: { environmentId } })).toBe(1)
})

test('what changes between the request and the flight ends it before the server is touched', async () => {
  const { id: environmentId, repository, root } = await madeLive()
  const before = await place.host.shell(`ls -la --time-style=full-iso ${root} ${root}/release ${root}/.fairlead/run`)
  const { planHash: expectedHash } = await previewPlan(ctx, owner, { environmentId })
  repository.commit('moved')
  const { id } = await createDeployment(place.db, {
    environmentId,
    kind: 'deploy',
    source: { type: 'git', ref: 'main' },
    by: 'user:1',
    byName: 'Ada',
    expectedHash,
  })
  const state = await place.finished(id)
  expect(state).toMatchObject({ status: 'failed', failure: { code: 'plan_changed' }, segments: [] })
  expect((await getDeployment(ctx, owner, { id })).failure!.message).toContain('The commit is')
  expect(await place.host.shell(`ls -la --time-style=full-iso ${root} ${root}/release ${root}/.fairlead/run`)).toBe(
    before,
  )
})

test('applying variables to the live release is shown before, and exactly that is applied', async () => {
  const { id: environmentId, root } = await madeLive()
  await place.saveVariables(environmentId, 2, 'KEPT=1\nPASSWORD=another-one\n')
  const shown = await previewPlan(ctx, owner, { environmentId, variables: 2 })
  expect(shown).toMatchObject({
    kind: 'configure',
    variables: { number: 2, changed: ['PASSWORD'], removed: ['OLD'] },
    change: { ahead: 0, files: 0 },
    hooks: [],
  })
  expect(shown.servers[0]!.steps.map(({ name }) => name)).toEqual(['check', 'configure'])
  expect(JSON.stringify(shown)).not.toMatch(/hunter2|another-one/)
  const { planHash: expectedHash } = shown
  const wrong = { environmentId, expectedHash: (await previewPlan(ctx, owner, { environmentId })).planHash }
  await expect(applyVariables(ctx, owner, wrong)).rejects.toEqual(refused('plan_changed'))
  const { id } = await applyVariables(ctx, owner, { environmentId, expectedHash })
  expect(await place.finished(id)).toMatchObject({ status: 'succeeded', planHash: expectedHash })
  expect(await place.host.shell(`cat ${root}/current/.env`)).toBe('KEPT=1\nPASSWORD=another-one\n')
})

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

test('the text that is shown is what runs, to the byte: hooks of either release, whatever directory it was made of', async () => {
  const { id: environmentId, repository, root } = await madeLive()
  repository.write('.amezmo/before.pull', '\ufeffecho of the root\r\n')
  repository.write('app/.amezmo/before.deploy', 'echo of the directory\n')
  repository.commit('two places')
  expect(await place.finished((await place.request(environmentId)).id)).toMatchObject({ status: 'succeeded' })
  const options = { subdirectory: 'app' }
  await place.db.prisma.environment.update({ where: { id: environmentId }, data: { options } })
  const shown = await previewPlan(ctx, owner, { environmentId })
  const texts = shown.servers[0]!.steps.filter(({ path }) => path !== null).map(({ path, text }) => [path, text])
  expect(texts).toEqual([
    ['.amezmo/before.pull', '\ufeffecho of the root\r\n'],
    ['.amezmo/before.deploy', 'echo of the directory\n'],
  ])

  const asked = await requestDeployment(ctx, owner, { environmentId, expectedHash: shown.planHash })
  expect(await place.finished(asked.id)).toMatchObject({ status: 'succeeded' })
  const { plan } = await place.db.prisma.deployment.findUniqueOrThrow({ where: { id: asked.id } })
  const planned = (plan as unknown as Plan).segments[0]!.steps.flatMap(({ action }) =>
    action.do === 'hook' ? [action.hook] : [],
  )
  expect(planned.filter(({ origin }) => origin === 'repository').map((hook) => hook.sha256)).toEqual(
    texts.map(([, text]) => sha256(text!)),
  )
  // Beside who owns the folder, what was shown before and what then ran are one program.
  const ran = await place.host.shell(`cat ${root}/.fairlead/run/${asked.number}/main/program`)
  const same = (program: string) =>
    program.replace(/^(owner|epoch|id|nonce)=.*\n/gm, '').replaceAll('hunter2hunter2', '[redacted]')
  expect(same(ran)).toContain(same(shown.servers[0]!.program))

  const back = await previewPlan(ctx, owner, { environmentId, release: 2 })
  expect(back.servers[0]!.steps.every(({ text }) => text !== null)).toBe(true)
})
