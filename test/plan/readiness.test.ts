import { describe, expect, it } from 'vitest'
import { draftDeployment, planUndo } from '../../lib/deploy/plan.ts'
import { assembleFleet } from '../../lib/deploy/plan-fleet.ts'
import type { Plan } from '../../lib/deploy/types.ts'
import { optionsSchema } from '../../lib/spec/options.ts'
import { activationInput, inTree, outline, planInput } from './fixtures.ts'
import { planActivation, planDeployment } from './planned.ts'

const up = { kind: 'httpGet', name: 'up', port: 8080, path: '/up' }
const warm = { kind: 'exec', name: 'warm', when: 'before', command: 'bin/warm --check' }
const environment = (...readiness: object[]) => ({
  ...planInput().environment,
  options: optionsSchema.parse({ readiness, restarts: [{ kind: 'systemd', unit: 'shop' }] }),
})
const namesOf = (plan: Plan): string[] => outline(plan.segments[0]!.steps)
const hookOf = (plan: Plan, name: string) => {
  const { action } = plan.segments[0]!.steps.find((step) => step.name === name)!
  if (action.do !== 'hook') throw new Error(`${name} is no hook`)
  return action.hook
}

describe('readiness checks in a plan', () => {
  it('stand before the release is complete, and after restarts', () => {
    const hooks = inTree('before.deploy', 'after.deploy', 'deploy.success')
    const plan = planDeployment(planInput({ environment: environment(up, warm), newHooks: hooks }))
    expect(namesOf(plan).slice(5)).toEqual([
      'before.deploy',
      'ready: warm',
      'complete',
      'switch',
      '(after.deploy)',
      'restart shop',
      'ready: up',
      '(deploy.success)',
      '(prune)',
    ])
  })

  it('are asked when an earlier release becomes live, too, and never while something is undone', () => {
    const plan = planActivation(activationInput({ environment: environment(up, warm) }))
    expect(namesOf(plan)).toEqual(['check', 'verify', 'switch', 'restart shop', 'ready: up'])
    expect(outline(planUndo(plan, 'deployment_1.x').steps)).toEqual(['switch', '(restart shop)'])
  })

  it('call their failure not_ready, and have a limit that is longer than their own', () => {
    const plan = planDeployment(planInput({ environment: environment(up, { ...warm, onFailure: 'notify' }) }))
    expect(hookOf(plan, 'ready: up')).toMatchObject({
      origin: 'fairlead',
      code: 'not_ready',
      failure: 'stops',
      timeoutMs: 325_000,
      path: 'step-ready-up',
    })
    expect(namesOf(plan)).toContain('(ready: warm)')
  })

  it('leave to the panel what the panel asks', () => {
    expect(namesOf(planDeployment(planInput({ environment: environment({ ...up, from: 'panel' }) })))).not.toContain(
      'ready: up',
    )
  })

  it('name the variable of a header, and hold everything else as shell words', () => {
    const headers = [{ name: 'Authorization', value: `Bearer ${'${TOKEN}'}'$(id)` }]
    const check = { ...up, path: `/up?$(id)'`, contains: '“{commit}” $x', headers }
    const { text = '' } = hookOf(planDeployment(planInput({ environment: environment(check) })), 'ready: up')
    expect(text).toContain(`header 'Authorization' 'Bearer '"$TOKEN"''\\''$(id)'\n`)
    expect(text).toContain(`url='http://127.0.0.1:8080/up?$(id)'\\'''`)
    expect(text).toContain(`expected='“'"$FAIRLEAD_REVISION"'” $x' `)
  })

  it('are found wanting when nothing is restarted', () => {
    const codes = (options: object, events: Parameters<typeof inTree> = []) =>
      planDeployment(
        planInput({
          environment: { ...planInput().environment, options: optionsSchema.parse(options) },
          newHooks: inTree(...events),
        }),
      ).findings.map(({ level, code }) => `${level} ${code}`)
    expect(codes({ readiness: [up] })).toEqual(['warning readiness_without_restart'])
    expect(codes({ readiness: [up] }, ['after.deploy'])).toEqual([])
    expect(codes({ readiness: [warm] })).toEqual([])
    expect(codes({ readiness: [up], restarts: [{ kind: 'php-fpm' }] })).toEqual([])
  })
})

it('what the panel asks needs a barrier: it is in the plan of a fleet, be it of one', () => {
  const drafts = draftDeployment(planInput({ environment: environment(up, { ...up, name: 'outside', from: 'panel' }) }))
  const live = 'deployment_11.aaaaaaa'
  const target = { targetId: 'target-1', place: 1, server: 'web-1', live, health: 'healthy', revision: 'old' } as const
  const plan = assembleFleet([{ ...drafts, target }], optionsSchema.parse({}).strategy)
  expect(plan.fleet?.checks).toEqual([expect.objectContaining({ name: 'outside', from: 'panel' })])
  const switching = plan.segments.find(({ name }) => name === 'switch-1')!
  expect(outline(switching.steps)).toEqual(['switch', 'restart shop', 'ready: up', '(prune)'])
  expect(planDeployment(planInput({ environment: environment(up) })).fleet).toBeUndefined()
})
