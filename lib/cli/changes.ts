// What a file would change, or has changed, in words.
import { clean } from './terminal.ts'

export type Change = { path: string; kind: 'added' | 'changed' | 'removed'; before?: unknown; after?: unknown }

const sign = { added: '+', changed: '~', removed: '-' } as const

/** One change a line; texts of several lines with the lines that differ below it. */
export function changeLines({ path, kind, before, after }: Change): string {
  const head = `${sign[kind]} ${clean(path)}`
  if (isLong(before) || isLong(after)) {
    const { gone, come } = differing(linesOf(before), linesOf(after))
    return [
      head,
      ...gone.map((line) => `    - ${clean(line)}`),
      ...come.map((line) => `    + ${clean(line)}`),
      '',
    ].join('\n')
  }
  if (kind === 'removed') return `${head}\n`
  return `${head}: ${kind === 'changed' ? `${short(before)} → ` : ''}${short(after)}\n`
}

/** Both without the lines that they begin and end with in common. */
export function differing(before: string[], after: string[]): { gone: string[]; come: string[] } {
  const most = Math.min(before.length, after.length)
  let start = 0
  while (start < most && before[start] === after[start]) start++
  let end = 0
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end++
  return { gone: before.slice(start, before.length - end), come: after.slice(start, after.length - end) }
}

function isLong(value: unknown): value is string {
  return typeof value === 'string' && value.trimEnd().includes('\n')
}

function linesOf(value: unknown): string[] {
  return typeof value === 'string' ? value.replace(/\n$/, '').split('\n') : []
}

function short(value: unknown): string {
  return clean(JSON.stringify(value) ?? 'nothing')
}
