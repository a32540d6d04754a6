// How figures are set for people.

/** null = nothing was promised. */
export type Target = { text: string; isMet: boolean } | null

export const rounded = (value: number): string => `${Math.round(value)}`
export const verdict = (goal: Target): string => (goal === null ? '–' : `${goal.text} ${goal.isMet ? 'met' : 'MISSED'}`)
/** At most `limit`. */
export const most = (value: number, limit: number, unit: string): string =>
  verdict({ text: `≤ ${limit} ${unit}`.trim(), isMet: value <= limit })

/** Markdown. */
export function table(head: string[], rows: string[][]): string {
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => (row[at] ?? '').length)))
  const line = (cells: string[]): string => `| ${cells.map((cell, at) => cell.padEnd(widths[at]!)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}
