// Follows one deployment to its end: its log on standard output, each step's end on standard error. A broken line is taken up
// where it broke; the deployment doesn't depend on anybody watching.
import { setTimeout as delay } from 'node:timers/promises'
import { eventSchemas, type NewEvent } from '@/lib/deploy/events.ts'
import { eventWords } from '@/lib/deploy/fleet-words.ts'
import { detail, note, stepEnded, type Detail } from './answers.ts'
import { Lost, type Client } from './client.ts'
import { exits, Stop } from './exit.ts'
import { LogText } from './log-text.ts'
import type { Message } from './messages.ts'
import type { Streams } from './output.ts'
import { clean } from './terminal.ts'

/** How long the panel may be away before the program gives up. */
const patienceMs = 120_000
const longestWaitMs = 5_000

/** `path` is the deployment's in the API; `only`: names of servers whose output is shown, [] = all. Returns it as it ended. Throws Stop. */
export async function follow(
  client: Client,
  path: string,
  streams: Streams,
  json: boolean,
  only: readonly string[] = [],
): Promise<Detail> {
  const readDetail = (): Promise<Detail> => client.call(detail, 'GET', path, { patienceMs })
  const show = json ? new JsonLines(streams) : new Words(streams, new LogText(streams, readDetail, only), readDetail)
  let last = 'e0.c0'
  let heardAt = Date.now()
  let isLost = false
  for (let waitMs = 250; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
    try {
      for await (const message of client.stream(`${path}/events`, last)) {
        heardAt = Date.now()
        isLost = false
        waitMs = 250
        if (message.id) last = message.id
        if (message.event === 'end') {
          show.end()
          return await readDetail()
        }
        if (message.event === 'signed-out')
          throw new Stop(exits.unreachable, 'The token is no longer valid. The deployment goes on.')
        await show.message(message)
      }
    } catch (error) {
      if (!(error instanceof Lost)) throw error
      if (Date.now() - heardAt > patienceMs)
        throw new Stop(exits.unreachable, `${error.message} The deployment goes on.`)
      if (!json && !isLost) streams.err(`${error.message} Trying again.\n`)
      isLost = true
    }
    await delay(waitMs)
  }
}

/** Each message as it came, one a line: {"event": …} or {"chunk": …}. */
class JsonLines {
  private readonly streams: Streams
  constructor(streams: Streams) {
    this.streams = streams
  }
  message({ event, data }: Message): Promise<void> {
    if (event === 'event' || event === 'chunk') this.streams.out(`${JSON.stringify({ [event]: data })}\n`)
    return Promise.resolve()
  }
  end(): void {}
}

class Words {
  private readonly streams: Streams
  private readonly log: LogText
  private readonly readDetail: () => Promise<Detail>
  private fleet: Detail['fleet'] | undefined
  constructor(streams: Streams, log: LogText, readDetail: () => Promise<Detail>) {
    this.streams = streams
    this.log = log
    this.readDetail = readDetail
  }

  async message({ event, data }: Message): Promise<void> {
    if (event === 'chunk') return this.log.chunk(data)
    const ended = stepEnded.safeParse(data)
    if (ended.success) {
      const { segment, step, outcome, exit } = ended.data.data
      this.log.endLine(`${segment} ${step}`)
      const name = await this.log.nameOf(`${segment} ${step}`)
      if (name !== null && outcome !== 'skipped')
        this.streams.err(`    ${name}: ${outcome}${exit ? `, exit ${exit}` : ''}\n`)
    }
    const said = note.safeParse(data)
    if (said.success) this.streams.err(`    ${said.data.data.level}: ${clean(said.data.data.message)}\n`)
    const words = await this.ofSeveral(data)
    if (words) this.streams.err(`--- ${clean(words)}\n`)
  }

  end(): void {
    this.log.endLine()
  }

  /** Batches, switches, servers that are lost and found: nothing of one server alone. */
  private async ofSeveral(data: unknown): Promise<string | null> {
    const event = eventOf(data)
    if (!event) return null
    this.fleet ??= (await this.readDetail()).fleet
    if (!this.fleet) return null
    return eventWords(event, this.fleet, (segment) => this.log.serverOf(segment) ?? segment)
  }
}

const severalServers = [
  'batch.began',
  'batch.waiting',
  'continued',
  'switched',
  'target.failed',
  'undo.began',
  'given.up',
  'segment.looking',
  'segment.attached',
] as const

/** An event that may be about several servers; what a newer panel says otherwise is passed over. */
function eventOf(data: unknown): NewEvent | null {
  const { type, data: inner } = (data ?? {}) as { type?: unknown; data?: unknown }
  const known = severalServers.find((one) => one === type)
  const parsed = known && eventSchemas[known].safeParse(inner)
  return parsed?.success ? ({ type: known, data: parsed.data } as NewEvent) : null
}
