import type { ActivationInput, PanelHook, PlanInput, RepositoryHook } from '../../lib/deploy/plan-input.ts'
import { noOptions } from '../../lib/spec/options.ts'
import type { LifecycleEvent, Step } from '../../lib/deploy/types.ts'

export const oldSha = 'a'.repeat(40)
export const newSha = 'b'.repeat(40)

export function inTree(...events: LifecycleEvent[]): RepositoryHook[] {
  return events.map((event) => ({ event, path: `.amezmo/${event}`, sha256: `sha of ${event}` }))
}

export function inPanel(event: LifecycleEvent, user: string | null = null): PanelHook {
  return {
    event,
    text: `echo ${event}`,
    sha256: `panel sha of ${event}`,
    user,
    timeoutMs: 5_000,
    failure: null,
    place: { on: 'all' },
  }
}

export function planInput(changes: Partial<PlanInput> = {}): PlanInput {
  return {
    environment: {
      id: 'env-1',
      name: 'Production',
      slug: 'production',
      project: 'Shop',
      root: '/webroot',
      permissions: { owner: 'www-data', group: 'deployer', mode: 'keep-exec' },
      keep: 10,
      appType: 'laravel',
      appDomain: 'shop.example',
      repoName: 'acme/shop',
      branch: 'main',
      options: noOptions,
    },
    targetId: 'target-1',
    server: { id: 'server-1', name: 'web-1', labels: [] },
    deployment: 12,
    release: 'deployment_12.bbbbbbb',
    revision: newSha,
    live: { name: 'deployment_11.aaaaaaa', revision: oldSha },
    newHooks: [],
    liveHooks: [],
    panelHooks: [],
    packages: new Set(),
    envSha256: 'env sha',
    files: [],
    placed: [],
    adopt: false,
    tree: { revision: newSha, contents: {}, base: oldSha, files: 20, directories: 4, links: 1, totalBytes: 1_000 },
    releases: [],
    findings: [],
    ...changes,
  }
}

export function activationInput(changes: Partial<ActivationInput> = {}): ActivationInput {
  const { environment, targetId, server } = planInput()
  return {
    environment,
    targetId,
    server,
    deployment: 13,
    release: 'deployment_11.aaaaaaa',
    revision: oldSha,
    live: { name: 'deployment_12.bbbbbbb', revision: newSha },
    newHooks: [],
    liveHooks: [],
    panelHooks: [],
    envSha256: null,
    placed: [],
    findings: [],
    ...changes,
  }
}

/** `name` of each step; what is only shown when it fails in brackets, the failure phase after `!`. */
export function outline(steps: Step[]): string[] {
  return steps.map((step) => {
    const name = step.failure === 'ignored' ? `(${step.name})` : step.name
    return step.phase === 'failure' ? `!${name}` : name
  })
}
