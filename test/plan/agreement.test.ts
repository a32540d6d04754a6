import { describe, expect, it } from 'vitest'
import { planHash } from '../../lib/deploy/agreement.ts'
import { activationInput, inPanel, inTree, newSha, planInput } from './fixtures.ts'
import { planActivation, planDeployment } from './planned.ts'

const hashOf = (changes: Parameters<typeof planInput>[0]) => planHash(planDeployment(planInput(changes)))
const agreed = hashOf({ panelHooks: [inPanel('after.pull')] })

describe('planHash', () => {
  it('is the same for the preview of a deployment and for the deployment, whatever number it gets', () => {
    const run = { panelHooks: [inPanel('after.pull')], deployment: 14, release: 'deployment_14.bbbbbbb' }
    expect(hashOf(run)).toBe(agreed)
  })

  it('does not depend on how the tree gets to the server, nor on what was remarked', () => {
    const tree = { ...planInput().tree, base: null }
    const findings = [{ level: 'note', code: 'x', message: 'Something' } as const]
    expect(hashOf({ panelHooks: [inPanel('after.pull')], tree, findings })).toBe(agreed)
  })

  it('does not depend on names for people, nor on how often a file was saved as it is', () => {
    const name = 'Renamed'
    const file = { revision: 'first', path: 'php.ini', sha256: 'x', mode: '0640' }
    const files = hashOf({ files: [file] })
    expect(hashOf({ files: [{ ...file, revision: 'second' }] })).toBe(files)
    expect(hashOf({ files: [{ ...file, sha256: 'y' }] })).not.toBe(files)
    expect(hashOf({ panelHooks: [inPanel('after.pull')], environment: { ...planInput().environment, name } })).toBe(
      agreed,
    )
  })

  it.each([
    ['the commit', { panelHooks: [inPanel('after.pull')], revision: 'c'.repeat(40), release: 'deployment_12.ccccccc' }],
    ['a hook of the panel', { panelHooks: [{ ...inPanel('after.pull'), text: 'echo', sha256: 'other' }] }],
    ['who runs a hook', { panelHooks: [inPanel('after.pull', 'root')] }],
    ['a hook of the repository', { panelHooks: [inPanel('after.pull')], newHooks: inTree('before.deploy') }],
    ['the variables', { panelHooks: [inPanel('after.pull')], envSha256: 'other' }],
    [
      'what is live',
      { panelHooks: [inPanel('after.pull')], live: { name: 'deployment_10.aaaaaaa', revision: newSha } },
    ],
    ['the folder', { panelHooks: [inPanel('after.pull')], environment: { ...planInput().environment, root: '/srv' } }],
  ])('changes with %s', (_what, changes) => {
    expect(hashOf(changes)).not.toBe(agreed)
  })

  it('of an activation depends on the release, but not on the number of the run', () => {
    const hash = planHash(planActivation(activationInput()))
    expect(planHash(planActivation(activationInput({ deployment: 99 })))).toBe(hash)
    expect(planHash(planActivation(activationInput({ release: 'deployment_9.aaaaaaa' })))).not.toBe(hash)
  })
})
