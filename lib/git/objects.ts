// Objects of a mirror, read through git processes that stay for a while: starting one costs more than reading a hundred objects.
import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'

export type GitObject = { sha: string; type: string; size: number; bytes: Buffer }

export type Objects = {
  /** The object that a SHA or an expression (`refs/heads/main^{commit}`) names; null when there is none. */
  read(name: string): Promise<GitObject | null>
  /** The same without its bytes. */
  look(name: string): Promise<GitObject | null>
}

/** A process is ended after so many ms without a question. */
const idleMs = 20_000

/** Reads objects of the bare repository in `env.GIT_DIR`. `env` as for every git process of a mirror. */
export function openObjects(folder: string, env: Record<string, string>): Objects {
  const start = (option: string) => () =>
    spawn('git', ['cat-file', option], { cwd: folder, env: env as unknown as NodeJS.ProcessEnv })
  const whole = new Batch(start('--batch'), true)
  const heads = new Batch(start('--batch-check'), false)
  return { read: (name) => whole.ask(name), look: (name) => heads.ask(name) }
}

type Waiting = { resolve(object: GitObject | null): void; reject(error: Error): void }

/** Questions in one order, answers in the same (git-cat-file(1), batch output). */
class Batch {
  #start: () => ChildProcessWithoutNullStreams
  #hasBytes: boolean
  #child: ChildProcessWithoutNullStreams | null = null
  #waiting: Waiting[] = []
  #chunks: Buffer[] = []
  #length = 0
  /** So many bytes are needed before there is anything to be read. */
  #needed = 1
  #idle: NodeJS.Timeout | null = null

  constructor(start: () => ChildProcessWithoutNullStreams, hasBytes: boolean) {
    this.#start = start
    this.#hasBytes = hasBytes
  }

  async ask(name: string): Promise<GitObject | null> {
    // Two questions in one would mix up all answers after them.
    if (name.includes('\n')) return null
    try {
      return await this.#ask(name)
    } catch {
      // Somebody ended the process: another one answers, or says why not.
      return this.#ask(name)
    }
  }

  #ask(name: string): Promise<GitObject | null> {
    const child = (this.#child ??= this.#open())
    if (this.#idle) clearTimeout(this.#idle)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      child.stdin.write(`${name}\n`)
    })
  }

  #open(): ChildProcessWithoutNullStreams {
    const child = this.#start()
    if (child.pid === undefined) {
      // With too many files open there are no pipes to listen to, either.
      child.once('error', () => undefined)
      throw new Error('git could not be started')
    }
    const close = (error: Error): void => this.#close(child, error)
    child.once('error', close)
    child.stdin.on('error', close)
    child.once('exit', (code) => close(new Error(`git cat-file ended with ${String(code)}`)))
    child.stdout.on('data', (chunk: Buffer) => {
      if (this.#child !== child) return
      this.#take(chunk)
      if (this.#waiting.length > 0) return
      if (this.#idle) clearTimeout(this.#idle)
      this.#idle = setTimeout(() => this.#close(child, new Error('idle')), idleMs).unref()
    })
    child.stderr.resume()
    child.unref()
    return child
  }

  #close(child: ChildProcessWithoutNullStreams, error: Error): void {
    child.stdin.end()
    if (this.#child !== child) return
    if (this.#idle) clearTimeout(this.#idle)
    this.#child = null
    this.#chunks = []
    this.#length = 0
    this.#needed = 1
    for (const { reject } of this.#waiting.splice(0)) reject(error)
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    if (this.#length < this.#needed) return
    let rest: Buffer = Buffer.concat(this.#chunks)
    this.#needed = 1
    for (;;) {
      const end = rest.indexOf(10)
      if (end < 0) break
      const [, sha = '', type = '', digits = '0'] = header.exec(rest.subarray(0, end).toString('latin1')) ?? []
      const size = Number(digits)
      const length = sha !== '' && this.#hasBytes ? size + 1 : 0
      if (rest.length < end + 1 + length) {
        this.#needed = end + 1 + length
        break
      }
      const bytes = rest.subarray(end + 1, end + 1 + Math.max(0, length - 1))
      rest = rest.subarray(end + 1 + length)
      this.#waiting.shift()?.resolve(sha === '' ? null : { sha, type, size, bytes })
    }
    this.#chunks = [rest]
    this.#length = rest.length
  }
}

const header = /^([0-9a-f]{40}|[0-9a-f]{64}) (commit|tree|blob|tag) (\d+)$/
