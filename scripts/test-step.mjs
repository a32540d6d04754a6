// One step of `npm test`: a program with its output shown, and a limit after which it ends with all that it started.
import { spawn } from 'node:child_process'

/** Long enough to put away databases, browsers and files. */
const graceMs = 10_000

/**
 * Never rejects.
 * @param {string} command
 * @param {string[]} args
 * @param {{ limitMs: number, interrupted?: AbortSignal }} options `interrupted` ends the step as its limit does
 * @returns {Promise<string | null>} null when it ended with exit code 0, else what happened: `ran out of time (5 min)`
 */
export function runStep(command, args, { limitMs, interrupted }) {
  return new Promise((resolve) => {
    // A process group of its own, so that whatever the program started can be ended with it.
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true })
    /** @type {string | null} */
    let why = null
    let force

    function signalGroup(signal) {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, signal)
      } catch {
        // Nothing is left of it.
      }
    }
    function end(reason) {
      if (why !== null) return
      why = reason
      signalGroup('SIGTERM')
      force = setTimeout(() => signalGroup('SIGKILL'), graceMs)
    }
    function interrupt() {
      end('interrupted')
    }
    function done(how) {
      clearTimeout(limit)
      clearTimeout(force)
      interrupted?.removeEventListener('abort', interrupt)
      // What outlived its program would write into the next step, or after the last line.
      signalGroup('SIGKILL')
      resolve(why ?? how)
    }
    const limit = setTimeout(() => end(`ran out of time (${Math.round(limitMs / 6_000) / 10} min)`), limitMs)
    interrupted?.addEventListener('abort', interrupt)
    child.once('error', (error) => done(error.message))
    child.once('exit', (code, signal) => done(signal ? `ended by ${signal}` : code === 0 ? null : `exit code ${code}`))
    if (interrupted?.aborted) interrupt()
  })
}
