// The small plans that deployments of the model fly: a hook, the switch, another hook; and the way back.
import type { Action, Plan, Step } from '@/lib/deploy/types.ts'

export const releaseOf = (deployment: number): string => `release_${deployment}`

function step(n: number, action: Action): Step {
  const replay = action.do === 'hook' ? 'once' : 'idempotent'
  return {
    n,
    name: `${action.do} ${n}`,
    stage: 'ship',
    phase: 'main',
    replay,
    failure: 'stops',
    timeoutMs: 60_000,
    action,
  }
}

function hook(n: number): Step {
  const hook = {
    origin: 'panel',
    from: 'panel',
    path: 'hook',
    sha256: '',
    text: ':',
    timeoutMs: 60_000,
    failure: 'stops',
  } as const
  return step(n, { do: 'hook', hook: { ...hook, event: 'after.deploy' } })
}

/** Deployment `number`, while `live` is live. */
export function planOf(number: number, live: string | null): Plan {
  const release = releaseOf(number)
  const check = { do: 'check', needBytes: 0, needInodes: 0, expectCurrent: live, adopt: false } as const
  const main = [step(1, check), hook(2), step(3, { do: 'switch', release, expectCurrent: live }), hook(4)]
  const back = step(
    5,
    live === null ? { do: 'unlink', expectCurrent: release } : { do: 'switch', release: live, expectCurrent: release },
  )
  const undo = [back, hook(6)]
  return {
    version: 1,
    kind: 'deploy',
    deployment: number,
    environment: { id: 'environment', name: 'production', project: 'Shop' },
    release,
    revision: `${number}`.repeat(40),
    exports: {},
    stages: [
      { name: 'ship', batches: [{ lanes: [{ targetId: 'target', steps: main }] }] },
      { name: 'undo', batches: [{ lanes: [{ targetId: 'target', steps: undo }] }] },
    ],
    segments: [{ name: 'main', targetId: 'target', steps: main }],
    findings: [],
  }
}
