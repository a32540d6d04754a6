// Answers of any operation, for people: lists as tables, everything else line by line.
import { table } from './output.ts'
import { clean } from './terminal.ts'

/** Long texts and ids are for --json. */
const hidden = /(^id|Id|Hash|sha256|text|publicKey|authorizeCommand|hostKey|requestedBy)$/
const mostColumns = 6
const widest = 60

type Row = Record<string, unknown>

/**
 * `isTerminal`: a text that is shown as one is made safe for it; in a file it stays as it is. `withIds`: of what a list holds, as it has
 * no other name by which a command could be told of it.
 */
export function show(value: unknown, { isTerminal = false, withIds = false } = {}): string {
  if (value === null || value === undefined) return 'Done.\n'
  if (Array.isArray(value)) return list(value, withIds)
  if (typeof value !== 'object') return `${cell(value)}\n`
  const { items } = value as { items?: unknown }
  if (Array.isArray(items)) return list(items, withIds)
  const { text, ...rest } = value as Row
  // What is a text before all else is shown as one.
  if (typeof text === 'string' && Object.keys(rest).length === 0)
    return `${isTerminal ? clean(text) : text}${text.endsWith('\n') ? '' : '\n'}`
  return table(Object.entries(value as Row).map(([name, one]) => [name, cell(one)]))
}

function list(items: unknown[], withIds: boolean): string {
  const [first] = items
  if (first === undefined) return 'Nothing.\n'
  if (typeof first !== 'object' || first === null) return items.map((item) => `${cell(item)}\n`).join('')
  const columns = Object.keys(first)
    .filter((name) => !hidden.test(name) && items.some((item) => isPlain((item as Row)[name])))
    .slice(0, mostColumns)
  if (withIds && 'id' in first) columns.unshift('id')
  return table([columns, ...items.map((item) => columns.map((name) => short(cell((item as Row)[name]))))])
}

function isPlain(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value)
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '–'
  return clean(typeof value === 'object' ? JSON.stringify(value) : String(value)).replace(/\s+/g, ' ')
}

function short(text: string): string {
  return text.length > widest ? `${text.slice(0, widest - 1)}…` : text
}
