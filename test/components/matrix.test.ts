import { describe, expect, it } from 'vitest'
import { matrixRows } from '@/components/deployment/matrix.ts'
import { failingRow, stepRows } from '@/components/deployment/rows.ts'
import type { PlanStepView } from '@/lib/api/shapes.ts'
import { nothingYet, reduce } from '@/lib/deploy/reducer.ts'
import { planSteps } from '@/lib/panel/deployment-view.ts'
import { planFleet, tenServers } from './fleet-story.ts'

const plan = planFleet(10, 2)
const steps = planSteps(plan, new Map())

describe('the matrix', () => {
  it('has a row for each step that any server has, and a cell for each server that has it', () => {
    const rows = matrixRows(stepRows(steps, nothingYet))
    expect(rows.map(({ plan: { name } }) => name)).toEqual([
      ...['check', 'tree', 'release', 'variables', 'after.pull', 'permissions', 'before.deploy', 'complete'],
      ...['switch', 'after.deploy', 'deploy.success', 'prune'],
    ])
    expect(rows.every(({ cells }) => cells.size === 10)).toBe(true)
  })

  it('shows what a failure called for where it did', () => {
    const state = reduce(tenServers(plan).events)
    const rows = stepRows(steps, state)
    const undone = matrixRows(rows).slice(-3)
    expect(undone.map(({ plan: { segment, name }, cells }) => [segment, name, [...cells.keys()].length])).toEqual([
      ['undo-1', 'switch', 3],
      ['undo-1', 'rollback/after', 3],
      ['failure-1', 'deploy.failure', 9],
    ])
    expect(failingRow(rows, state.failure)?.key).toBe('switch-3/2')
  })

  it('puts what runs on one server alone between what runs on all', () => {
    const step = (segment: string, n: number, name: string, targetId: string): PlanStepView => ({
      ...steps[0]!,
      segment,
      n,
      name,
      targetId,
    })
    const some = [
      step('ship-1', 1, 'check', 'a'),
      step('ship-1', 2, 'after.pull', 'a'),
      step('ship-2', 1, 'check', 'b'),
      step('ship-2', 2, 'tree', 'b'),
      step('ship-2', 3, 'after.pull', 'b'),
      step('once-1', 1, 'before.deploy', 'a'),
      step('ship-1-2', 1, 'complete', 'a'),
      step('ship-2-2', 1, 'complete', 'b'),
    ]
    const rows = matrixRows(stepRows(some, nothingYet))
    expect(rows.map(({ plan: { name }, cells }) => `${name} ${[...cells.keys()].join('')}`)).toEqual([
      'check ab',
      'tree b',
      'after.pull ab',
      'before.deploy a',
      'complete ab',
    ])
  })
})
