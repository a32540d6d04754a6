// Which hooks run at an event, as the plan records them: the repository's file first, then the panel's of the same event.
import type { PanelHook, PlanServer, ReleaseRef, RepositoryHook } from './plan-input.ts'
import type { LifecycleEvent, PlannedHook } from './types.ts'

/** Amezmo's limit for a hook that has none of its own (seeds §1.3). */
const hookTimeoutMs = 600_000
const configHookTimeoutMs = 15_000

/** Events whose failure fails the run; the others are shown as failed and the run goes on (seeds §1.2, §0.1). */
const stopping: ReadonlySet<LifecycleEvent> = new Set([
  'after.pull',
  'after.extract',
  'before.deploy',
  'traffic.out',
  'traffic.in',
  'rollback/before',
  'config/before-change',
])

/** The tree that an event's file is read from, and what it holds. */
export type HookTree = { from: 'new' | 'live'; release: ReleaseRef; hooks: RepositoryHook[] }

/**
 * Hooks of one event in the order they run. `tree` null = the release that the event belongs to doesn't exist (first
 * deployment): nothing runs, the panel's hook neither, as it would have no directory to run in.
 */
export function plannedHooks(
  event: LifecycleEvent,
  tree: HookTree | null,
  { server, panelHooks }: { server: PlanServer; panelHooks: PanelHook[] },
  failure?: PlannedHook['failure'],
): PlannedHook[] {
  if (!tree) return []
  const common = {
    event,
    release: tree.release.name,
    revision: tree.release.revision,
    failure: failure ?? (stopping.has(event) ? 'stops' : 'ignored'),
  } as const
  const inTree = tree.hooks.find((hook) => hook.event === event)
  const inPanel = panelHooks.find((hook) => hook.event === event && runsOn(hook, server))
  const hooks: PlannedHook[] = []
  if (inTree) {
    const timeoutMs = event.startsWith('config/') ? configHookTimeoutMs : hookTimeoutMs
    hooks.push({
      ...common,
      origin: 'repository',
      from: tree.from,
      path: inTree.path,
      sha256: inTree.sha256,
      timeoutMs,
    })
  }
  if (inPanel) {
    const { text, sha256, user, timeoutMs } = inPanel
    const chosen = failure ?? inPanel.failure ?? common.failure
    const path = event.replace('/', '-')
    hooks.push({
      ...common,
      origin: 'panel',
      from: 'panel',
      path,
      sha256,
      text,
      ...(user === null ? {} : { user }),
      timeoutMs,
      failure: chosen,
      ...(inPanel.place.on === 'once' ? { once: true } : {}),
    })
  }
  return hooks
}

/** Of several servers one is chosen for `once` when the plans of all of them are put together. */
function runsOn({ place }: PanelHook, server: PlanServer): boolean {
  if (place.on === 'servers') return place.serverIds.includes(server.id)
  return place.on !== 'labels' || place.labels.some((label) => server.labels.includes(label))
}
