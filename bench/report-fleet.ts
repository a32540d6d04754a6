// The figures of several servers as tables.
import { ratioOf, type FleetCell } from './fleet.ts'
import { median, p95 } from './phases.ts'
import { rounded, table, verdict } from './table.ts'

export type FleetResults = {
  cells: FleetCell[]
  /** Whom there was to compare with, and why others are missing. */
  found: Record<string, string>
  missing: Record<string, string>
}

export const nothing: FleetResults = { cells: [], found: {}, missing: {} }

/** Markdown parts; none where nothing was measured. */
export function fleetReport({ cells, found, missing }: FleetResults): string[] {
  return cells.length > 0 ? [cellTable(cells), phaseList(cells), ...rivalTable(cells, found, missing)] : []
}

function cellTable(cells: FleetCell[]): string {
  return table(
    ['servers', 'round trip', 'connection', 'what', 'ours ms', 'floor ms', 'ratio', 'target', 'skew p50/p95 ms'],
    cells.map((cell) => [
      `${cell.servers}`,
      `${cell.roundTripMs} ms`,
      cell.connection,
      cell.kind,
      rounded(median(cell.ours)),
      rounded(median(cell.floor)),
      ratioOf(cell).toFixed(2),
      cell.kind === 'next' ? verdict({ text: '≤ 1.5 ×', isMet: ratioOf(cell) <= 1.5 }) : '–',
      cell.skews.length > 0 ? `${rounded(median(cell.skews))} / ${rounded(p95(cell.skews))}` : '–',
    ]),
  )
}

function phaseList(cells: FleetCell[]): string {
  const lines = cells.map(({ servers, roundTripMs, connection, kind, phases }) => {
    const all = Object.entries(phases).map(([name, ms]) => `${name} ${ms}`)
    return `- ${servers} servers, ${roundTripMs} ms, ${connection}, ${kind}: ${all.join(', ')}`
  })
  return `Where the time went (medians, ms):\n${lines.join('\n')}`
}

function rivalTable(cells: FleetCell[], found: Record<string, string>, missing: Record<string, string>): string[] {
  const measured = cells.filter(({ rivals }) => Object.keys(rivals).length > 0)
  const absent = Object.entries(missing).map(([name, why]) => `- ${name}: ${why}`)
  const parts = absent.length > 0 ? [`Not to be had here:\n${absent.join('\n')}`] : []
  if (measured.length === 0) return parts
  const names = Object.keys(measured[0]!.rivals)
  const times = (one: number, floor: number): string => `${rounded(one)} (${(one / floor).toFixed(1)})`
  const rows = measured.map(({ servers, ours, floor, rivals }) => {
    const least = median(floor)
    const others = names.map((name) => times(median(rivals[name]!), least))
    return [`${servers}`, times(least, least), times(median(ours), least), ...others]
  })
  const head = names.map((name) => `${name} ${found[name] ?? ''}`.trim())
  return [`\`next\`, ms (times the floor):\n\n${table(['servers', 'floor', 'ours', ...head], rows)}`, ...parts]
}
