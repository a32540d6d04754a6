// The log of a deployment as text: a heading before each step, a line break after it, and nothing that steers a terminal.
import { chunk, type Detail } from './answers.ts'
import type { Streams } from './output.ts'
import { clean, SafeText } from './terminal.ts'

export class LogText {
  private readonly streams: Streams
  private readonly readDetail: () => Promise<Detail>
  private names = new Map<string, string>()
  private step = ''
  private safe = new SafeText()
  private endsLine = true

  /** `readDetail` is asked for the names of steps. */
  constructor(streams: Streams, readDetail: () => Promise<Detail>) {
    this.streams = streams
    this.readDetail = readDetail
  }

  async chunk(data: unknown): Promise<void> {
    const { segment, step, text } = chunk.parse(data)
    const key = `${segment} ${step}`
    if (key !== this.step) {
      this.endLine()
      this.write(`==> ${await this.nameOf(key)}\n`)
      this.step = key
    }
    this.write(this.streams.isTerminal ? this.safe.feed(text) : text)
  }

  endLine(): void {
    this.write(this.safe.end())
    if (!this.endsLine) this.write('\n')
    // Colours of one step don't run into the next.
    if (this.streams.isTerminal && this.step !== '') this.streams.out('\x1b[0m')
  }

  /** `segment step` → its name. Plans grow when something is undone, so that an unknown step is looked up again. */
  async nameOf(key: string): Promise<string> {
    if (!this.names.has(key)) {
      const { steps } = await this.readDetail()
      this.names = new Map(
        steps.map(({ segment, n, name }) => [
          `${segment} ${n}`,
          clean(segment === 'main' ? name : `${segment}: ${name}`),
        ]),
      )
    }
    return this.names.get(key) ?? key
  }

  private write(text: string): void {
    if (text === '') return
    this.streams.out(text)
    this.endsLine = text.endsWith('\n')
  }
}
