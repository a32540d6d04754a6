// A stream of what happens, as server-sent events. Ids are `e<seq>.c<chunk>`: how far events and log of the one deployment
// were sent; a browser that comes back names the last one it has and gets what follows, nothing twice.
import { z } from 'zod'
import type { Actor } from '@/lib/api/shapes.ts'
import { PanelError } from '@/lib/errors.ts'
import { readEvents, readLog } from '@/lib/panel/deployments.ts'
import { readSession } from '@/lib/panel/people.ts'
import { watchDeployments, type Change } from '@/lib/panel/watch.ts'
import { context } from './context.ts'
import { actorOfRequest, sessionId } from './who.ts'

export type Position = { seq: number; chunk: string }

const heartbeatMs = 15_000
const chunksAtOnce = 50

/** `e12.c345` → {seq: 12, chunk: '345'}; anything else is the beginning. */
export function parsePosition(text: string | null): Position {
  const match = /^e(\d{1,9})\.c(\d{1,19})$/.exec(text ?? '')
  return { seq: Number(match?.[1] ?? 0), chunk: match?.[2] ?? '0' }
}

/** One message of the stream; `data` is JSON and so holds no line break. */
export function formatMessage(event: string, data: unknown, position?: Position): string {
  const id = position ? `id: e${position.seq}.c${position.chunk}\n` : ''
  return `${id}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

const query = z.object({ deployment: z.uuid().optional(), environment: z.uuid().optional() })

/**
 * The stream for `?deployment=…&environment=…&after=e0.c0`: messages `event` and `chunk` of the deployment, `change` for
 * anything watched, `caught-up` whenever all there is was sent, `signed-out` at the end of the session.
 * PanelError: unauthenticated, not_found, invalid.
 */
export async function eventStream(request: Request): Promise<Response> {
  const url = new URL(request.url)
  const filter = query.safeParse(Object.fromEntries(url.searchParams))
  if (!filter.success) throw new PanelError('invalid', 'Name a deployment or an environment by its id.')
  const [actor, session] = [await actorOfRequest(), await sessionId()]
  const { deployment, environment } = filter.data
  const position = parsePosition(request.headers.get('last-event-id') ?? url.searchParams.get('after'))
  // Refuses here, with a status, what the stream could only refuse by ending.
  if (deployment) await readEvents(context(), actor, { id: deployment, after: position.seq })

  const source = new Source(actor, session ?? '', deployment, position)
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        source.open(controller, { deploymentId: deployment, environmentId: environment })
        request.signal.addEventListener('abort', () => source.close(), { once: true })
        if (request.signal.aborted) source.close()
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

class Source {
  private controller: ReadableStreamDefaultController<Uint8Array> | null = null
  private readonly encoder = new TextEncoder()
  private unwatch = () => {}
  private heartbeat: NodeJS.Timeout | undefined
  private isStale = true
  private isReading = false
  private readonly actor: Actor
  private readonly session: string
  private readonly deployment: string | undefined
  private position: Position

  constructor(actor: Actor, session: string, deployment: string | undefined, position: Position) {
    this.actor = actor
    this.session = session
    this.deployment = deployment
    this.position = position
  }

  open(controller: ReadableStreamDefaultController<Uint8Array>, filter: { deploymentId?: string; environmentId?: string }): void {
    this.controller = controller
    this.send('retry: 1000\n\n')
    this.unwatch = watchDeployments(context(), this.actor, filter, (change) => this.changed(change))
    this.heartbeat = setInterval(() => void this.beat(), heartbeatMs)
    this.resume()
  }

  private changed(change: Change | null): void {
    if (change === null || change.deploymentId !== this.deployment) this.send(formatMessage('change', change))
    if (change !== null && change.deploymentId !== this.deployment) return
    this.isStale = true
    this.resume()
  }

  /** Reads on unless a reading is under way, nothing is new, or the browser hasn't taken what it was sent. */
  resume(): void {
    if (this.isReading || !this.isStale || !this.controller || (this.controller.desiredSize ?? 0) <= 0) return
    this.isReading = true
    this.isStale = false
    this.read().then(
      (isThrough) => {
        this.isReading = false
        if (!isThrough) this.isStale = true
        this.resume()
      },
      // The database is away: the browser comes back by itself and starts from what it has.
      () => this.close(),
    )
  }

  /** Sends what is new, up to some chunks; true = everything there was. */
  private async read(): Promise<boolean> {
    if (!this.deployment) return true
    const id = this.deployment
    const events = await readEvents(context(), this.actor, { id, after: this.position.seq })
    const chunks = await readLog(context(), this.actor, { id, afterChunk: this.position.chunk, limit: chunksAtOnce })
    // Log first, and all of it: when the last event says that all is over, all output is there.
    for (const chunk of chunks) {
      this.position = { ...this.position, chunk: chunk.id }
      this.send(formatMessage('chunk', chunk, this.position))
    }
    if (chunks.length === chunksAtOnce) return false
    for (const event of events) {
      this.position = { ...this.position, seq: event.seq }
      this.send(formatMessage('event', event, this.position))
    }
    this.send(formatMessage('caught-up', null))
    return true
  }

  /** Keeps proxies from closing a silent line, and ends the stream of a session that was ended elsewhere. */
  private async beat(): Promise<void> {
    const actor = await readSession(context(), this.session).catch(() => this.actor)
    if (!actor) {
      this.send(formatMessage('signed-out', null))
      this.close()
    } else this.send(': still here\n\n')
  }

  private send(text: string): void {
    this.controller?.enqueue(this.encoder.encode(text))
  }

  close(): void {
    clearInterval(this.heartbeat)
    this.unwatch()
    const controller = this.controller
    this.controller = null
    try {
      controller?.close()
    } catch {
      // Cancelled by the reader: already closed.
    }
  }
}
