// Deployments that were under way when the panel was upgraded: planned, and some of them sent, by a version that knew of one server only.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DeploymentState } from '@/lib/deploy/reducer.ts'
import { systemActor } from '@/lib/panel/context.ts'
import { getDeployment } from '@/lib/panel/deployments.ts'
import { readSettings } from '@/lib/settings.ts'
import { requestCancel } from '@/lib/store/wishes.ts'
import { openUpgradedPlace } from './upgrade-place.ts'
import type { UpgradedSite } from './upgrade-place.ts'

let upgraded: Awaited<ReturnType<typeof openUpgradedPlace>>
/** Of the releases that the recorded deployments made. */
const [first, second] = ['deployment_1.3d22a7b', 'deployment_2.eae9271']
/** Before today's worker begins, servers are where they were. */
const sites = new Map<string, UpgradedSite>()
beforeAll(async () => {
  upgraded = await openUpgradedPlace()
  for (const name of ['deploy', 'deploy, cancelled', 'activate', 'configure'])
    sites.set(name, await upgraded.site(name))
  for (const name of ['deploy', 'activate', 'configure'])
    sites.set(`${name}, not sent`, await upgraded.site(`${name}, not sent`))
  await upgraded.place.worker()
})
afterAll(() => upgraded.close())

/** Today's worker has found it, where it had been sent; then its hook goes on. */
async function goneOn(name: string): Promise<DeploymentState & UpgradedSite> {
  const { place } = upgraded
  const site = sites.get(name)!
  await attached(site)
  await place.host.shell(`echo 0 >${site.root}/go`)
  return { ...(await place.finished(site.deploymentId)), ...site }
}

function attached({ deploymentId }: UpgradedSite): Promise<DeploymentState> {
  return upgraded.place.until(deploymentId, async (state) => {
    const { db } = upgraded.place
    const count = await db.prisma.event.count({ where: { deploymentId, type: 'segment.attached' } })
    return count > 0 && state.attempt === 2
  })
}

/** Each step of the segments began once and ended once; and the page can be shown. */
async function told({ deploymentId }: UpgradedSite): Promise<void> {
  const { db, secrets, folder } = upgraded.place
  const events = await db.prisma.event.findMany({ where: { deploymentId }, orderBy: { seq: 'asc' } })
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
  const steps = (type: string): string[] =>
    events.flatMap((event) => {
      const { segment, step } = event.data as { segment?: string; step?: number }
      return event.type === type ? [`${segment} ${step}`] : []
    })
  expect(new Set(steps('step.began')).size).toBe(steps('step.began').length)
  expect(
    steps('step.ended')
      .filter((one) => steps('step.began').includes(one))
      .sort(),
  ).toEqual(steps('step.began').sort())
  const ctx = { db, secrets, settings: readSettings({ DATABASE_URL: db.url, FAIRLEAD_DATA: folder }) }
  const view = await getDeployment(ctx, systemActor('console'), { id: deploymentId })
  expect(view.state.segments.every(({ outcome }) => outcome !== null)).toBe(true)
}

const current = ({ root }: UpgradedSite): Promise<string> =>
  upgraded.place.host.shell(`cd ${root} && basename "$(readlink current)" && cat current/index.html current/.env`)

test('a deployment that is at work goes on, with its log, and the next one succeeds', async () => {
  const { place } = upgraded
  const state = await goneOn('deploy')
  expect(state).toMatchObject({ status: 'succeeded', failure: null, undo: null })
  // The first of them was read by the worker of before, the rest by today's.
  expect(await place.log(state.deploymentId, 'main', 9)).toBe('after.deploy 2 one\nwaiting\ngoing on\n')
  expect(state.segments[0]!.steps.find(({ n }) => n === 9)).toMatchObject({ outcome: 'ok', verified: true })
  await told(state)
  expect(await current(state)).toBe(`${second}\ntwoGREETING=one\nSECRET=hunter2hunter2\n`)
  const next = await place.request(state.id)
  expect(await place.finished(next.id)).toMatchObject({ status: 'succeeded' })
})

test('a deployment that somebody cancels after its switch is put back, as its plan has it', async () => {
  const { place } = upgraded
  const site = sites.get('deploy, cancelled')!
  await attached(site)
  await requestCancel(place.db, { deploymentId: site.deploymentId, by: 'user:1', byName: 'Ada' })
  await place.until(site.deploymentId, ({ undo }) => undo !== null)
  await place.host.shell(`echo 0 >${site.root}/go`)
  const state = await place.finished(site.deploymentId)
  expect(state).toMatchObject({ status: 'cancelled', failure: null, undo: { release: first } })
  expect(state.segments.map(({ name, outcome }) => [name, outcome])).toEqual([
    ['main', 'cancelled'],
    ['undo', 'ok'],
  ])
  await told(site)
  expect(await current(site)).toBe(`${first}\noneGREETING=one\nSECRET=hunter2hunter2\n`)
})

test('an activation that is at work goes on', async () => {
  const state = await goneOn('activate')
  expect(state).toMatchObject({ status: 'succeeded', kind: 'activate', failure: null, undo: null })
  await told(state)
  expect(await current(state)).toBe(`${first}\noneGREETING=one\nSECRET=hunter2hunter2\n`)
})

test('variables that are being applied are applied', async () => {
  const state = await goneOn('configure')
  expect(state).toMatchObject({ status: 'succeeded', kind: 'configure', undo: null })
  await told(state)
  expect(await current(state)).toBe(`${first}\noneGREETING=two\nSECRET=correct-horse\n`)
})

test.each([
  ['deploy', `${second}\ntwoGREETING=one\nSECRET=hunter2hunter2\n`],
  ['activate', `${first}\noneGREETING=one\nSECRET=hunter2hunter2\n`],
  ['configure', `${first}\noneGREETING=two\nSECRET=correct-horse\n`],
])('a plan that was not sent yet is flown as it was made: %s', async (kind, wanted) => {
  const site = sites.get(`${kind}, not sent`)!
  expect(await upgraded.place.finished(site.deploymentId)).toMatchObject({ status: 'succeeded', failure: null })
  await told(site)
  expect(await current(site)).toBe(wanted)
})
