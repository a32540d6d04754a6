// What a deployment or an activation would do if it were asked for now: the same plan, with the texts that it runs and with what
// changes. Nothing flies, and no server is asked.
import { z } from 'zod'
import type { PreviewView, TreeChangeView } from '@/lib/api/shapes-preview.ts'
import { planHash } from '@/lib/deploy/agreement.ts'
import { hookChanges } from '@/lib/deploy/plan-difference.ts'
import { fleetOf } from '@/lib/deploy/plan-fleet.ts'
import { strategyWords } from '@/lib/deploy/strategy-words.ts'
import type { Action, Commit, Mirror, Plan, TreeContents } from '@/lib/deploy/types.ts'
import { PanelError } from '@/lib/errors.ts'
import { envDifference } from '@/lib/format/env-difference.ts'
import { findPlan } from '@/lib/store/history.ts'
import { parseOptions } from '@/lib/spec/options.ts'
import { readEnvironment } from '@/lib/store/jobs.ts'
import { storePreview } from '@/lib/store/previews.ts'
import { decryptSet } from './addresses.ts'
import { demandAgreed } from './agreement.ts'
import { draftFiles, draftSet } from './configuration.ts'
import { draftExisting, draftNew } from './drafts.ts'
import type { Run, Variables } from './drafts.ts'
import { filesNow } from './files.ts'
import { liveRelease, targetOf } from './ground.ts'
import type { Ground } from './ground.ts'
import { maskOf } from './mask.ts'
import { disposeAll } from './planning.ts'
import { previewServer } from './preview-steps.ts'
import { fetch, isNotFound, openMirror } from './source.ts'
import type { Worker } from './worker.ts'

export type Previewer = Pick<Worker, 'db' | 'secrets' | 'mirrors' | 'hooks' | 'connector' | 'panelId'>
export const previewQuestion = z.object({
  environmentId: z.uuid(),
  /** What would be deployed; the number of the release that would be activated, or of the set that would be applied; the newest files. */
  source: z.union([
    z.object({ ref: z.string().min(1) }),
    z.object({ release: z.number().int() }),
    z.object({ variables: z.number().int() }),
    z.object({ files: z.literal(true) }),
  ]),
  /** The servers that it would be done on; [] = all of the environment. */
  targetIds: z.array(z.uuid()).default([]),
  /** What was agreed to: anything else is refused as `plan_changed`. */
  expectedHash: z.string().nullable().default(null),
})
type Question = z.input<typeof previewQuestion>

/** What a source comes to. `sendBytes`: how much the server is sent beside the program. */
type Draft = {
  plan: Plan
  ref: string
  commit: Commit | null
  variables: Variables | null
  sendBytes: number
}

/** PanelError: not_found (environment, ref), invalid, release_missing, plan_changed, and whatever the Git host refuses with. */
export async function previewPlan(worker: Previewer, asked: Question, signal: AbortSignal): Promise<PreviewView> {
  const { environmentId } = asked
  const environment = await readEnvironment(worker.db, environmentId, asked.targetIds)
  if (!environment) throw new PanelError('not_found', 'There is no such environment.')
  const ground: Ground = { worker, environment, signal }
  const mirror = await openMirror(ground)
  const draft = await draftOf(ground, { number: environment.nextNumber, at: new Date() }, mirror, asked.source)
  await demandAgreed(worker, { environmentId, expectedHash: asked.expectedHash ?? null }, draft.plan)
  const hash = planHash(draft.plan)
  await storePreview(worker.db, environment.id, hash, draft.plan)
  return view(ground, mirror, draft, hash)
}

/** Only a ref has to be looked up at the Git host: what is on the server is planned for when that is away, too. */
function draftOf(ground: Ground, run: Run, mirror: Mirror, source: Question['source']): Promise<Draft> {
  if ('ref' in source) return draftRef(ground, run, mirror, source.ref)
  if ('release' in source) return draftRelease(ground, run, mirror, source.release)
  if ('files' in source) return draftNewestFiles(ground, run, mirror)
  return draftVariables(ground, run, mirror, source.variables)
}

async function draftRef(ground: Ground, run: Run, mirror: Mirror, ref: string): Promise<Draft> {
  await fetch(ground, mirror)
  const commit = await mirror.resolve(ref)
  const { plan, changes, variables } = await draftNew(ground, run, { mirror, commit })
  const sizes = changes.map(({ payloads }) => payloads.reduce((sum, { length }) => sum + length, 0))
  const sendBytes = Math.max(...sizes)
  await disposeAll(changes)
  return { plan, ref, commit, variables, sendBytes }
}

async function draftRelease(ground: Ground, run: Run, mirror: Mirror, number: number): Promise<Draft> {
  const { plan, release } = await draftExisting(ground, run, { mirror, number })
  const commit = await unlessGone(mirror.resolve(release.revision))
  return { plan, ref: release.ref, commit, variables: release.variableSet, sendBytes: 0 }
}

async function draftVariables(ground: Ground, run: Run, mirror: Mirror, number: number): Promise<Draft> {
  const { plan, release, set } = await draftSet(ground, run, { mirror, number })
  const commit = await unlessGone(mirror.resolve(release.revision))
  return { plan, ref: release.ref, commit, variables: set, sendBytes: 0 }
}

async function draftNewestFiles(ground: Ground, run: Run, mirror: Mirror): Promise<Draft> {
  const { plan, release } = await draftFiles(ground, run, { mirror })
  const commit = await unlessGone(mirror.resolve(release.revision))
  return { plan, ref: release.ref, commit, variables: release.variableSet, sendBytes: 0 }
}

/** Of several servers; what is known of their health is taken into account. That not one may change is a finding. */
function strategyOf({ fleet, stages }: Plan): string[] {
  if (!fleet || !stages.some(({ name }) => name === 'switch')) return []
  const names = new Map([...fleet.targets, ...(fleet.outside ?? [])].map(({ targetId, server }) => [targetId, server]))
  const named = fleetOf(fleet).map((target) => ({ ...target, targetId: names.get(target.targetId) ?? '' }))
  const { isPossible, sentences } = strategyWords(named, fleet.strategy)
  return isPossible ? sentences : []
}

async function view(ground: Ground, mirror: Mirror, draft: Draft, hash: string): Promise<PreviewView> {
  const { worker, environment } = ground
  const { plan, ref, commit, variables, sendBytes } = draft
  const live = liveRelease(ground)
  const text = (set: Variables | null | undefined) => (set ? decryptSet(worker.secrets, set) : null)
  const target = targetOf(ground)
  const made = new Map(environment.releases.map(({ name, subdirectory }) => [name, subdirectory]))
  if (plan.kind === 'deploy') made.set(plan.release, parseOptions(environment.options).subdirectory)
  const shown = {
    plan,
    mirror,
    made,
    filesNow: await filesNow(ground),
    mask: await maskOf(ground, [variables]),
  }
  const before = live && plan.kind === 'deploy' ? await findPlan(worker.db.prisma, environment.id, live.number) : null
  const { needBytes, needInodes } = checkOf(plan)
  return {
    environmentId: environment.id,
    kind: plan.kind,
    ref,
    planHash: hash,
    release: plan.release,
    commit,
    live:
      target.liveRelease === null
        ? null
        : { name: target.liveRelease, number: live?.number ?? null, revision: live?.revision ?? null },
    change: live && (await treeChangeOf(mirror, live.revision, plan.revision)),
    variables: { ...envDifference(text(live?.variableSet), text(variables)), number: variables?.number ?? null },
    hooks: plan.kind === 'deploy' ? hookChanges(before, plan) : [],
    contents: contentsOf(plan, before),
    strategy: strategyOf(plan),
    servers: await Promise.all(environment.targets.map((one) => previewServer(ground, { ...shown, target: one }))),
    exports: Object.fromEntries(Object.entries(plan.exports).map(([name, value]) => [name, shown.mask(value)])),
    disk: { needBytes, needInodes, sendBytes },
    findings: plan.findings,
  }
}

/** What the tree holds beside the repository's own; `before`: what the live release was deployed with. */
function contentsOf(plan: Plan, before: Plan | null): PreviewView['contents'] {
  const { submodules = [], lfs = null } = treeOf(plan)
  const old = new Map((before ? treeOf(before).submodules : undefined)?.map(({ path, revision }) => [path, revision]))
  return { submodules: submodules.map((one) => ({ ...one, before: old.get(one.path) ?? null })), lfs }
}

function treeOf(plan: Plan): TreeContents {
  for (const { action } of plan.segments[0]?.steps ?? []) if (action.do === 'tree') return action.contents ?? {}
  return {}
}

/** Null when a commit is not in the repository any more. */
export function treeChangeOf(mirror: Mirror, from: string, to: string): Promise<TreeChangeView | null> {
  return unlessGone(mirror.between(from, to))
}

async function unlessGone<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (isNotFound(error)) return null
    throw error
  }
}

function checkOf(plan: Plan): Extract<Action, { do: 'check' }> {
  for (const { action } of plan.segments[0]?.steps ?? []) if (action.do === 'check') return action
  throw new Error('a plan without a check')
}
