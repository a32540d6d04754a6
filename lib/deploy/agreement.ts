// What a person agrees to when a plan is shown: all that will run and everything it runs on, but not the names that only the run
// itself gets. Two plans with one hash do the same.
import { canonicalJson } from './plan.ts'
import { sha256 } from './sha256.ts'
import type { Action, PlacedFile, Plan, Segment, Step } from './types.ts'

/** SHA-256 (hex) of what `plan` agrees to: the same for the preview and for the run, whatever number that gets. */
export function planHash(plan: Plan): string {
  return sha256(new TextEncoder().encode(canonicalJson(agreed(plan))))
}

/**
 * The plan without its number, the name of the release that it makes (an activated one's counts), findings, names for people
 * (those that scripts see are exported), and what depends on the server's copy of the last tree, which says how a tree gets there
 * and not which.
 */
function agreed(plan: Plan): unknown {
  const { segments, stages, exports, environment, findings: _told, ...rest } = plan
  const same = {
    ...rest,
    deployment: 0,
    environment: environment.id,
    exports: { ...exports, FAIRLEAD_DEPLOYMENT: '' },
    segments: segments.map(agreedSegment),
    undo: stages
      .filter(({ name }) => name === 'undo')
      .flatMap(({ batches }) => batches.flatMap(({ lanes }) => lanes.flatMap(({ steps }) => steps.map(agreedStep)))),
  }
  return plan.kind === 'deploy' ? renamed(same, plan.release) : same
}

function agreedSegment({ exports, ...segment }: Segment): unknown {
  const steps = segment.steps.map(agreedStep)
  return { ...segment, steps, ...(exports && { exports: { ...exports, FAIRLEAD_DEPLOYMENT: '' } }) }
}

function agreedStep(step: Step): unknown {
  return { ...step, action: agreedAction(step.action) }
}

function agreedAction(action: Action): unknown {
  if (action.do === 'check') return { ...action, needBytes: 0, needInodes: 0 }
  if (action.do === 'tree') return { ...action, base: null }
  // A file that was saved once more as it was is the same file.
  if (action.do === 'files') return { ...action, files: action.files.map(({ revision: _saved, ...file }) => file) }
  if (action.do === 'place')
    return { ...action, files: action.files.map(agreedFile), ...(action.holds && { holds: [] }) }
  if (action.do === 'unplace') return { ...action, ...(action.holds && { holds: [] }) }
  return action
}

function agreedFile({ made, ...place }: PlacedFile): unknown {
  if (made === null) return { ...place, made }
  const { revision: _saved, ...file } = made
  return { ...place, made: file }
}

/** Every text in `value` with the release's name made anonymous. */
function renamed(value: unknown, release: string): unknown {
  if (typeof value === 'string') return value.replaceAll(release, '{release}')
  if (Array.isArray(value)) return value.map((item) => renamed(item, release))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, renamed(item, release)]))
}
