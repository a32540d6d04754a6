// The figures as a table for people and as JSON for comparing runs.
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { join } from 'node:path'
import type { Measured } from './deployments.ts'
import type { Memory } from './memory.ts'
import { median, p95, type Phases } from './phases.ts'
import { pushTable, type PushFigures } from './push.ts'
import type { LogScaled } from './scale-log.ts'
import type { Scaled } from './scale.ts'
import { fleetReport, type FleetResults } from './report-fleet.ts'
import { rounded, table, verdict, type Target } from './table.ts'

export type LineDelays = { roundTripMs: number; delays: number[] }
export type Results = {
  deployments: Measured[]
  lines: LineDelays[]
  memory: Memory[]
  scale: Scaled[]
  log: LogScaled | null
  push: PushFigures | null
  fleet: FleetResults
}

/** What the project asks of itself; null = nothing was promised for this cell. */
function target({ kind, connection, ours, ratio, roundTripMs }: Measured): Target {
  const most = (limit: number): Target => ({ text: `≤ ${limit.toFixed(1)} ×`, isMet: ratio <= limit })
  if (kind === 'next') return most(connection === 'warm' ? 0.9 : 1.1)
  if (kind === 'first') return most(1.2)
  if (connection === 'cold') return null
  const limit = 2 * roundTripMs + 150
  return { text: `≤ ${limit} ms`, isMet: median(ours) <= limit }
}

const slowest = (phases: Phases): string =>
  Object.entries(phases)
    .map(([name, ms]) => `${name} ${ms}`)
    .join(', ')

/** Markdown: deployments, where the time goes in those that miss their target, lines, memory. */
export function report({ deployments, lines, memory, scale, log, push, fleet }: Results): string {
  const cells = deployments.map((one) => ({ one, goal: target(one) }))
  const named = ({ size, roundTripMs, connection, kind }: Measured): string[] => [
    size,
    `${roundTripMs} ms`,
    connection,
    kind,
  ]
  const parts: string[] = []
  if (cells.length > 0)
    parts.push(
      table(
        ['repository', 'round trip', 'connection', 'what', 'ours ms', 'floor ms', 'ratio', 'target'],
        cells.map(({ one, goal }) => [
          ...named(one),
          rounded(median(one.ours)),
          rounded(median(one.floor)),
          one.ratio.toFixed(2),
          verdict(goal),
        ]),
      ),
    )
  const missed = cells.filter(({ goal }) => goal?.isMet === false)
  if (missed.length > 0)
    parts.push(
      `Where the time went in what missed its target (medians, ms):\n${missed
        .map(({ one }) => `- ${named(one).join(', ')}: ${slowest(one.phases)}`)
        .join('\n')}`,
    )
  if (lines.length > 0)
    parts.push(
      table(
        ['round trip', 'lines', 'median ms', 'p95 ms', 'target'],
        lines.map(({ roundTripMs, delays }) => {
          const limit = 100 + roundTripMs
          const goal = { text: `≤ ${limit} ms`, isMet: p95(delays) <= limit }
          const figures = [delays.length, median(delays), p95(delays)].map(rounded)
          return [`${roundTripMs} ms`, ...figures, verdict(goal)]
        }),
      ),
    )
  if (memory.length > 0) {
    const sum = (values: number[]): number => values.reduce((all, one) => all + one, 0)
    const total = sum(memory.map((one) => one.proportionalMb))
    const resident = sum(memory.map((one) => one.residentMb))
    parts.push(
      table(
        ['process', 'resident MB', 'by share MB'],
        memory.map((one) => [one.program, rounded(one.residentMb), rounded(one.proportionalMb)]),
      ),
      `Memory of all processes: ${rounded(total)} MB with shared pages counted once (${verdict({ text: '≤ 400 MB', isMet: total <= 400 })}), ${rounded(resident)} MB with them counted in each.`,
    )
  }
  if (scale.length > 0) parts.push(scaleTable(scale))
  if (log) parts.push(logTable(log))
  if (push) parts.push(pushTable(push))
  parts.push(...fleetReport(fleet))
  return parts.join('\n\n')
}

function scaleTable(scale: Scaled[]): string {
  return table(
    ['of a million deployments', 'median ms', 'p95 ms', 'target', 'read whole'],
    scale.map(({ name, ms, scans }) => {
      const goal = { text: '≤ 150 ms', isMet: p95(ms) <= 150 && scans.length === 0 }
      return [name, rounded(median(ms)), rounded(p95(ms)), verdict(goal), scans.join(', ') || 'nothing']
    }),
  )
}

function logTable({ firstPaintMs, wholeMs, dropped, wordsMs, patternMs }: LogScaled): string {
  const most = (value: number, limit: number, unit: string): string =>
    verdict({ text: `≤ ${limit} ${unit}`, isMet: value <= limit })
  return table(
    ['of a log of a million lines', 'measured', 'target'],
    [
      ['first lines to read', `${rounded(firstPaintMs)} ms`, most(firstPaintMs, 1_000, 'ms')],
      ['all of it there', `${rounded(wholeMs)} ms`, '–'],
      ['frames dropped while scrolling', `${dropped.toFixed(1)} %`, most(dropped, 5, '%')],
      ['search for words', `${rounded(wordsMs)} ms`, most(wordsMs, 2_000, 'ms')],
      ['search by expression', `${rounded(patternMs)} ms`, most(patternMs, 2_000, 'ms')],
    ],
  )
}

/** Writes `<folder>/<time>.json` and returns its path. */
export function keep(folder: string, results: Results): string {
  mkdirSync(folder, { recursive: true })
  const at = new Date().toISOString()
  const path = join(folder, `${at.replaceAll(':', '-')}.json`)
  const machine = { processors: cpus().map(({ model }) => model), kernel: release(), node: process.version }
  writeFileSync(path, JSON.stringify({ at, machine, ...results }, null, 2))
  return path
}
