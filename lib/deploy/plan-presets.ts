// Ready-made steps of lib/spec as steps of a plan: hooks whose script is ours, so that preview, log, timeout and cancel just work.
import { preparingSteps } from '../spec/caches.ts'
import type { PackageFile } from '../spec/caches.ts'
import type { Options } from '../spec/options.ts'
import { healthCheckStep, restartSteps } from '../spec/presets.ts'
import type { PresetStep } from '../spec/presets.ts'
import { readinessSteps } from '../spec/readiness-script.ts'
import type { ReleaseRef } from './plan-input.ts'
import type { Draft } from './plan-steps.ts'
import { sha256 } from './sha256.ts'
import type { LifecycleEvent, PlannedHook } from './types.ts'

/** What makes a new release ready, in front of after.pull. */
export function preparations(options: Options, packages: ReadonlySet<PackageFile>, release: ReleaseRef): Draft[] {
  return preparingSteps(options, packages).map((step) => draft(step, release, 'after.pull', 'ship'))
}

/**
 * Restarts beside `event`, which also says in whose directory they begin. While something is undone, one that fails must not
 * keep the next from running. *Configure* asks for them beside `config/after-change`.
 */
export function restarts(
  options: Options,
  release: ReleaseRef,
  event: LifecycleEvent,
  stage: 'finish' | 'undo',
): Draft[] {
  return restartSteps(options).map((step) =>
    draft(stage === 'undo' ? { ...step, failure: 'ignored' } : step, release, event, stage),
  )
}

/** The health check, or nothing. */
export function checkOfHealth(options: Options, release: ReleaseRef): Draft[] {
  const step = healthCheckStep(options)
  return step ? [draft(step, release, 'deploy.success', 'finish')] : []
}

/** Checks that the server does: of the release that is being made, or of what has become live. */
export function checksBefore(options: Options, release: ReleaseRef): Draft[] {
  return readinessSteps(options, 'before').map((step) => draft(step, release, 'before.deploy', 'ship'))
}
export function checksAfter(options: Options, release: ReleaseRef): Draft[] {
  return readinessSteps(options, 'after').map((step) => draft(step, release, 'after.deploy', 'finish'))
}

function draft(step: PresetStep, release: ReleaseRef, event: LifecycleEvent, stage: Draft['stage']): Draft {
  const hook: PlannedHook = {
    event,
    origin: 'fairlead',
    title: step.name,
    from: 'panel',
    release: release.name,
    revision: release.revision,
    // Beside other files of the deployment, the wish to cancel it among them.
    path: `step-${step.name.replace(/[^A-Za-z0-9.-]+/g, '-')}`,
    sha256: sha256(new TextEncoder().encode(step.text)),
    text: step.text,
    ...(step.user === null ? {} : { user: step.user }),
    timeoutMs: step.timeoutMs,
    failure: step.failure,
    ...(step.code === undefined ? {} : { code: step.code }),
  }
  return {
    name: step.name,
    stage,
    phase: 'main',
    action: { do: 'hook', hook },
    replay: step.replay,
    failure: step.failure,
    timeoutMs: step.timeoutMs,
  }
}
