// Being told when something about a deployment changed. One LISTENing connection a process, whatever the number of pages;
// it is opened for the first watcher and then kept. Notifications say where to look, never what is there.
import { z } from 'zod'
import { seenProjects, sees, type Actor } from '@/lib/access.ts'
import { projectOf } from '@/lib/store/history.ts'
import { listen, type Listening } from '@/lib/store/listen.ts'
import type { Database } from '@/lib/store/database.ts'
import type { Context } from './context.ts'

/** `deploymentId` null: something about the environment itself, as a push that waits. */
export type Change = { deploymentId: string | null; environmentId: string }
/** Nothing given = every deployment. */
type WatchFilter = { deploymentId?: string; environmentId?: string }
type Watcher = { filter: WatchFilter; onChange: (change: Change | null) => void }

const payload = z.object({ d: z.string().nullable(), e: z.string() })

class Hub {
  readonly watchers = new Set<Watcher>()
  private readonly db: Database
  private readonly projects = new Map<string, string>()
  private listening: Promise<Listening> | null = null
  private retry: NodeJS.Timeout | null = null

  constructor(db: Database) {
    this.db = db
  }

  /** The project of an environment, which it never leaves; null = it was removed. */
  async projectOf(environmentId: string): Promise<string | null> {
    const known = this.projects.get(environmentId)
    if (known !== undefined) return known
    const found = await projectOf(this.db.prisma, environmentId)
    if (found !== null) this.projects.set(environmentId, found)
    return found
  }

  /** Opens the connection unless it is; a database that is away is tried again each second while anyone watches. */
  wake(): void {
    if (this.listening || this.watchers.size === 0) return
    const listening = listen(this.db.url, {
      // Somebody's rights changed: whoever reads again is asked again who they are.
      channels: { fairlead_deployment: (text) => this.tell(text), fairlead_access: () => this.each(null) },
      onGap: () => this.each(null),
    })
    this.listening = listening
    listening.catch(() => {
      this.listening = null
      this.retry ??= setTimeout(() => {
        this.retry = null
        this.wake()
      }, 1_000)
    })
  }

  private tell(text: string): void {
    const parsed = payload.safeParse(safeJson(text))
    if (parsed.success) this.each({ deploymentId: parsed.data.d, environmentId: parsed.data.e })
    else this.each(null)
  }

  private each(change: Change | null): void {
    for (const { filter, onChange } of this.watchers) if (change === null || concerns(filter, change)) onChange(change)
  }
}

/** A page that shows one deployment of an environment wants to hear of both: the parts of a filter add up. */
function concerns({ deploymentId, environmentId }: WatchFilter, change: Change): boolean {
  if (deploymentId === undefined && environmentId === undefined) return true
  return deploymentId === change.deploymentId || environmentId === change.environmentId
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const hubs = new WeakMap<Context, Hub>()

/**
 * Calls `onChange` after each change that the filter lets through, and with null whenever changes may have been missed.
 * Read once after calling this, then on each call. Gives the function that ends it.
 * Only of what the actor sees; `null` also comes when anybody's rights changed.
 */
export function watchDeployments(
  ctx: Context,
  actor: Actor,
  filter: WatchFilter,
  onChange: (change: Change | null) => void,
): () => void {
  const hub = hubs.get(ctx) ?? new Hub(ctx.db)
  hubs.set(ctx, hub)
  const watcher = { filter, onChange: seenProjects(actor) === null ? onChange : onlySeen }
  hub.watchers.add(watcher)
  hub.wake()
  function onlySeen(change: Change | null): void {
    if (change === null) return onChange(null)
    hub.projectOf(change.environmentId).then(
      (projectId) => {
        if (projectId !== null && sees(actor, projectId) && hub.watchers.has(watcher)) onChange(change)
      },
      () => onChange(null),
    )
  }
  return () => {
    hub.watchers.delete(watcher)
  }
}
