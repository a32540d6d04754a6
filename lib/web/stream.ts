// A stream of what happens, as server-sent events. Ids are `e<seq>.c<chunk>`: how far events and log of the one deployment
// were sent; a client that comes back names the last one it has and gets what follows, nothing twice.
import type { Actor } from '@/lib/api/shapes.ts'
import type { WorkView } from '@/lib/api/shapes-overview.ts'
import { readEvents, readLog } from '@/lib/panel/deployments.ts'
import { watchDeployments, type Change } from '@/lib/panel/watch.ts'
import { watchWork } from '@/lib/panel/work.ts'
import { context } from './context.ts'
import { hasSameRights } from './while-allowed.ts'

type Position = { seq: number; chunk: string }

const heartbeatMs = 15_000
/** Changes of so many deployments at once are one: something changed. */
const changesAtOnce = 100
const chunksAtOnce = 50

/** `e12.c345` → {seq: 12, chunk: '345'}; anything else is the beginning. As many digits as the database surely takes. */
export function parsePosition(text: string | null): Position {
  const match = /^e(\d{1,9})\.c(\d{1,18})$/.exec(text ?? '')
  return { seq: Number(match?.[1] ?? 0), chunk: match?.[2] ?? '0' }
}

/** One message of the stream; `data` is JSON and so holds no line break. */
function formatMessage(event: string, data: unknown, position?: Position): string {
  const id = position ? `id: e${position.seq}.c${position.chunk}\n` : ''
  return `${id}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

/**
 * Who listens to what, from where on. `actorNow` is asked before anything is sent, whenever anybody's rights changed, and every
 * 15 s: null ends the stream with `signed-out`, and so do other rights than at the beginning, without a word: whoever comes back is
 * asked anew what they see.
 */
type Listener = {
  actor: Actor
  actorNow: () => Promise<Actor | null>
  deployment: string | undefined
  environment: string | undefined
  position: Position
  /** Whether the stream ends (with the message `end`) once the deployment has: right for scripts, wrong for pages. */
  endsWithDeployment: boolean
  /** Whether it also tells what is under way anywhere. */
  tellsWork: boolean
}

/**
 * Messages `event` and `chunk` of the deployment, `change` for anything watched, `work` for what is
 * under way, `caught-up` whenever all there is was sent.
 * PanelError: not_found, forbidden. The stream is closed when `signal` aborts.
 */
export async function streamTo(listener: Listener, signal: AbortSignal): Promise<Response> {
  const { actor, deployment, environment, position } = listener
  // Refuses here, with a status, what the stream could only refuse by ending.
  const known = deployment
    ? await readEvents(context(), actor, { id: deployment, after: Math.max(0, position.seq - 1) })
    : []
  // A place that isn't one of this deployment would be waited at for ever.
  const isPlace = position.seq === 0 || known[0]?.seq === position.seq

  const source = new Source(isPlace ? listener : { ...listener, position: parsePosition(null) })
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        source.open(controller, { deploymentId: deployment, environmentId: environment })
        signal.addEventListener('abort', () => source.close(), { once: true })
        if (signal.aborted) source.close()
      },
      pull: () => source.resume(),
      cancel: () => source.close(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 1_048_576 }),
  )
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    },
  })
}

type News = { events: Awaited<ReturnType<typeof readEvents>>; chunks: Awaited<ReturnType<typeof readLog>> }

class Source {
  private controller: ReadableStreamDefaultController<Uint8Array> | null = null
  private readonly encoder = new TextEncoder()
  private unwatch = () => {}
  private unwatchWork = () => {}
  /** What is under way, until the reader takes it. */
  private work: WorkView[] | null = null
  private heartbeat: NodeJS.Timeout | undefined
  private isStale = true
  private isReading = false
  /** What changed beside the deployment, by its id or the environment's, until the reader takes it. */
  private readonly changes = new Map<string, Change | null>()
  private readonly listener: Listener
  private readonly actor: Actor
  private readonly deployment: string | undefined
  private position: Position

  constructor(listener: Listener) {
    this.listener = listener
    this.actor = listener.actor
    this.deployment = listener.deployment
    this.position = listener.position
  }

  open(
    controller: ReadableStreamDefaultController<Uint8Array>,
    filter: { deploymentId?: string; environmentId?: string },
  ): void {
    this.controller = controller
    this.send('retry: 1000\n\n')
    this.unwatch = watchDeployments(context(), this.actor, filter, (change) => this.changed(change))
    if (this.listener.tellsWork)
      this.unwatchWork = watchWork(context(), this.actor, (work) => {
        this.work = work
        this.resume()
      })
    this.heartbeat = setInterval(() => void this.beat(), heartbeatMs)
    this.resume()
  }

  private changed(change: Change | null): void {
    const isOurs = typeof change?.deploymentId === 'string' && change.deploymentId === this.deployment
    if (!isOurs) this.changes.set(change?.deploymentId ?? change?.environmentId ?? '', change)
    if (this.changes.size > changesAtOnce) {
      this.changes.clear()
      this.changes.set('', null)
    }
    this.isStale ||= isOurs || change === null
    this.resume()
  }

  /** Reads on unless a reading is under way, nothing is new, or the browser hasn't taken what it was sent. */
  resume(): void {
    if (this.isReading || !this.controller || (this.controller.desiredSize ?? 0) <= 0) return
    if (!this.isStale && this.changes.size === 0 && !this.work) return
    this.isReading = true
    this.read().then(
      () => {
        this.isReading = false
        this.resume()
      },
      // The database is away: the browser comes back by itself and starts from what it has.
      () => this.close(),
    )
  }

  /** Sends what changed and what is new of the deployment, to whoever is still signed in when it was read. */
  private async read(): Promise<void> {
    const id = this.isStale ? this.deployment : undefined
    this.isStale = false
    const reading = id ? this.readNews(id) : null
    // What somebody who was removed may not read is refused, too: they are told the first, whichever comes first.
    reading?.catch(() => {})
    if (!(await this.isStillIn())) return
    const news = await reading
    for (const [key, change] of this.changes) {
      this.changes.delete(key)
      this.send(formatMessage('change', change))
    }
    if (this.work) this.send(formatMessage('work', this.work))
    this.work = null
    if (id && news) await this.sendNews(id, news)
  }

  /** Events before chunks: whatever was written until an event is then among the chunks. */
  private async readNews(id: string): Promise<News> {
    const events = await readEvents(context(), this.actor, { id, after: this.position.seq })
    const chunks = await readLog(context(), this.actor, { id, afterChunk: this.position.chunk, limit: chunksAtOnce })
    return { events, chunks }
  }

  private async sendNews(id: string, { events, chunks }: News): Promise<void> {
    // Log first, and all of it: when the last event says that all is over, all output is there.
    for (const chunk of chunks) {
      this.position = { ...this.position, chunk: chunk.id }
      this.send(formatMessage('chunk', chunk, this.position))
    }
    if (chunks.length === chunksAtOnce) {
      this.isStale = true
      return
    }
    for (const event of events) {
      this.position = { ...this.position, seq: event.seq }
      this.send(formatMessage('event', event, this.position))
    }
    this.send(formatMessage('caught-up', null))
    if (this.listener.endsWithDeployment && (await this.hasFinished(id))) {
      this.send(formatMessage('end', null))
      this.close()
    }
  }

  /** `finished` is always the last event; the one that was sent last is read again, for a client that came back after it. */
  private async hasFinished(id: string): Promise<boolean> {
    const last = await readEvents(context(), this.actor, { id, after: Math.max(0, this.position.seq - 1) })
    return last.at(-1)?.type === 'finished' && last.length === 1
  }

  /** Keeps proxies from closing a silent line, and ends the stream of a session that was ended elsewhere. */
  private async beat(): Promise<void> {
    // A database that is away says nothing about who may listen.
    if (await this.isStillIn().catch(() => true)) this.send(': still here\n\n')
  }

  /** Ends the stream unless whoever listens still may what they might when it began. */
  private async isStillIn(): Promise<boolean> {
    const now = await this.listener.actorNow()
    if (hasSameRights(this.actor, now)) return true
    if (!now) this.send(formatMessage('signed-out', null))
    this.close()
    return false
  }

  private send(text: string): void {
    this.controller?.enqueue(this.encoder.encode(text))
  }

  close(): void {
    clearInterval(this.heartbeat)
    this.unwatch()
    this.unwatchWork()
    const controller = this.controller
    this.controller = null
    try {
      controller?.close()
    } catch {
      // Cancelled by the reader: already closed.
    }
  }
}
