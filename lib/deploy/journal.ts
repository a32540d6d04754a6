// The runner's journal (docs/engine.md, "Journal"): facts, one a line, complete lines only.
import type { StepOutcome } from './types.ts'

export type JournalEntry =
  | { type: 'open'; segment: string; epoch: string; wallMs: number; uptimeCs: number }
  | { type: 'begin'; step: number; uptimeCs: number }
  | { type: 'fact'; step: number; key: string; value: string }
  | { type: 'end'; step: number; outcome: StepOutcome; exit: number | null; size: number; uptimeCs: number }
  | { type: 'sum'; step: number; size: number; sha256: string }
  | { type: 'close'; outcome: 'ok' | 'failed' | 'cancelled' | 'not_killed'; uptimeCs: number }

const line = {
  open: /^open (\S+) (\d+) (\d+) (\d+)$/,
  begin: /^begin (\d+) (\d+)$/,
  fact: /^fact (\d+) (\S+) (.*)$/s,
  end: /^end (\d+) (ok|failed|timed_out|cancelled|output_limit|not_killed|skipped|lost) (\d+|-) (\d+) (\d+)$/,
  sum: /^sum (\d+) (\d+) ([0-9a-f]{64})$/,
  close: /^close (ok|failed|cancelled|not_killed) (\d+)$/,
} as const

/** One line without its newline → entry; null for a line that isn't one (a newer runner's, or a torn one). */
export function parseJournalLine(text: string): JournalEntry | null {
  const type = text.slice(0, text.indexOf(' ')) as keyof typeof line
  const found = Object.hasOwn(line, type) ? line[type].exec(text) : null
  if (!found) return null
  const [, a = '', b = '', c = '', d = '', e = ''] = found
  switch (type) {
    case 'open':
      return { type, segment: a, epoch: b, wallMs: Number(c), uptimeCs: Number(d) }
    case 'begin':
      return { type, step: Number(a), uptimeCs: Number(b) }
    case 'fact':
      return { type, step: Number(a), key: b, value: c }
    case 'end': {
      const exit = c === '-' ? null : Number(c)
      return { type, step: Number(a), outcome: b as StepOutcome, exit, size: Number(d), uptimeCs: Number(e) }
    }
    case 'sum':
      return { type, step: Number(a), size: Number(b), sha256: c }
    case 'close':
      return { type, outcome: a as 'ok' | 'failed' | 'cancelled' | 'not_killed', uptimeCs: Number(b) }
  }
}

/** What has been read of a journal so far: `offset` = bytes of complete lines (the offset to commit), `rest` = a begun line. */
export type JournalState = { offset: number; rest: Uint8Array }
export const emptyJournal: JournalState = { offset: 0, rest: new Uint8Array(0) }

/** Feeds bytes to a journal: the entries that they complete, and the state to go on with. A begun line is no fact yet. */
export function parseJournal(state: JournalState, bytes: Uint8Array): { state: JournalState; entries: JournalEntry[] } {
  const data = new Uint8Array(state.rest.length + bytes.length)
  data.set(state.rest)
  data.set(bytes, state.rest.length)
  const end = data.lastIndexOf(10) + 1
  const entries = new TextDecoder()
    .decode(data.subarray(0, end))
    .split('\n')
    .map(parseJournalLine)
    .filter((entry) => entry !== null)
  return { state: { offset: state.offset + end, rest: data.slice(end) }, entries }
}

/** Wall time (epoch ms, by the server's clock) of an `uptimeCs` of the journal that `open` began. */
export function wallTime(open: { wallMs: number; uptimeCs: number }, uptimeCs: number): number {
  return open.wallMs + (uptimeCs - open.uptimeCs) * 10
}
