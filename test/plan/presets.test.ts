import { describe, expect, it } from 'vitest'
import { planUndo } from '../../lib/deploy/plan.ts'
import type { Plan } from '../../lib/deploy/types.ts'
import { optionsSchema } from '../../lib/spec/options.ts'
import type { Options } from '../../lib/spec/options.ts'
import { activationInput, inPanel, inTree, outline, planInput } from './fixtures.ts'
import { planActivation, planDeployment } from './planned.ts'

const everything = {
  subdirectory: 'apps/web',
  shared: [{ path: 'storage', source: 'storage' }],
  caches: { vendor: 'seed', node_modules: 'link' },
  composer: 'detected',
  nodePackages: 'detected',
  migrations: 'detected',
  restarts: [{ kind: 'php-fpm' }, { kind: 'pm2', app: 'shop', user: 'node', failure: 'ignored' }],
  healthCheck: { url: 'https://shop.example/' },
}
const options = (more: object = everything): Options => optionsSchema.parse(more)
const environment = (more?: object) => ({ ...planInput().environment, options: options(more) })
const laravel = new Set(['composer.json', 'artisan', 'package.json', 'package-lock.json'] as const)

function hookCalled(plan: Plan, name: string) {
  const { action } = plan.segments[0]!.steps.find((step) => step.name === name)!
  if (action.do !== 'hook') throw new Error(`${name} is no hook`)
  return action.hook
}

describe('ready-made steps', () => {
  it('stand where Amezmo has theirs: packages before after.pull, restarts after after.deploy, the check last of all', () => {
    const hooks = inTree('after.pull', 'after.deploy', 'deploy.success')
    const plan = planDeployment(planInput({ environment: environment(), packages: laravel, newHooks: hooks }))
    expect(outline(plan.segments[0]!.steps)).toEqual([
      'check',
      'tree',
      'release',
      'variables',
      'shared paths',
      'link node_modules',
      '(copy vendor)',
      'composer install',
      'artisan migrate',
      'npm install',
      'after.pull',
      'permissions',
      'complete',
      'switch',
      '(after.deploy)',
      'reload php8.2-fpm',
      '(reload shop (pm2))',
      '(deploy.success)',
      '(health check)',
      '(prune)',
    ])
    expect(plan.segments[0]!.steps[2]!.action).toMatchObject({ do: 'release', subdirectory: 'apps/web' })
    expect(plan.findings).toEqual([expect.objectContaining({ code: 'cache_linked' })])
  })

  it('run no package manager whose files are not there', () => {
    const found = (...files: ('composer.json' | 'artisan' | 'package.json' | 'pnpm-lock.yaml')[]) =>
      outline(
        planDeployment(planInput({ environment: environment(), packages: new Set(files) })).segments[0]!.steps,
      ).filter((name) => /install|migrate/.test(name))
    expect(found()).toEqual([])
    expect(found('composer.json')).toEqual(['composer install'])
    expect(found('package.json')).toEqual([])
    expect(found('package.json', 'pnpm-lock.yaml')).toEqual(['pnpm install'])
  })

  it('check before deploy.success, and stop, when the check may put the release before back', () => {
    const check = { ...everything.healthCheck, onFailure: 'rollback' }
    const plan = planDeployment(
      planInput({ environment: environment({ healthCheck: check }), newHooks: inTree('deploy.success') }),
    )
    expect(outline(plan.segments[0]!.steps).slice(-3)).toEqual(['health check', '(deploy.success)', '(prune)'])
  })

  it('restart after an activation, and after either is undone, where nothing stops the way back', () => {
    const restarts = { restarts: [{ kind: 'systemd', unit: 'app@1.service' }] }
    const activation = planActivation(
      activationInput({ environment: environment(restarts), liveHooks: inTree('rollback/after') }),
    )
    expect(outline(activation.segments[0]!.steps)).toEqual([
      'check',
      'verify',
      'switch',
      'restart app@1.service',
      '(rollback/after)',
    ])
    const deployment = planDeployment(planInput({ environment: environment(restarts) }))
    for (const plan of [activation, deployment])
      expect(outline(planUndo(plan, 'deployment_1.x').steps)).toEqual(['switch', '(restart app@1.service)'])
  })

  it('are hooks whose script is ours: shown with their origin, with a limit, as their user', () => {
    const plan = planDeployment(planInput({ environment: environment() }))
    expect(hookCalled(plan, 'reload shop (pm2)')).toMatchObject({
      origin: 'fairlead',
      title: 'reload shop (pm2)',
      from: 'panel',
      path: 'step-reload-shop-pm2-',
      user: 'node',
      timeoutMs: 120_000,
      failure: 'ignored',
    })
    expect(hookCalled(plan, 'reload php8.2-fpm').text).toContain(`as_root systemctl reload 'php8.2-fpm'`)
  })

  it('have files that nothing else of a deployment is called by', () => {
    const restarts = [{ kind: 'command', name: 'cancel.main', text: 'true' }]
    const plan = planDeployment(planInput({ environment: environment({ restarts }) }))
    expect(hookCalled(plan, 'cancel.main').path).toBe('step-cancel.main')
  })

  it('hold values as shell words', () => {
    const url = `https://shop.example/$(id)'";`
    const plan = planDeployment(planInput({ environment: environment({ healthCheck: { url } }) }))
    expect(hookCalled(plan, 'health check').text).toContain(`url='https://shop.example/$(id)'\\''";'`)
  })
})

describe('a panel hook', () => {
  it('stops or is ignored as it says, and is always ignored while something is undone', () => {
    const panelHooks = [
      { ...inPanel('after.pull'), failure: 'ignored' as const },
      { ...inPanel('after.deploy'), failure: 'stops' as const },
      { ...inPanel('rollback/after'), failure: 'stops' as const },
    ]
    const plan = planDeployment(planInput({ panelHooks }))
    const hooks = plan.segments[0]!.steps.filter((step) => step.action.do === 'hook')
    expect(outline(hooks)).toEqual(['(after.pull (panel))', 'after.deploy (panel)'])
    expect(outline(planUndo(plan, 'deployment_1.x').steps)).toEqual(['switch', '(rollback/after (panel))'])
  })
})
