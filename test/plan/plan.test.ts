import { describe, expect, it } from 'vitest'
import { canonicalJson, planUndo } from '../../lib/deploy/plan.ts'
import { nothingYet } from '../../lib/deploy/reducer.ts'
import { planSteps } from '../../lib/panel/deployment-view.ts'
import { lifecycleEvents } from '../../lib/deploy/types.ts'
import { activationInput, inPanel, inTree, newSha, oldSha, outline, planInput } from './fixtures.ts'
import { planActivation, planDeployment } from './planned.ts'

const everyHook = {
  newHooks: inTree(...lifecycleEvents),
  liveHooks: inTree(...lifecycleEvents),
  panelHooks: lifecycleEvents.map((e) => inPanel(e)),
}

describe('planDeployment', () => {
  it('follows the life cycle, repository hook first, with the failures that stop', () => {
    expect(outline(planDeployment(planInput(everyHook)).segments[0]!.steps)).toEqual([
      'check',
      '(before.pull)',
      '(before.pull (panel))',
      'tree',
      'release',
      'variables',
      'after.pull',
      'after.pull (panel)',
      'permissions',
      'before.deploy',
      'before.deploy (panel)',
      'complete',
      'traffic.out',
      'traffic.out (panel)',
      'switch',
      '(after.deploy)',
      '(after.deploy (panel))',
      'traffic.in',
      'traffic.in (panel)',
      '(deploy.success)',
      '(deploy.success (panel))',
      '(prune)',
      '!(traffic.in)',
      '!(traffic.in (panel))',
      '!(deploy.failure)',
      '!(deploy.failure (panel))',
    ])
  })

  it('is the same steps in stages as in its one segment, numbered from 1, undo apart', () => {
    const plan = planDeployment(planInput(everyHook))
    const staged = plan.stages
      .filter((stage) => stage.name !== 'undo')
      .flatMap((stage) => stage.batches[0]!.lanes[0]!.steps)
    expect(plan.segments.map((segment) => segment.name)).toEqual(['main'])
    expect(staged.map((step) => step.n).sort((a, b) => a - b)).toEqual(
      plan.segments[0]!.steps.map((_, index) => index + 1),
    )
    expect(plan.stages.map((stage) => stage.name)).toEqual(['check', 'ship', 'switch', 'finish', 'undo'])
  })

  it('takes before.pull from the release being left and the rest from the new one', () => {
    const all = planDeployment(planInput(everyHook)).segments[0]!.steps.flatMap((step) =>
      step.action.do === 'hook' && step.action.hook.origin === 'repository' ? [step.action.hook] : [],
    )
    const hooks = all.filter(({ event }) => !event.startsWith('traffic.'))
    expect(hooks[0]).toEqual({
      event: 'before.pull',
      origin: 'repository',
      from: 'live',
      release: 'deployment_11.aaaaaaa',
      revision: oldSha,
      path: '.amezmo/before.pull',
      sha256: 'sha of before.pull',
      timeoutMs: 600_000,
      failure: 'ignored',
    })
    expect(hooks.slice(1).map((hook) => [hook.from, hook.release, hook.revision])).toEqual(
      hooks.slice(1).map(() => ['new', 'deployment_12.bbbbbbb', newSha]),
    )
  })

  it('runs a panel hook with its own user and limit, from a file without a folder', () => {
    const plan = planActivation(activationInput({ panelHooks: [inPanel('rollback/before', 'www-data')] }))
    expect(plan.segments[0]!.steps[1]!.action).toEqual({
      do: 'hook',
      hook: {
        event: 'rollback/before',
        origin: 'panel',
        from: 'panel',
        release: 'deployment_12.bbbbbbb',
        revision: newSha,
        path: 'rollback-before',
        sha256: 'panel sha of rollback/before',
        text: 'echo rollback/before',
        user: 'www-data',
        timeoutMs: 5_000,
        failure: 'stops',
      },
    })
  })

  it('asks for room for two copies the first time, runs no before.pull, and expects no current', () => {
    const plan = planDeployment(
      planInput({ ...everyHook, live: null, liveHooks: [], tree: { ...planInput().tree, base: null } }),
    )
    expect(plan.segments[0]!.steps.slice(0, 2).map((step) => step.action)).toEqual([
      { do: 'check', needBytes: 2_000 + 16 * 1_048_576, needInodes: 150, expectCurrent: null, adopt: false },
      { do: 'tree', revision: newSha, base: null, files: 20, directories: 4, links: 1 },
    ])
    expect(plan.segments[0]!.steps.find((step) => step.action.do === 'switch')!.action).toEqual({
      do: 'switch',
      release: 'deployment_12.bbbbbbb',
      expectCurrent: null,
    })
  })

  it('prunes what retention says, whatever else happened', () => {
    const releases = [
      { name: 'deployment_9.9999999', number: 9, state: 'incomplete' as const, succeeded: false },
      { name: 'deployment_11.aaaaaaa', number: 11, state: 'complete' as const, succeeded: true },
    ]
    const prune = {
      do: 'prune',
      remove: ['deployment_9.9999999'],
      keep: ['deployment_12.bbbbbbb', 'deployment_11.aaaaaaa'],
    }
    const { steps } = planDeployment(planInput({ releases })).segments[0]!
    expect(steps.filter(({ name }) => name === 'prune')).toMatchObject([
      { phase: 'main', failure: 'ignored', action: prune },
      { phase: 'failure', failure: 'ignored', action: prune },
    ])
  })

  it('prunes nothing that was live before when it fails', () => {
    const releases = [5, 6, 7].map((number) => ({
      name: `deployment_${number}.9999999`,
      number,
      state: 'complete' as const,
      succeeded: number !== 6,
    }))
    const { environment } = planInput()
    const { steps } = planDeployment(planInput({ releases, environment: { ...environment, keep: 1 } })).segments[0]!
    const removed = steps.flatMap(({ phase, action }) =>
      action.do === 'prune' ? [{ phase, remove: action.remove }] : [],
    )
    expect(removed).toEqual([
      { phase: 'main', remove: ['deployment_5.9999999', 'deployment_6.9999999', 'deployment_7.9999999'] },
      { phase: 'failure', remove: ['deployment_6.9999999'] },
    ])
  })
})

describe('planActivation', () => {
  it('verifies before it switches and takes both hooks from the release being left', () => {
    const plan = planActivation(
      activationInput({ liveHooks: inTree('rollback/before', 'rollback/after', 'after.pull') }),
    )
    expect(outline(plan.segments[0]!.steps)).toEqual([
      'check',
      'rollback/before',
      'verify',
      'switch',
      '(rollback/after)',
    ])
    expect(
      plan.segments[0]!.steps.flatMap((step) =>
        step.action.do === 'hook' ? [[step.action.hook.from, step.action.hook.release]] : [],
      ),
    ).toEqual([
      ['live', 'deployment_12.bbbbbbb'],
      ['live', 'deployment_12.bbbbbbb'],
    ])
    expect(plan.exports).toMatchObject({
      RELEASE_NUMBER: 'deployment_11.aaaaaaa',
      FAIRLEAD_PREVIOUS_RELEASE: 'deployment_12.bbbbbbb',
    })
  })
})

describe('planUndo', () => {
  it('puts the earlier release back between the rollback hooks of the failed one, then deploy.failure', () => {
    const undo = planUndo(planDeployment(planInput(everyHook)), 'deployment_11.aaaaaaa')
    expect([undo.name, undo.targetId]).toEqual(['undo', 'target-1'])
    expect(outline(undo.steps)).toEqual([
      '(traffic.out)',
      '(traffic.out (panel))',
      '(rollback/before)',
      '(rollback/before (panel))',
      'switch',
      '(rollback/after)',
      '(rollback/after (panel))',
      '(traffic.in)',
      '(traffic.in (panel))',
      '(deploy.failure)',
      '(deploy.failure (panel))',
    ])
    expect(undo.steps.map((step) => [step.n, step.stage, step.phase])).toEqual(
      undo.steps.map((_, i) => [i + 1, 'undo', 'main']),
    )
    expect(undo.steps[4]!.action).toEqual({
      do: 'switch',
      release: 'deployment_11.aaaaaaa',
      expectCurrent: 'deployment_12.bbbbbbb',
    })
    const hooks = undo.steps.flatMap((step) => (step.action.do === 'hook' ? [step.action.hook] : []))
    expect(hooks.map(({ release }) => release)).toEqual(
      hooks.map(({ event }) => (event === 'traffic.in' ? 'deployment_11.aaaaaaa' : 'deployment_12.bbbbbbb')),
    )
  })

  it('has steps with names for whoever looks, once it has begun', () => {
    const plan = planDeployment(planInput(everyHook))
    const began = { segment: 'undo', release: 'deployment_11.aaaaaaa', why: 'It failed.' }
    const committed = { segment: 'main', release: plan.release, at: 0 }
    const undone = planSteps(plan, new Map(), { ...nothingYet, committed, undo: began, undos: [began] })
    const names = (steps: typeof undone) => steps.filter(({ segment }) => segment === 'undo').map(({ name }) => name)
    expect(names(undone)).toEqual(planUndo(plan, 'deployment_11.aaaaaaa').steps.map(({ name }) => name))
    expect(names(planSteps(plan, new Map()))).toEqual([])
  })

  it('believes the server about what was live before, and removes current when nothing was', () => {
    const plan = planDeployment(planInput())
    expect(planUndo(plan, 'deployment_10.cccccccc').steps.map((step) => step.action)).toEqual([
      { do: 'switch', release: 'deployment_10.cccccccc', expectCurrent: 'deployment_12.bbbbbbb' },
    ])
    expect(planUndo(plan, null).steps).toEqual([
      {
        n: 1,
        name: 'unlink',
        stage: 'undo',
        phase: 'main',
        action: { do: 'unlink', expectCurrent: 'deployment_12.bbbbbbb' },
        replay: 'idempotent',
        failure: 'stops',
        timeoutMs: 30_000,
      },
    ])
  })

  it('of an activation goes back to the release that was left, without deploy.failure', () => {
    const undo = planUndo(
      planActivation(activationInput({ newHooks: inTree('rollback/before', 'deploy.failure') })),
      'deployment_12.bbbbbbb',
    )
    expect(outline(undo.steps)).toEqual(['(rollback/before)', 'switch'])
    expect(undo.steps[1]!.action).toEqual({
      do: 'switch',
      release: 'deployment_12.bbbbbbb',
      expectCurrent: 'deployment_11.aaaaaaa',
    })
  })
})

describe('canonicalJson', () => {
  it('is the same text whatever the order of keys, and different for another order of steps', () => {
    expect(canonicalJson({ b: [{ d: 1, c: undefined }], a: null })).toBe('{"a":null,"b":[{"d":1}]}')
    expect(canonicalJson({ a: [1, 2] })).not.toBe(canonicalJson({ a: [2, 1] }))
    const plan = planDeployment(planInput(everyHook))
    expect(canonicalJson(JSON.parse(canonicalJson(plan)))).toBe(canonicalJson(plan))
  })
})
