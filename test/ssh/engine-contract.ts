import { afterAll, beforeAll, describe } from 'vitest'
import { openConnector } from '@/lib/ssh/connector.ts'
import { configureContract } from './engine-configure.ts'
import { controlContract } from './engine-control.ts'
import { filesContract } from './engine-files.ts'
import type { Ground, Site } from './engine-ground.ts'
import { hookContract } from './engine-hooks.ts'
import { hostileContract } from './engine-hostile.ts'
import { releaseContract } from './engine-release.ts'
import { placeContract } from './engine-place.ts'
import { movingContract } from './engine-moving.ts'
import { startContract } from './engine-start.ts'
import { stepContract } from './engine-steps.ts'

/** Everything that segments have to do on any server, driven over SSH. */
export function engineContract(name: string, start: () => Promise<Ground>): void {
  describe(`segments on ${name}`, () => {
    const site = {} as Site
    const connector = openConnector()
    beforeAll(async () => {
      site.ground = await start()
      site.connection = await connector.connect(site.ground.address)
    })
    afterAll(async () => {
      await connector.close()
      await site.ground.stop()
    })

    startContract(site)
    controlContract(site)
    hookContract(site)
    releaseContract(site)
    hostileContract(site)
    stepContract(site)
    configureContract(site)
    filesContract(site)
    placeContract(site)
    movingContract(site)
  })
}
