// The steps of a plan as a person reads them before they run: who, how long, and the very text.
import type { PreviewFile, PreviewServer, PreviewStep } from '@/lib/api/shapes-preview.ts'
import { runnerText, stepText } from '@/lib/deploy/programs.ts'
import type { Action, FileTarget, Mirror, Plan, PlannedFile, PlannedHook, Step } from '@/lib/deploy/types.ts'
import { PanelError } from '@/lib/errors.ts'
import { readPaths } from '@/lib/spec/amezmo.ts'
import { spotOf } from './files.ts'
import type { Ground, Target } from './ground.ts'

/** `made`: by the name of each release that there is, the directory of the repository that it is made of; '' = all of it. */
type Shown = {
  plan: Plan
  target: Target
  mirror: Mirror
  made: ReadonlyMap<string, string>
  /** What the live release has, by target and path. */
  filesNow: ReadonlyMap<string, PlannedFile>
  mask: (text: string) => string
}

/** One target: all that flies there, in order, and what would undo it. */
export async function previewServer(ground: Ground, shown: Shown): Promise<PreviewServer> {
  const { plan, target, mask } = shown
  const undo = plan.stages
    .filter(({ name }) => name === 'undo')
    .flatMap(({ batches }) => batches.flatMap(({ lanes }) => lanes))
    .filter(({ targetId }) => targetId === target.id)
    .flatMap(({ steps }) => steps)
  const main = plan.segments.filter((one) => one.targetId === target.id && !/^(undo|failure)-/.test(one.name))
  // Who owns the folder, and in which order panels came, is settled when it flies.
  const context = { root: target.root, owner: ground.environment.id, epoch: '0', deployment: plan.deployment }
  return {
    targetId: target.id,
    server: target.server.name,
    host: target.server.host,
    user: target.server.user,
    root: target.root,
    steps: await Promise.all(inOrder(main.flatMap(({ steps }) => steps)).map((step) => previewStep(shown, step))),
    undo: await Promise.all(inOrder(undo).map((step) => previewStep(shown, step))),
    program: mask(main.map((segment) => runnerText(context, segment)).join('\n')),
  }
}

/** Numbered through, although each program on a server counts its own. */
function inOrder(steps: Step[]): Step[] {
  return steps.map((step, at) => ({ ...step, n: at + 1 }))
}

async function previewStep(shown: Shown, step: Step): Promise<PreviewStep> {
  const { n, name, stage, phase, timeoutMs, failure, action } = step
  const hook = action.do === 'hook' ? action.hook : null
  const text = hook ? await hookText(shown, hook) : stepText(step)
  return {
    n,
    name,
    stage,
    phase,
    origin: hook?.origin ?? 'fairlead',
    event: hook?.event ?? null,
    user: hook?.user ?? null,
    timeoutMs,
    failure,
    path: hook?.origin === 'repository' ? hook.path : null,
    text: text === null ? null : shown.mask(text),
    files: filesOfAction(action).map((file) => previewFile(file, shown.filesNow)),
  }
}

type Written = { target: FileTarget; path: string; made: Omit<PlannedFile, 'path'> | null }

function filesOfAction(action: Action): Written[] {
  if (action.do === 'place') return action.files
  return action.do === 'files' ? action.files.map(({ path, ...made }) => ({ target: 'release', path, made })) : []
}

function previewFile({ target, path, made }: Written, now: ReadonlyMap<string, PlannedFile>): PreviewFile {
  const known = now.get(spotOf({ target, path }))
  const rights = { owner: made?.owner ?? null, group: made?.group ?? null, mode: made?.mode ?? null }
  return { target, path, ...rights, change: changeOf(made, known) }
}

function changeOf(made: Written['made'], known: PlannedFile | undefined): PreviewFile['change'] {
  if (made === null) return 'removed'
  if (!known) return 'added'
  const facts = ({ sha256, owner, group, mode }: Omit<PlannedFile, 'path'>) => `${sha256} ${owner}:${group} ${mode}`
  return facts(made) === facts(known) ? 'same' : 'changed'
}

/** Null when the commit is gone from the repository. */
async function hookText({ mirror, made }: Shown, hook: PlannedHook): Promise<string | null> {
  if (hook.origin !== 'repository') return hook.text ?? ''
  if (!hook.revision) return null
  const subdirectory = made.get(hook.release ?? '') ?? ''
  try {
    const files = await mirror.files(hook.revision, readPaths(subdirectory))
    const inTree = subdirectory === '' ? hook.path : `${subdirectory}/${hook.path}`
    const file = files.find(({ path }) => path === inTree)
    return file ? new TextDecoder('utf-8', { ignoreBOM: true }).decode(file.bytes) : null
  } catch (error) {
    if (error instanceof PanelError && error.code === 'not_found') return null
    throw error
  }
}
