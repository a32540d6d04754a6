import { describe, expect, it } from 'vitest'
import { draftDeployment, planUndo } from '../../lib/deploy/plan.ts'
import { assembleFleet } from '../../lib/deploy/plan-fleet.ts'
import type { Plan, PlannedTarget, Step } from '../../lib/deploy/types.ts'
import { noOptions } from '../../lib/spec/options.ts'
import { activationInput, inPanel, inTree, outline, planInput } from './fixtures.ts'
import { planActivation, planDeployment } from './planned.ts'

const both = inTree('traffic.out', 'traffic.in')
const hooks = { newHooks: both, liveHooks: both }
const stepsOf = (plan: Plan, segment = 'main'): Step[] => plan.segments.find(({ name }) => name === segment)!.steps
/** `event@release` of each traffic hook. */
const runs = (steps: Step[]): string[] =>
  steps.flatMap(({ action }) =>
    action.do === 'hook' ? [`${action.hook.event}@${action.hook.release?.replace('deployment_', '').slice(0, 2)}`] : [],
  )

describe('traffic hooks', () => {
  it('run around the switch, each in what is live then, and again when the switch never comes', () => {
    const steps = stepsOf(planDeployment(planInput(hooks)))
    expect(outline(steps).slice(5)).toEqual([
      'complete',
      'traffic.out',
      'switch',
      'traffic.in',
      '(prune)',
      '!(traffic.in)',
    ])
    expect(runs(steps)).toEqual(['traffic.out@11', 'traffic.in@12', 'traffic.in@11'])
  })

  it('run around an activation, and around the way back, where neither stops anything', () => {
    const plan = planActivation(activationInput({ ...hooks, liveHooks: [...both, ...inTree('rollback/after')] }))
    expect(outline(stepsOf(plan))).toEqual([
      'check',
      'verify',
      'traffic.out',
      'switch',
      'traffic.in',
      '(rollback/after)',
      '!(traffic.in)',
    ])
    const undo = planUndo(planDeployment(planInput(hooks)), 'deployment_11.aaaaaaa').steps
    expect(outline(undo)).toEqual(['(traffic.out)', 'switch', '(traffic.in)'])
    expect(runs(undo)).toEqual(['traffic.out@12', 'traffic.in@11'])
  })

  it('let visitors in again when nothing else is to be undone', () => {
    const undo = planUndo(planDeployment(planInput(hooks)), 'deployment_11.aaaaaaa', false).steps
    expect(outline(undo)).toEqual(['(traffic.in)'])
  })

  it('take nobody out of a first deployment', () => {
    const plan = planDeployment(planInput({ ...hooks, live: null, panelHooks: [inPanel('traffic.out')] }))
    expect(runs(stepsOf(plan))).toEqual(['traffic.in@12'])
    expect(outline(planUndo(plan, null).steps)).toEqual(['(traffic.out)', '(traffic.out (panel))', 'unlink'])
  })

  it('belong to the lane that switches', () => {
    const lanes = [1, 2].map((place) => {
      const target: PlannedTarget = {
        targetId: `target-${place}`,
        place,
        server: `web-${place}`,
        live: 'deployment_11.aaaaaaa',
        health: 'healthy',
        revision: 'current',
      }
      return { ...draftDeployment(planInput({ ...hooks, targetId: target.targetId })), target }
    })
    const plan = assembleFleet(lanes, { ...noOptions.strategy, batch: 'one' })
    expect(outline(stepsOf(plan, 'switch-2'))).toEqual([
      'traffic.out',
      'switch',
      'traffic.in',
      '(prune)',
      '!(traffic.in)',
    ])
    expect(plan.segments.map(({ name }) => name)).not.toContain('failure-2')
  })
})
