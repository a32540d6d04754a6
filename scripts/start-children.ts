// Keeps child processes running: one that dies is started again, more slowly each time; stopping is in order and has an end.
import { spawn, type ChildProcess } from 'node:child_process'
import type { Logger } from 'pino'

/** `preload`: modules that run before `file`. */
export type ChildSpec = {
  name: string
  file: string
  preload?: string[]
  args?: string[]
  env?: Record<string, string | undefined>
}

type Child = {
  /** Of the running process; undefined while it waits to be started again. */
  pid(): number | undefined
  /** TERM, then KILL after `graceMs`. It isn't started again. */
  stop(graceMs?: number): Promise<void>
}

const firstWaitMs = 500
const longestWaitMs = 30_000
/** Having run this long, a process is well again: the next wait is the first one. */
const wellAfterMs = 60_000

/**
 * Starts a Node program and keeps it running. It shares our output. It holds a channel to us, so that it ends when we are
 * gone, however we went (see start-leash.ts).
 */
export function keepRunning(spec: ChildSpec, log: Logger, leash: string): Child {
  let child: ChildProcess | undefined
  let stopping = false
  let waitMs = firstWaitMs
  let timer: NodeJS.Timeout | undefined

  const start = (): void => {
    const startedAt = Date.now()
    child = spawn(
      process.execPath,
      [...[leash, ...(spec.preload ?? [])].flatMap((module) => ['--import', module]), spec.file, ...(spec.args ?? [])],
      {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        // A Ctrl-C in the terminal reaches us alone: who ends, and in what order, is ours to say.
        detached: true,
        env: { ...process.env, ...spec.env },
      },
    )
    log.info({ child: spec.name, pid: child.pid }, 'started')
    let over = false
    const ended = (facts: Record<string, unknown>): void => {
      if (over) return
      over = true
      child = undefined
      if (stopping) return
      if (Date.now() - startedAt > wellAfterMs) waitMs = firstWaitMs
      log.error({ child: spec.name, ...facts, againInMs: waitMs }, 'ended by itself')
      timer = setTimeout(start, waitMs)
      waitMs = Math.min(waitMs * 2, longestWaitMs)
    }
    child.once('exit', (code, signal) => ended({ code, signal }))
    child.once('error', (error) => ended({ error: error.message }))
  }
  start()

  return {
    pid: () => child?.pid,
    async stop(graceMs = 20_000) {
      stopping = true
      clearTimeout(timer)
      const running = child
      if (!running) return
      const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()))
      running.kill('SIGTERM')
      const force = setTimeout(() => {
        log.warn({ child: spec.name }, 'did not stop in time, killed')
        running.kill('SIGKILL')
      }, graceMs)
      await ended
      clearTimeout(force)
    },
  }
}
