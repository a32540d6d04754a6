// Traffic hooks on a real server: who is taken out is let in again, whatever comes between.
import { afterAll, beforeAll, expect, test } from 'vitest'
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
  return {
    shell: (command: string) => place.host.shell(`cd ${root} && ${command}`),
    async deploy(text: string, hooks: Record<string, string> = {}) {
      repository.write('index.html', text)
      for (const [event, script] of Object.entries(hooks)) repository.write(`.fairlead/${event}`, script)
      repository.commit(text)
      const { id: deployment } = await place.request(id)
      return place.finished(deployment)
    },
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
