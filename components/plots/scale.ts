// Round numbers for the axes of plots. Pure.

/** 0 and up to four steps above it, the last at least `max`, in steps of 1, 2 or 5 times a power of ten. */
export function countTicks(max: number): number[] {
  const rough = Math.max(max, 1) / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = Math.max(1, ([1, 2, 5, 10].find((times) => times * power >= rough) ?? 10) * power)
  return ticks(step, max)
}

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const steps = [
  ...[100, 250, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 6, 12].map((n) => n * hour),
  ...[1, 2, 7, 14, 30, 60, 90, 180, 365].map((n) => n * day),
]

/** The same for durations in ms, in steps that clocks and calendars know. */
export function durationTicks(max: number): number[] {
  return ticks(steps.find((step) => step * 4 >= max) ?? Math.ceil(max / 4 / (365 * day)) * 365 * day, max)
}

function ticks(step: number, max: number): number[] {
  const count = Math.max(1, Math.ceil(max / step))
  return Array.from({ length: count + 1 }, (_, index) => index * step)
}

/** A duration as an axis names it: in one unit. */
export function shortDuration(ms: number): string {
  if (ms === 0) return '0'
  if (ms >= day) return `${trimmed(ms / day)} d`
  if (ms >= hour) return `${trimmed(ms / hour)} h`
  if (ms >= minute) return `${trimmed(ms / minute)} min`
  if (ms >= second) return `${trimmed(ms / second)} s`
  return `${Math.round(ms)} ms`
}

function trimmed(value: number): string {
  return (Math.round(value * 10) / 10).toString()
}
