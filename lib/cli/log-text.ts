// The log of a deployment as text: a heading before each step, a line break after it, and nothing that steers a terminal. Of several
// servers, whose output comes between each other, whole lines behind the server's name.
import { chunk, type Detail } from './answers.ts'
import { exits, Stop } from './exit.ts'
import { LogWeave } from './log-weave.ts'
import type { Streams } from './output.ts'
import { clean, SafeText } from './terminal.ts'

/** Colours of servers' names, beginning with cyan; red is for what is wrong. */
const hues = [36, 33, 35, 32, 34]

type StepName = { name: string; server: string }

export class LogText {
  private readonly streams: Streams
  private readonly readDetail: () => Promise<Detail>
  private readonly only: readonly string[]
  private steps = new Map<string, StepName>()
  private servers: string[] = []
  private step = ''
  private readonly safe = new Map<string, SafeText>()
  private readonly weave = new LogWeave()
  private endsLine = true

  /** `readDetail` is asked for the names of steps and servers; `only`: names of servers, [] = all. */
  constructor(streams: Streams, readDetail: () => Promise<Detail>, only: readonly string[] = []) {
    this.streams = streams
    this.readDetail = readDetail
    this.only = only
  }

  async chunk(data: unknown): Promise<void> {
    const { segment, step, text } = chunk.parse(data)
    const key = `${segment} ${step}`
    const { name, server } = await this.known(key)
    if (!this.shows(server)) return
    const isFirst = !this.safe.has(key)
    const safe = this.streams.isTerminal ? this.safeOf(key).feed(text) : text
    this.safeOf(key)
    if (this.servers.length > 1) {
      const prefix = this.prefix(server)
      this.write((isFirst ? `${prefix} | ==> ${name}\n` : '') + this.weave.add(key, prefix, safe))
      return
    }
    if (key !== this.step) {
      this.endLine()
      this.write(`==> ${name}\n`)
      this.step = key
    }
    this.write(safe)
  }

  /** Ends the line that a step has left open: `key` is `segment step`; without it, of all. */
  endLine(key?: string): void {
    if (this.servers.length > 1) {
      this.write(key === undefined ? this.weave.endAll() : this.weave.end(key))
      return
    }
    this.write(this.safe.get(this.step)?.end() ?? '')
    if (!this.endsLine) this.write('\n')
    // Colours of one step don't run into the next.
    if (this.streams.isTerminal && this.step !== '') this.streams.out('\x1b[0m')
  }

  /** `segment step` → its name, of several servers with the one that it is on; null when that one isn't shown. */
  async nameOf(key: string): Promise<string | null> {
    const { name, server } = await this.known(key)
    if (!this.shows(server)) return null
    return this.servers.length > 1 ? `${server}: ${name}` : name
  }

  /** The server that a segment runs on; null where there is one alone, or when it isn't shown. */
  serverOf(segment: string): string | null {
    const found = [...this.steps].find(([key]) => key.startsWith(`${segment} `))?.[1].server
    return found !== undefined && this.shows(found) ? found : null
  }

  /** Plans grow when something is undone, so that an unknown step is looked up again. */
  private async known(key: string): Promise<StepName> {
    if (!this.steps.has(key)) await this.learn()
    return this.steps.get(key) ?? { name: key, server: '' }
  }

  private async learn(): Promise<void> {
    const { steps, fleet } = await this.readDetail()
    const all = new Set(steps.map(({ server }) => server))
    const missing = steps.length > 0 && this.only.find((name) => !all.has(name))
    if (missing) throw new Stop(exits.usage, `No server “${missing}” takes part in this deployment.`)
    this.servers = fleet ? [...all].filter((name) => this.shows(name)).map(clean) : []
    this.steps = new Map(
      steps.map(({ segment, n, name, server }) => [
        `${segment} ${n}`,
        { name: clean(segment === 'main' || fleet ? name : `${segment}: ${name}`), server: clean(server) },
      ]),
    )
  }

  private shows(server: string): boolean {
    return this.only.length === 0 || this.only.includes(server)
  }

  private prefix(server: string): string {
    const name = server.padEnd(Math.max(...this.servers.map(({ length }) => length)))
    if (!this.streams.isTerminal) return name
    // Whatever colours the line before left open end here.
    return `\x1b[0;${hues[this.servers.indexOf(server) % hues.length] ?? 36}m${name}\x1b[0m`
  }

  private safeOf(key: string): SafeText {
    const known = this.safe.get(key) ?? new SafeText()
    this.safe.set(key, known)
    return known
  }

  private write(text: string): void {
    if (text === '') return
    this.streams.out(text)
    this.endsLine = text.endsWith('\n')
  }
}
