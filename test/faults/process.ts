// A program of ours as a process that can be killed: started again when told to, or by itself when it ended on its own.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

const againMs = 300
const keptLines = 300
// It goes when we are gone, also by SIGKILL.
const leash = `data:text/javascript,${encodeURIComponent("process.once('disconnect', () => process.exit(1)); process.channel.unref()")}`

export class Kept {
  readonly name: string
  /** The last lines that it wrote, of all its lives. */
  readonly lines: string[] = []
  #args: string[]
  #env: NodeJS.ProcessEnv
  #child: ChildProcess | null = null
  #wanted = false
  #onLine: (line: string) => void

  constructor(name: string, args: string[], env: NodeJS.ProcessEnv, onLine: (line: string) => void = () => {}) {
    this.name = name
    this.#args = args
    this.#env = env
    this.#onLine = onLine
  }

  /** Of the process that runs now. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  start(): void {
    this.#wanted = true
    if (this.#child) return
    const child = spawn(process.execPath, ['--import', leash, ...this.#args], {
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#child = child
    for (const output of [child.stdout, child.stderr])
      createInterface({ input: output! }).on('line', (line) => {
        this.lines.push(line)
        if (this.lines.length > keptLines) this.lines.shift()
        this.#onLine(line)
      })
    child.once('exit', (code, signal) => {
      this.lines.push(`[${new Date().toISOString()} ${this.name} ended: ${signal ?? code}]`)
      this.#child = null
      if (this.#wanted) setTimeout(() => this.#wanted && this.start(), againMs)
    })
  }

  /** SIGKILL; it stays down until `start`. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** Its clock is so many ms ahead from now on, as long as this process lives. Needs clock.mjs in its arguments. */
  shiftClock(shiftMs: number): void {
    if (this.#child?.connected) this.#child.send({ shiftMs }, () => {})
  }

  /** Holds it as it is, or lets it go on. */
  pause(isHeld: boolean): void {
    this.#child?.kill(isHeld ? 'SIGSTOP' : 'SIGCONT')
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    this.#wanted = false
    const child = this.#child
    if (!child) return
    const gone = once(child, 'exit')
    child.kill(signal)
    // A held one hears of it, too.
    child.kill('SIGCONT')
    await gone
  }
}
