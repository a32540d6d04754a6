// Three servers that are visited all the while: whoever asks nginx, or reads the link itself, gets one release or the other, whole.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readEvents } from '@/lib/store/events.ts'
import { startTraffic, whatTrafficLacks } from '../traffic/traffic.ts'
import { openFleetPlace } from './fleet-place.ts'
import type { FleetPlace } from './fleet-place.ts'

const activations = 20
const missing = whatTrafficLacks()

let fleet: FleetPlace
beforeAll(async () => {
  if (missing) return
  fleet = await openFleetPlace(3)
  await fleet.place.worker()
})
afterAll(async () => {
  if (!missing) await fleet.close()
})

describe.skipIf(missing !== null)(`visitors and readers${missing ? ` (skipped: ${missing})` : ''}`, () => {
  test(`never miss a release while ${activations} are activated on three servers`, async () => {
    const environment = await fleet.environment()
    const { id, repository } = environment
    const deploy = async (page: string) => {
      repository.write('index.html', page)
      const revision = repository.commit(page)
      const { id: deployment, number } = await fleet.place.request(id)
      expect(await fleet.place.finished(deployment)).toMatchObject({ status: 'succeeded', failure: null })
      return { revision, number }
    }
    const releases = [await deploy('one'), await deploy('two')]
    const traffic = await startTraffic(fleet.hosts, environment.roots)
    for (let n = 0; n < activations; n++) {
      const { id: deployment } = await fleet.place.request(id, { type: 'release', number: releases[n % 2]!.number })
      expect(await fleet.place.finished(deployment)).toMatchObject({ status: 'succeeded', failure: null })
      const switched = (await readEvents(fleet.place.db.pool, deployment)).filter(({ type }) => type === 'switched')
      expect(switched).toHaveLength(3)
    }
    const seen = await traffic.stop()
    expect(seen).toMatchObject({ failures: 0, failed: [], misses: 0 })
    expect(Object.keys(seen.answers).sort()).toEqual(releases.map(({ revision }) => revision).sort())
    expect(seen.reads).toBeGreaterThan(0)
  }, 300_000)

  test('do notice when it is gone for a moment', async () => {
    const root = await fleet.hosts[0]!.root()
    await fleet.hosts[0]!.shell(`cd ${root} && mkdir -p release/1 && ln -s ${root}/release/1 current
      echo 0123456789012345678901234567890123456789 >release/1/REVISION`)
    const traffic = await startTraffic([fleet.hosts[0]!], [root])
    const { hasMissed } = traffic
    await fleet.hosts[0]!.shell(`mv ${root}/current ${root}/aside`)
    await hasMissed()
    await fleet.hosts[0]!.shell(`mv ${root}/aside ${root}/current`)
    const seen = await traffic.stop()
    expect(seen.misses).toBeGreaterThan(0)
    expect(seen.failures).toBeGreaterThan(0)
  })
})
