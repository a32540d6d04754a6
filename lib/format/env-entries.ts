// Where each assignment of `.env` text stands: what reading, hiding and editing have in common.
import type { Problem } from '../errors.ts'

/** One assignment. Positions are indices of the text. */
export type EnvEntry = {
  name: string
  /** As hooks get it: quotes and escapes taken away, nothing expanded, line ends in it as `\n`. */
  value: string
  /** Line of the name, from 1. */
  line: number
  /** First index of its first line, and the end of its last, without the line's end. */
  from: number
  to: number
  /** What stands behind “=” and blanks: the value with its quotes, without a comment after it. */
  valueFrom: number
  valueTo: number
  quote: '"' | "'" | null
  /** Blanks stand around the “=”. */
  isSpaced: boolean
}

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: '$' }

/** Assignments in order, those of names that nothing can be called included; each problem has the path `text.<line>`. */
export function readEnvEntries(text: string): { entries: EnvEntry[]; problems: Problem[] } {
  const entries: EnvEntry[] = []
  const problems: Problem[] = []
  const complain = (line: number, message: string, hint?: string): void => {
    problems.push({ path: `text.${line}`, message: `Line ${line}: ${message}`, ...(hint ? { hint } : {}) })
  }
  const ends = lineEnds(text)
  let from = text.startsWith('\ufeff') ? 1 : 0
  for (let at = 0; at < ends.length; from = ends[at++]!.next) {
    const line = at + 1
    const content = text.slice(from, ends[at]!.end)
    if (/^\s*(#|$)/.test(content)) continue
    const match = /^(\s*(?:export\s+)?)([^=]*?)(\s*=\s*)(.*)$/s.exec(content)
    if (!match) {
      complain(line, 'there is no “=”.', 'Write NAME=value, or begin a comment with “#”.')
      continue
    }
    const [, indent = '', name = '', equals = '', rest = ''] = match
    const valueFrom = from + indent.length + name.length + equals.length
    const entry = { name, line, from, valueFrom, isSpaced: equals !== '=' }
    const quote = rest[0]
    if (quote !== '"' && quote !== "'") {
      const value = rest.replace(/(^|\s+)#.*$/s, '').trim()
      entries.push({ ...entry, value, to: ends[at]!.end, valueTo: valueFrom + value.length, quote: null })
      continue
    }
    const end = endOfQuote(text, valueFrom)
    if (end === -1) {
      complain(line, `the ${quote} is never closed.`)
      break
    }
    while (ends[at]!.end < end) at++
    const to = ends[at]!.end
    if (!/^\s*(#.*)?$/s.test(text.slice(end + 1, to))) complain(line, 'something follows the closing quote.')
    const inner = text.slice(valueFrom + 1, end).replaceAll('\r\n', '\n')
    const value = quote === '"' ? inner.replace(/\\([nrt"\\$])/g, (_, code: string) => escapes[code]!) : inner
    entries.push({ ...entry, value, to, valueTo: end + 1, quote })
  }
  return { entries, problems }
}

/** Of every line: where it ends, and where the next one begins. */
function lineEnds(text: string): { end: number; next: number }[] {
  const ends = [...text.matchAll(/\r?\n/g)].map(({ index, 0: found }) => ({ end: index, next: index + found.length }))
  return [...ends, { end: text.length, next: text.length }]
}

/** The index of the quote that closes the one at `from`; -1 when none does. */
function endOfQuote(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\' && text[from] === '"') at++
    else if (text[at] === text[from]) return at
  }
  return -1
}
