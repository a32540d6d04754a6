// From drafts of steps to a whole plan: numbering, stages, the one segment.
import type { HttpCheck } from '../spec/readiness.ts'
import type { PlanEnvironment } from './plan-input.ts'
import type { Finding, Plan, PlanKind, PlannedHook, Step } from './types.ts'

export const mebibyte = 1_048_576

/** A step that hasn't got its number yet. */
export type Draft = Omit<Step, 'n'>

/** A step of our own: may be repeated, and its failure fails the run. */
export function ours(name: string, stage: Step['stage'], timeoutMs: number, action: Step['action']): Draft {
  return { name, stage, phase: 'main', action, replay: 'idempotent', failure: 'stops', timeoutMs }
}

/** Hooks as steps: run once, never again by themselves. A panel's hook says so in its name. */
export function runHooks(hooks: PlannedHook[], stage: Step['stage']): Draft[] {
  return hooks.map((hook) => ({
    name: hook.origin === 'panel' ? `${hook.event} (panel)` : hook.event,
    stage,
    phase: 'main',
    action: { do: 'hook', hook },
    replay: 'once',
    failure: hook.failure,
    timeoutMs: hook.timeoutMs,
  }))
}

/** Numbers from 1 in the order of the list. */
export function numbered(drafts: Draft[]): Step[] {
  return drafts.map((draft, index) => ({ n: index + 1, ...draft }))
}

/** All that one target is to do. `main` holds steps of phase `failure`, too. */
export type PlanDrafts = {
  kind: PlanKind
  environment: PlanEnvironment
  targetId: string
  deployment: number
  release: string
  revision: string
  exports: Record<string, string>
  findings: Finding[]
  main: Draft[]
  undo: Draft[]
  /** What the panel asks once a target has switched; absent when it asks nothing. */
  checks?: HttpCheck[]
}

/** One target: every stage is one batch with one lane, and all of them but `undo` are one segment named `main`. */
export function assemblePlan(input: PlanDrafts): Plan {
  const { targetId } = input
  const main = numbered(input.main)
  const undo = numbered(input.undo)
  const stages = (['check', 'ship', 'switch', 'finish', 'undo'] as const)
    .map((name) => ({ name, steps: (name === 'undo' ? undo : main).filter((step) => step.stage === name) }))
    .filter((stage) => stage.steps.length > 0)
    .map(({ name, steps }) => ({ name, batches: [{ lanes: [{ targetId, steps }] }] }))
  return { ...planHead(input), stages, segments: [{ name: 'main', targetId, steps: main }], findings: input.findings }
}

/** What a plan says about itself before its steps. */
export function planHead(input: PlanDrafts): Omit<Plan, 'stages' | 'segments' | 'findings' | 'fleet'> {
  const { kind, environment, deployment, release, revision, exports } = input
  const { id, name, project } = environment
  return { version: 1, kind, deployment, environment: { id, name, project }, release, revision, exports }
}
