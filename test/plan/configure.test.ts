import { expect, it } from 'vitest'
import { parseOptions } from '@/lib/spec/options.ts'
import { activationInput, inPanel, inTree, newSha } from './fixtures.ts'
import { planConfiguration } from './planned.ts'

const { environment, targetId, server } = activationInput()
const live = { name: 'deployment_12.bbbbbbb', revision: newSha }
const plan = (more: Partial<Parameters<typeof planConfiguration>[0]> = {}) =>
  planConfiguration({
    environment,
    targetId,
    server,
    deployment: 13,
    live,
    liveHooks: [],
    panelHooks: [],
    findings: [],
    set: { number: 5, sha256: 'hash' },
    before: 4,
    ...more,
  })

it('replaces the variables of the live release between its hooks, in one segment, and undoes in the same order', () => {
  const options = parseOptions({ restarts: [{ kind: 'systemd', unit: 'shop.service' }] })
  const made = plan({
    environment: { ...environment, options },
    liveHooks: inTree('config/before-change', 'config/after-change', 'after.deploy'),
    panelHooks: [inPanel('config/after-change', 'www-data'), inPanel('rollback/after')],
  })
  const named = (name: string) =>
    made.stages
      .filter((stage) => (stage.name === 'undo') === (name === 'undo'))
      .flatMap(({ batches }) => batches.flatMap(({ lanes }) => lanes.flatMap(({ steps }) => steps)))
      .map((step) => step.name)
  const hooks = ['config/after-change', 'config/after-change (panel)', 'restart shop.service']
  expect(made.segments).toHaveLength(1)
  expect(named('main')).toEqual(['check', 'config/before-change', 'configure', ...hooks])
  expect(named('undo')).toEqual(['config/before-change', 'restore', ...hooks])
  expect(made).toMatchObject({ kind: 'configure', release: live.name, revision: live.revision })
})

it('says which set comes and which one goes, and holds no value', () => {
  const made = plan()
  const { permissions } = environment
  const [check, configure] = made.segments[0]!.steps.map(({ action }) => action)
  expect(check).toMatchObject({ do: 'check', expectCurrent: live.name, adopt: false })
  expect(configure).toEqual({ do: 'configure', release: live.name, number: 5, sha256: 'hash', permissions })
  const undo = made.stages.find(({ name }) => name === 'undo')!.batches[0]!.lanes[0]!.steps
  expect(undo.map(({ action }) => action)).toEqual([
    { do: 'restore', release: live.name, segment: 'main', number: 4, permissions },
  ])
})

it('lets no hook keep a server on variables that are to be undone', () => {
  const panelHooks = [
    { ...inPanel('config/before-change'), failure: 'stops' as const },
    { ...inPanel('config/after-change'), failure: 'stops' as const },
  ]
  const made = plan({ panelHooks, liveHooks: inTree('config/before-change') })
  const failures = (undo: boolean) =>
    made.stages
      .filter(({ name }) => (name === 'undo') === undo)
      .flatMap(({ batches }) => batches[0]!.lanes[0]!.steps)
      .map(({ failure }) => failure)
  expect(failures(false)).toEqual(['stops', 'stops', 'stops', 'stops', 'stops'])
  expect(failures(true)).toEqual(['ignored', 'ignored', 'stops', 'ignored'])
})
