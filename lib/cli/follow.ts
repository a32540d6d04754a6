// Follows one deployment to its end: its log on standard output, each step's end on standard error. A broken line is taken up
// where it broke; the deployment doesn't depend on anybody watching.
import { setTimeout as delay } from 'node:timers/promises'
import { chunk, detail, note, stepEnded, type Detail } from './answers.ts'
import { Lost, type Client } from './client.ts'
import { exits, Stop } from './exit.ts'
import type { Message } from './messages.ts'
import type { Streams } from './output.ts'
import { clean, SafeText } from './terminal.ts'

/** How long the panel may be away before the program gives up. */
export const patienceMs = 120_000
const longestWaitMs = 5_000

/** `path` is the deployment's in the API. Returns it as it ended. Throws Stop. */
export async function follow(client: Client, path: string, streams: Streams, json: boolean): Promise<Detail> {
  const show = json ? new JsonLines(streams) : new Log(streams, () => client.call(detail, 'GET', path))
  let last = 'e0.c0'
  let heardAt = Date.now()
  for (let waitMs = 250; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
    try {
      for await (const message of client.stream(`${path}/events`, last)) {
        heardAt = Date.now()
        waitMs = 250
        if (message.id) last = message.id
        if (message.event === 'end') {
          await show.end()
          return await client.call(detail, 'GET', path)
        }
        if (message.event === 'signed-out') throw new Stop(exits.unreachable, 'The token is no longer valid. The deployment goes on.')
        await show.message(message)
      }
    } catch (error) {
      if (!(error instanceof Lost)) throw error
      if (Date.now() - heardAt > patienceMs) throw new Stop(exits.unreachable, `${error.message} The deployment goes on.`)
      if (!json) streams.err(`${error.message} Trying again.\n`)
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
  end(): Promise<void> {
    return Promise.resolve()
  }
}

class Log {
  private readonly streams: Streams
  private readonly readDetail: () => Promise<Detail>
  private names = new Map<string, string>()
  private step = ''
  private safe = new SafeText()
  private endsLine = true

  constructor(streams: Streams, readDetail: () => Promise<Detail>) {
    this.streams = streams
    this.readDetail = readDetail
  }

  async message({ event, data }: Message): Promise<void> {
    if (event === 'chunk') return this.chunk(data)
    const ended = stepEnded.safeParse(data)
    if (ended.success) {
      const { segment, step, outcome, exit } = ended.data.data
      const key = `${segment} ${step}`
      const name = await this.nameOf(key)
      if (key === this.step) this.endLine()
      if (outcome !== 'skipped') this.streams.err(`    ${name}: ${outcome}${exit ? `, exit ${exit}` : ''}\n`)
    }
    const said = note.safeParse(data)
    if (said.success) this.streams.err(`    ${said.data.data.level}: ${clean(said.data.data.message)}\n`)
  }

  private async chunk(data: unknown): Promise<void> {
    const { segment, step, text } = chunk.parse(data)
    const key = `${segment} ${step}`
    if (key !== this.step) {
      this.endLine()
      this.write(`==> ${await this.nameOf(key)}\n`)
      this.step = key
    }
    this.write(this.streams.isTerminal ? this.safe.feed(text) : text)
  }

  end(): Promise<void> {
    this.endLine()
    return Promise.resolve()
  }

  private write(text: string): void {
    if (text === '') return
    this.streams.out(text)
    this.endsLine = text.endsWith('\n')
  }

  private endLine(): void {
    this.write(this.safe.end())
    // Colours of one step don't run into the next.
    if (this.streams.isTerminal && this.step !== '') this.streams.out('\x1b[0m')
    if (!this.endsLine) this.write('\n')
  }

  /** Plans grow when something is undone, so that an unknown step is looked up again. */
  private async nameOf(key: string): Promise<string> {
    if (!this.names.has(key)) {
      const { steps } = await this.readDetail()
      this.names = new Map(steps.map(({ segment, n, name }) => [`${segment} ${n}`, clean(segment === 'main' ? name : `${segment}: ${name}`)]))
    }
    return this.names.get(key) ?? key
  }
}
