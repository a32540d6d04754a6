// Finding lines. Words are looked for at once; a regular expression runs in a worker of its own with a deadline, because
// some expressions take longer than anyone lives.
import { plain, type Rows } from './lines.ts'

export type Search = { text: string; isPattern: boolean }
export type Found = { numbers: number[]; problem: string | null }

export const nothingFound: Found = { numbers: [], problem: null }
const patternDeadlineMs = 5_000

/** What to mark in drawn lines. Null while nothing, or no valid expression, is looked for. */
export function markOf({ text, isPattern }: Search): RegExp | null {
  if (text === '') return null
  try {
    return new RegExp(isPattern ? text : text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'giu')
  } catch {
    return null
  }
}

/** Numbers of the lines that hold `text`, capitals or not. */
export function findWords(rows: Rows, text: string): Found {
  const wanted = text.toLowerCase()
  const numbers: number[] = []
  for (const { number, line } of rows.lines()) if (plain(line).toLowerCase().includes(wanted)) numbers.push(number)
  return { numbers, problem: null }
}

/** Numbers of the lines that match the expression. `signal` ends the worker early. */
export function findPattern(rows: Rows, source: string, signal: AbortSignal): Promise<Found> {
  try {
    new RegExp(source, 'iu')
  } catch {
    return Promise.resolve({ numbers: [], problem: 'Not a regular expression.' })
  }
  const numbers: number[] = []
  const lines: string[] = []
  for (const { number, line } of rows.lines()) {
    numbers.push(number)
    lines.push(plain(line))
  }
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./search-worker.ts', import.meta.url), { type: 'module' })
    const end = (found: Found) => {
      clearTimeout(deadline)
      worker.terminate()
      resolve(found)
    }
    const deadline = setTimeout(
      () => end({ numbers: [], problem: 'This expression takes too long.' }),
      patternDeadlineMs,
    )
    signal.addEventListener('abort', () => end(nothingFound), { once: true })
    worker.onerror = () => end({ numbers: [], problem: 'This browser can’t search by expression.' })
    worker.onmessage = ({ data }: MessageEvent<number[]>) =>
      end({ numbers: data.map((index) => numbers[index]!), problem: null })
    // One text: a million strings take seconds to be handed over.
    worker.postMessage({ source, text: lines.join('\n') })
  })
}
