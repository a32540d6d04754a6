// The figures of several servers as tables.
import type { Activations } from './activations.ts'
import type { BigLog } from './big-log.ts'
import type { Crowd } from './crowd.ts'
import { ratioOf, type FleetCell } from './fleet.ts'
import { median, p95, p99, type Phases } from './phases.ts'
import { most, rounded, table, verdict } from './table.ts'
import type { TakeOver } from './take-over.ts'

export type FleetResults = {
  cells: FleetCell[]
  /** Whom there was to compare with, and why others are missing. */
  found: Record<string, string>
  missing: Record<string, string>
  takeOvers: TakeOver[]
  bigLog: BigLog[]
  crowd: Crowd | null
  activations: Activations | null
}

export const nothing: FleetResults = {
  cells: [],
  found: {},
  missing: {},
  takeOvers: [],
  bigLog: [],
  crowd: null,
  activations: null,
}

/** Markdown parts; none where nothing was measured. */
export function fleetReport(results: FleetResults): string[] {
  const { cells, found, missing, takeOvers, bigLog, crowd, activations } = results
  return [
    ...(cells.length > 0
      ? [cellTable(cells), phaseList(cells), cpuTable(cells), ...rivalTable(cells, found, missing)]
      : []),
    ...(takeOvers.length > 0 ? [takeOverTable(takeOvers)] : []),
    ...(bigLog.length > 0 ? [bigLogTable(bigLog)] : []),
    ...(crowd ? [crowdTable(crowd)] : []),
    ...(activations ? [activationTable(activations)] : []),
  ]
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
    return `- ${servers} servers, ${roundTripMs} ms, ${connection}, ${kind}: ${wordsOf(phases)}`
  })
  return `Where the time went (medians, ms):\n${lines.join('\n')}`
}

function cpuTable(cells: FleetCell[]): string {
  const rows = cells
    .filter(({ kind }) => kind === 'next')
    .map(({ servers, roundTripMs, connection, cpu: { ours, floor } }) => {
      const each = median(ours.map((one) => one.servers)) / servers
      const floors = median(floor) / servers
      const panel = (['worker', 'database'] as const).map((who) => rounded(median(ours.map((one) => one[who]))))
      const condition = `${servers}, ${roundTripMs} ms, ${connection}`
      return [condition, rounded(each), rounded(floors), (each / floors).toFixed(2), ...panel]
    })
  return table(
    ['CPU ms of a `next`', 'each server, ours', 'each server, floor', 'ratio', 'our worker', 'our database'],
    rows,
  )
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

function takeOverTable(all: TakeOver[]): string {
  const row = (what: string, ms: number[], limit: number | null): string[] => {
    const longest = Math.max(...ms)
    const goal = limit === null ? '–' : most(longest, limit, 'ms')
    return [what, `${ms.length}`, rounded(median(ms)), rounded(longest), goal]
  }
  return table(
    ['a worker killed while it flies', 'times', 'median ms', 'longest ms', 'target'],
    [
      row(
        'until the next one writes',
        all.map(({ writesMs }) => writesMs),
        5_000,
      ),
      row(
        'until it follows the server',
        all.map(({ followsMs }) => followsMs),
        null,
      ),
    ],
  )
}

/** What may be added to what a process takes at rest: buffers, and a heap that has been collected lately. */
const flatMb = 100

function bigLogTable(all: BigLog[]): string {
  return table(
    [
      'a log of',
      'process',
      'at rest MB',
      'most while written, first half',
      'second half',
      'most while fetched',
      'afterwards',
      'target',
    ],
    all.map(({ bytes, program, before, writing, fetching, after }) => [
      `${rounded(bytes / 1024 / 1024)} MB`,
      program,
      ...[before, ...writing, fetching, after].map(rounded),
      most(Math.round(Math.max(...writing, fetching) - before), flatMb, 'MB more'),
    ]),
  )
}

function crowdTable({ servers, runs, memory }: Crowd): string {
  const each = (all: number): string => `${all} (${(all / servers).toFixed(1)})`
  const rows = runs.map(({ what, ms, logins, commands, transactions, phases, cpu }) => [
    what,
    rounded(ms),
    each(logins),
    each(commands),
    each(transactions),
    rounded(phases.skew ?? 0),
    ...[cpu.servers / servers, cpu.worker, cpu.database].map(rounded),
  ])
  const head = [
    `${servers} servers`,
    'ms',
    'logins (each)',
    'commands (each)',
    'transactions (each)',
    'skew ms',
    'CPU ms each',
    'of the worker',
    'of the database',
  ]
  const phases = runs.map((run) => `- ${run.what}: ${wordsOf(run.phases)}`).join('\n')
  const grown = `The worker's memory: ${rounded(memory.before)} MB before it knew a server, at most ${rounded(memory.most)} MB after.`
  return [table(head, rows), phases, grown].join('\n\n')
}

const wordsOf = (phases: Phases): string =>
  Object.entries(phases)
    .map(([name, ms]) => `${name} ${rounded(ms)}`)
    .join(', ')

function activationTable({ servers, count, seen, strange, skews, ms }: Activations): string {
  const { requests, failures, failed, reads, misses } = seen
  const none = (bad: number): string => verdict({ text: 'none', isMet: bad === 0 })
  const rows = [
    ['requests through nginx', `${requests}`, `${failures} failed`, none(failures)],
    ['answers that were no release', `${requests}`, `${strange}`, none(strange)],
    ['readings of `current`', `${reads}`, `${misses} misses`, none(misses)],
    ['skew of the servers, ms', `${skews.length}`, `p50 ${rounded(median(skews))}, p99 ${rounded(p99(skews))}`, '–'],
    ['an activation, ms', `${ms.length}`, `p50 ${rounded(median(ms))}, p99 ${rounded(p99(ms))}`, '–'],
  ]
  const head = [`${count} activations on ${servers} servers`, 'how many', 'what was seen', 'target']
  return [table(head, rows), ...failed.map((words) => `- ${words}`)].join('\n')
}
