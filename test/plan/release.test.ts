import { describe, expect, it } from 'vitest'
import { planExports } from '../../lib/deploy/exports.ts'
import { releaseName } from '../../lib/deploy/release-name.ts'
import { planRetention } from '../../lib/deploy/retention.ts'
import type { KnownRelease } from '../../lib/deploy/plan-input.ts'
import { newSha, planInput } from './fixtures.ts'

const at = new Date('2026-11-21T03:46:00.123Z')

describe('releaseName', () => {
  it('has both forms', () => {
    expect(releaseName({ naming: 'sequence', number: 12, revision: newSha, at })).toBe('deployment_12.bbbbbbb')
    expect(releaseName({ naming: 'time', number: 12, revision: newSha, at })).toBe('2026-11-21T03:46:00.123000.bbbbbbb')
    expect(releaseName({ naming: 'time', number: 12, revision: newSha, at, microseconds: 7 })).toBe(
      '2026-11-21T03:46:00.123007.bbbbbbb',
    )
  })

  it('refuses what could not be a name', () => {
    for (const revision of ['', '../../etc', 'ABCDEF0', 'abc']) {
      expect(() => releaseName({ naming: 'sequence', number: 1, revision, at })).toThrow(RangeError)
    }
    expect(() => releaseName({ naming: 'sequence', number: 0, revision: newSha, at })).toThrow(RangeError)
    expect(() => releaseName({ naming: 'time', number: 1, revision: newSha, at, microseconds: 1000 })).toThrow(
      RangeError,
    )
  })
})

describe('planRetention', () => {
  const known = (number: number, changes: Partial<KnownRelease> = {}): KnownRelease => ({
    name: `deployment_${number}.aaaaaaa`,
    number,
    state: 'complete',
    succeeded: true,
    ...changes,
  })

  it('keeps N succeeded ones, the new one counted', () => {
    const releases = Array.from({ length: 12 }, (_, index) => known(index + 1))
    const { remove, keep } = planRetention({
      release: 'deployment_13.bbbbbbb',
      previous: 'deployment_12.aaaaaaa',
      keep: 10,
      releases,
    })
    expect(remove).toEqual(['deployment_1.aaaaaaa', 'deployment_2.aaaaaaa', 'deployment_3.aaaaaaa'])
    expect(keep).toHaveLength(10)
  })

  it('never removes the live one or the one before it, even an old one, and whatever keep says', () => {
    const releases = [known(3), known(8), known(9)]
    expect(
      planRetention({ release: 'deployment_10.bbbbbbb', previous: 'deployment_3.aaaaaaa', keep: 1, releases }),
    ).toEqual({
      remove: ['deployment_8.aaaaaaa', 'deployment_9.aaaaaaa'],
      keep: ['deployment_10.bbbbbbb', 'deployment_3.aaaaaaa'],
    })
  })

  it('lets go what is incomplete or never became live, and names nothing twice', () => {
    const releases = [
      known(1, { state: 'removed' }),
      known(2, { state: 'incomplete', succeeded: false }),
      known(3, { succeeded: false }),
      known(4),
    ]
    expect(planRetention({ release: 'deployment_5.bbbbbbb', previous: null, keep: 10, releases })).toEqual({
      remove: ['deployment_2.aaaaaaa', 'deployment_3.aaaaaaa'],
      keep: ['deployment_5.bbbbbbb', 'deployment_4.aaaaaaa'],
    })
  })
})

describe('planExports', () => {
  it('has every name in both spellings', () => {
    const { environment, server, release, revision } = planInput()
    expect(
      planExports({ environment, server, deployment: 12, release, revision, previousRelease: 'deployment_11.aaaaaaa' }),
    ).toEqual({
      APPLICATION_ROOT: '/webroot/release/deployment_12.bbbbbbb',
      DEPLOYMENT_DIRECTORY: '/webroot/release/deployment_12.bbbbbbb',
      RELEASE_NUMBER: 'deployment_12.bbbbbbb',
      RELEASE_ID: 'deployment_12.bbbbbbb',
      COMMIT_ID: newSha,
      REPO_NAME: 'acme/shop',
      DEPLOY_BRANCH: 'main',
      ENVIRONMENT_NAME: 'production',
      APP_TYPE: 'laravel',
      APP_DOMAIN: 'shop.example',
      PERSISTENT_STORAGE_DIRECTORY: '/webroot/storage',
      STORAGE_DIRECTORY: '/webroot/storage',
      NODE_PATH: '/webroot/node_modules',
      COMPOSER_MEMORY_LIMIT: '-1',
      FAIRLEAD_ROOT: '/webroot',
      FAIRLEAD_RELEASE_DIRECTORY: '/webroot/release/deployment_12.bbbbbbb',
      FAIRLEAD_RELEASE: 'deployment_12.bbbbbbb',
      FAIRLEAD_PREVIOUS_RELEASE: 'deployment_11.aaaaaaa',
      FAIRLEAD_REVISION: newSha,
      FAIRLEAD_REPOSITORY: 'acme/shop',
      FAIRLEAD_BRANCH: 'main',
      FAIRLEAD_PROJECT: 'Shop',
      FAIRLEAD_ENVIRONMENT: 'production',
      FAIRLEAD_SERVER: 'web-1',
      FAIRLEAD_DEPLOYMENT: '12',
      FAIRLEAD_APP_TYPE: 'laravel',
      FAIRLEAD_APP_DOMAIN: 'shop.example',
      FAIRLEAD_STORAGE_DIRECTORY: '/webroot/storage',
      FAIRLEAD_LOGS_DIRECTORY: '/webroot/logs',
    })
  })
})
