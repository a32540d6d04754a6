// What the trials have come to, in words and figures.
import type { Report } from './fly.ts'
import type { Trial } from './trial.ts'

export function sentence({ seed, act, servers, isFirst, faults }: Trial, report: Report): string {
  const many = servers > 1 ? ` on ${servers} servers` : ''
  const wrong = report.struck.map(({ kind, server, during }, index) => {
    const { stays, lastsMs } = faults[index] ?? {}
    return `${kind} (${server}, ${during}${stays ? ', to the end' : `, ${((lastsMs ?? 0) / 1_000).toFixed(1)} s`})`
  })
  const end = `${report.status}${report.code ? ` ${report.code}` : ''} after ${(report.tookMs / 1_000).toFixed(1)} s`
  const verdict = report.problems.length > 0 ? '  VIOLATED' : ''
  return `seed ${seed}: ${isFirst ? 'first ' : ''}${act}${many}: ${wrong.join(', ')} → ${end}${verdict}`
}

/** Counts by kind of fault. */
export class Tally {
  violations = 0
  #trials = 0
  #skipped = 0
  #longestMs = 0
  #kinds = new Map<string, { struck: number; steps: Set<string>; ends: Map<string, number>; violations: number }>()

  skip(trial: Trial): void {
    this.#skipped += trial.faults.length > 0 ? 1 : 0
  }

  add({ struck, status, code, tookMs, problems }: Report): void {
    this.#trials += 1
    this.#longestMs = Math.max(this.#longestMs, tookMs)
    this.violations += problems.length > 0 ? 1 : 0
    for (const { kind, during } of struck) {
      const row = this.#kinds.get(kind) ?? { struck: 0, steps: new Set(), ends: new Map(), violations: 0 }
      this.#kinds.set(kind, row)
      const end = code ?? status
      row.struck += 1
      row.steps.add(during)
      row.ends.set(end, (row.ends.get(end) ?? 0) + 1)
      row.violations += problems.length > 0 ? 1 : 0
    }
  }

  table(): string {
    const rows = [...this.#kinds].map(([kind, { struck, steps, ends, violations }]) => {
      const how = [...ends].map(([end, count]) => `${count} ${end}`).join(', ')
      return `${kind.padEnd(30)} ${String(struck).padStart(4)} × at ${String(steps.size).padStart(2)} moments: ${how}${violations > 0 ? `  ${violations} VIOLATED` : ''}`
    })
    const skipped = this.#skipped > 0 ? `, ${this.#skipped} not possible here` : ''
    const longest = `the longest deployment took ${Math.round(this.#longestMs / 1_000)} s`
    return ['', ...rows, '', `${this.#trials} trials${skipped}; ${longest}`, `${this.violations} violations`].join('\n')
  }
}
