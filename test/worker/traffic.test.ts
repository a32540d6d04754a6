// Traffic hooks on a real server: who is taken out is let in again, whatever comes between.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { requestCancel } from '@/lib/store/wishes.ts'
import { openPlace } from './place.ts'
import type { Place } from './place.ts'

let place: Place
beforeAll(async () => {
  place = await openPlace()
  await place.worker()
})
afterAll(() => place.close())

/** Says what is live as it sees it; fails where a file says so. */
const note =
  'echo "$TARGET_HOOK $(cat index.html)" >>"$FAIRLEAD_ROOT/told"; [ "$TARGET_HOOK" = traffic.in ] || [ ! -e "$FAIRLEAD_ROOT/stuck" ]'

async function site(options: object = {}) {
  const { id, root, repository } = await place.environment({
    options,
    hooks: ['traffic.out', 'traffic.in'].map((event) => ({ event, text: note })),
  })
  const request = async (text: string, hooks: Record<string, string> = {}) => {
    repository.write('index.html', text)
    for (const [event, script] of Object.entries(hooks)) repository.write(`.fairlead/${event}`, script)
    repository.commit(text)
    return (await place.request(id)).id
  }
  return {
    shell: (command: string) => place.host.shell(`cd ${root} && ${command}`),
    request,
    deploy: async (...what: Parameters<typeof request>) => place.finished(await request(...what)),
    /** What was told since it was asked last. */
    told: async () => {
      const lines = await place.host.shell(`cd ${root} && cat told 2>/dev/null; rm -f told`)
      return lines.trim() === '' ? [] : lines.trim().split('\n')
    },
  }
}

test('visitors are kept away while a server switches, and let in when it is ready, also on the way back', async () => {
  const ready = { kind: 'exec', name: 'itself', command: '[ ! -e broken ]', totalSeconds: 1, pauseSeconds: 1 }
  const { deploy, told, shell } = await site({ readiness: [ready] })
  expect(await deploy('one')).toMatchObject({ status: 'succeeded', failure: null })
  expect(await told()).toEqual(['traffic.in one'])
  expect(await deploy('two')).toMatchObject({ status: 'succeeded', failure: null })
  expect(await told()).toEqual(['traffic.out one', 'traffic.in two'])
  const failed = await deploy('three', { 'after.deploy': 'touch broken\n' })
  expect(failed).toMatchObject({ status: 'failed', failure: { code: 'not_ready' } })
  expect(await told()).toEqual(['traffic.out two', 'traffic.out three', 'traffic.in two'])
  expect(await shell('cat current/index.html')).toBe('two')
})

test('nobody is let in again who was never taken out, and whoever was is when the switch does not come', async () => {
  const { deploy, told, shell } = await site()
  expect(await deploy('one')).toMatchObject({ status: 'succeeded', failure: null })
  await told()
  const early = await deploy('two', { 'before.deploy': 'exit 3\n' })
  expect(early).toMatchObject({ status: 'failed', failure: { step: 'before.deploy' } })
  expect(await told()).toEqual([])
  await shell('touch stuck')
  const late = await deploy('three', { 'before.deploy': 'true\n' })
  expect(late).toMatchObject({ status: 'failed', committed: null, failure: { step: 'traffic.out (panel)' } })
  expect(await told()).toEqual(['traffic.out one', 'traffic.in one'])
  expect(await shell('cat current/index.html')).toBe('one')
})

test('a release that visitors are still kept away from goes, also where whoever cancels would keep it', async () => {
  const { deploy, request, told, shell } = await site()
  await deploy('one')
  await told()
  const deploymentId = await request('two', { 'after.deploy': 'sleep 600\n' })
  await place.until(deploymentId, ({ committed }) => committed !== null)
  await requestCancel(place.db, { deploymentId, by: 'user:1', byName: 'Ada', keep: true })
  const state = await place.finished(deploymentId)
  expect(state).toMatchObject({ status: 'cancelled', undo: { segment: 'undo' }, findings: [{ code: 'not_kept' }] })
  expect(await told()).toEqual(['traffic.out one', 'traffic.out two', 'traffic.in one'])
  expect(await shell('cat current/index.html')).toBe('one')
})
