import type { RunView } from '@/lib/api/shapes.ts'
import { formatDuration } from '@/lib/format/time.ts'

const width = 4
const gap = 2
const height = 20

const colours: Record<string, string> = {
  succeeded: 'fill-good/75',
  failed: 'fill-bad',
  cancelled: 'fill-warn/80',
  running: 'fill-accent',
}

/** Recent runs as bars, the newest on the right: the taller, the longer it took. A failed one also stands on a foot. */
export function OutcomeStrip({ runs, days }: { runs: readonly RunView[]; days: number }) {
  if (runs.length === 0) return null
  const longest = Math.max(1, ...runs.map(({ durationMs }) => durationMs ?? 0))
  const count = (wanted: string) => runs.filter(({ status }) => status === wanted).length
  const rest = [
    count('failed') && `${count('failed')} failed`,
    count('cancelled') && `${count('cancelled')} cancelled`,
  ].filter(Boolean)
  const words = `Last ${days} days: ${runs.length} ${runs.length === 1 ? 'run' : 'runs'}${rest.length ? `, ${rest.join(', ')}` : ''}`
  return (
    <svg
      role="img"
      aria-label={words}
      width={runs.length * (width + gap) - gap}
      height={height}
      className="max-w-full overflow-visible"
    >
      {runs.map(({ id, number, status, durationMs }, index) => {
        const tall = durationMs === null ? height / 2 : Math.max(5, Math.sqrt(durationMs / longest) * height)
        const x = index * (width + gap)
        return (
          <g key={id} className={colours[status] ?? 'fill-line-strong/60'}>
            <title>{`${number} ${status}${durationMs === null ? '' : ` in ${formatDuration(durationMs)}`}`}</title>
            <rect x={x} y={height - tall} width={width} height={tall} rx={1} />
            {status === 'failed' && <rect x={x - 1} y={height - 2} width={width + 2} height={2} />}
          </g>
        )
      })}
    </svg>
  )
}
