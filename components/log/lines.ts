// The log of a deployment as lines: takes chunks in any portion, each byte once, and keeps per step what is needed to draw
// any line by itself. Pure data; drawing is log-viewer.tsx.
import type { LogChunkView } from '@/lib/api/shapes.ts'

/** `carry`: the colour codes that were still open when the line began, to be put before its text; `at`: when it was written, '' = nobody knows. */
export type LogLine = { text: string; carry: string; at: string }
type StepLines = {
  segment: string
  step: number
  key: string
  lines: LogLine[]
  lastOffset: number
  isOpen: boolean
  carry: string
}

export const stepKey = (segment: string, step: number): string => `${segment}/${step}`

/** Colour codes (SGR), the only escapes that are drawn. */
const colours = /\x1b\[([\d;:]*)m/g
/** Every other escape, and characters that draw nothing: titles, cursor moves, bells, those that turn the direction of what follows. Tab stays. */
const others =
  /\x1b\[[\d;:<=>?]*[ -/]*[@-ln-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\|$)|\x1b[P^_X][^\x1b]*(?:\x1b\\|$)|\x1b[ -/]*[0-Z\\^-~]|[\0-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g

/** Whether a text has any of the above. Most lines have none, and with a million of them that is what counts. */
const controls = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/

/** What of a raw line is to be seen: the last thing written over it by carriage returns, and no escapes but colours. */
export function visible(raw: string): string {
  if (!controls.test(raw)) return raw
  const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw
  const last = line.lastIndexOf('\r')
  return (last === -1 ? line : line.slice(last + 1)).replace(others, '')
}

/** The line as text alone: what is searched and copied. */
export function plain(line: LogLine): string {
  const text = visible(line.text)
  return text.includes('\x1b') ? text.replace(colours, '') : text
}

/** The colour codes open after `text`, when `carry` was open before it. */
function carryAfter(carry: string, text: string): string {
  let open = carry
  for (const [code, parameters = ''] of text.matchAll(colours)) {
    if (parameters === '' || /^0+$/.test(parameters)) open = ''
    else open = parameters.startsWith('0;') ? code : open + code
  }
  // A log that only ever adds codes must not grow each line's prefix without end.
  return open.length > 256 ? open.slice(open.lastIndexOf('\x1b')) : open
}

/** Lines of one step that began one after the other, none of another step between them. */
type Run = { step: StepLines; from: number; length: number }

/**
 * Steps in the order in which their output began; `runs`: all lines in the order in which they began, which never changes, whatever
 * comes later: a line keeps its number. Both grow in place; the value around them is new after each change, so that React sees it.
 */
export type LogLines = { steps: StepLines[]; runs: Run[]; count: number; version: number }

export const noLines: LogLines = { steps: [], runs: [], count: 0, version: 0 }

/**
 * Adds chunks, whatever the order of their steps. One that begins where or before the last one of its step began is here already
 * and changes nothing, so that no line is shown twice. (Where a chunk ends can't be told from its text: bytes that were no UTF-8
 * have become longer.)
 */
export function addChunks(log: LogLines, chunks: readonly LogChunkView[]): LogLines {
  const { steps, runs }: Pick<LogLines, 'steps' | 'runs'> = log === noLines ? { steps: [], runs: [] } : log
  const known = new Map(steps.map((step) => [step.key, step]))
  for (const chunk of chunks) {
    const key = stepKey(chunk.segment, chunk.step)
    let step = known.get(key)
    if (!step) {
      step = { segment: chunk.segment, step: chunk.step, key, lines: [], lastOffset: -1, isOpen: false, carry: '' }
      steps.push(step)
      known.set(key, step)
    }
    if (chunk.offset > step.lastOffset && chunk.text !== '') addText(step, chunk, runs)
  }
  return { steps, runs, count: steps.reduce((sum, { lines }) => sum + lines.length, 0), version: log.version + 1 }
}

/** Appends to the step in place: a log of a million lines isn't copied for each chunk. */
function addText(step: StepLines, chunk: LogChunkView, runs: Run[]): void {
  const parts = chunk.text.split('\n')
  const rest = parts.pop() ?? ''
  const before = step.lines.length
  for (const [index, text] of parts.entries()) push(step, index === 0, text, chunk.at, true)
  if (rest !== '') push(step, parts.length === 0, rest, chunk.at, false)
  else if (parts.length > 0) step.isOpen = false
  step.lastOffset = chunk.offset
  const length = step.lines.length - before
  const last = runs.at(-1)
  if (last?.step === step) last.length += length
  else if (length > 0) runs.push({ step, from: before, length })
}

function push(step: StepLines, isFirst: boolean, text: string, at: string, isWhole: boolean): void {
  const last = step.lines.at(-1)
  const isContinued = isFirst && step.isOpen && last !== undefined
  const line = isContinued ? { ...last, text: last.text + text } : { text, carry: step.carry, at }
  if (isContinued) step.lines[step.lines.length - 1] = line
  else step.lines.push(line)
  step.isOpen = !isWhole
  if (isWhole && (line.carry !== '' || line.text.includes('\x1b['))) step.carry = carryAfter(line.carry, line.text)
}

/** A row of the list: the heading of a step, or its line `index` (0-based in the step; `number` 1-based over the whole log). */
type Row = { kind: 'step'; step: StepLines } | { kind: 'line'; step: StepLines; index: number; number: number }

/** Which lines are shown: of one step (its key), of some segments, or all. */
export type Only = { key: string | null; segments: ReadonlySet<string> | null }

export const everything: Only = { key: null, segments: null }

type Part = Run & { start: number; firstNumber: number; hasHeading: boolean }

/** Rows as a list that is never built: `at(i)` finds the row, `rowOf(number)` the way back. */
export class Rows {
  readonly count: number
  private readonly parts: Part[] = []

  constructor(log: LogLines, { key, segments }: Only = everything) {
    let start = 0
    let firstNumber = 1
    for (const { step, from, length } of log.runs) {
      if ((key === null || key === step.key) && (segments === null || segments.has(step.segment))) {
        const hasHeading = from === 0
        this.parts.push({ step, from, length, start, firstNumber, hasHeading })
        start += length + (hasHeading ? 1 : 0)
      }
      firstNumber += length
    }
    this.count = start
  }

  at(row: number): Row | undefined {
    const part = this.lastPart((one) => one.start <= row)
    if (!part || row >= this.end(part)) return undefined
    const index = row - part.start - (part.hasHeading ? 1 : 0)
    return index < 0
      ? { kind: 'step', step: part.step }
      : { kind: 'line', step: part.step, index: part.from + index, number: part.firstNumber + index }
  }

  /** The row of line `number`, or null when it isn't among these. */
  rowOf(number: number): number | null {
    const part = this.lastPart(({ firstNumber }) => firstNumber <= number)
    if (!part || number < part.firstNumber || number >= part.firstNumber + part.length) return null
    return part.start + (part.hasHeading ? 1 : 0) + number - part.firstNumber
  }

  /** The row of the last line of a step. */
  lastRowOf(key: string): number | null {
    const part = this.parts.findLast(({ step }) => step.key === key)
    return part ? this.end(part) - 1 : null
  }

  *lines(): Generator<{ number: number; line: LogLine }> {
    for (const { step, from, firstNumber, length } of this.parts) {
      for (let index = 0; index < length; index++)
        yield { number: firstNumber + index, line: step.lines[from + index]! }
    }
  }

  private end({ start, length, hasHeading }: Part): number {
    return start + length + (hasHeading ? 1 : 0)
  }

  /** The last part for which it holds; it holds for those before, too. Several servers make many parts: halved, not walked. */
  private lastPart(holds: (part: Part) => boolean): Part | undefined {
    let [low, high] = [0, this.parts.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (holds(this.parts[middle]!)) low = middle + 1
      else high = middle
    }
    return this.parts[low - 1]
  }
}
