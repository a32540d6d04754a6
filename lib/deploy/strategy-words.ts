// What a strategy would do with the servers of an environment, in plain words: for its settings and for previews.
import { minimumOf, nextBatch, plannedBatches } from './strategy.ts'
import type { FleetTarget } from './strategy.ts'
import type { Strategy } from './types.ts'

/** Sentences, in order; `isPossible` false = no run would begin, and the only sentence says why. The fleet's ids are the servers' names. */
export function strategyWords(fleet: FleetTarget[], strategy: Strategy): { isPossible: boolean; sentences: string[] } {
  const first = nextBatch(fleet, strategy, 0)
  if (first.next === 'stop') return { isPossible: false, sentences: [first.reason] }
  const batches = plannedBatches(fleet, strategy)
  const meant = fleet.filter(({ outside }) => !outside)
  const sentences = [
    canaryWords(batches, strategy),
    batchWords(strategy.canary ? batches.slice(1) : batches, meant.length),
    othersWords(fleet, minimumOf(fleet, strategy)),
    failureWords(fleet, minimumOf(fleet, strategy), strategy),
    strategy.onFailure === 'rollback'
      ? 'When it fails, servers that have switched go back to the release before.'
      : 'When it fails, servers that have switched keep the new release.',
  ]
  return { isPossible: true, sentences: sentences.filter((one) => one !== '') }
}

function canaryWords(batches: string[][], { canary }: Strategy): string {
  if (!canary || batches.length < 2) return ''
  const then = canary.seconds === null ? 'when somebody lets them' : `after ${duration(canary.seconds)}`
  return `First ${batches[0]?.[0] ?? ''} alone; the others follow ${then}.`
}

function batchWords(batches: string[][], all: number): string {
  const sizes = batches.map(({ length }) => length)
  const most = Math.max(0, ...sizes)
  if (most === 0) return ''
  if (most === all) return all === 1 ? 'One server changes.' : `All ${all} change at once.`
  const goOn = `${all - most} ${all - most === 1 ? 'goes' : 'go'} on serving meanwhile`
  if (most === 1) return `One at a time; ${goOn}.`
  return sizes.length === 1
    ? `Then ${most} at once; at least ${goOn}.`
    : `Batches of ${grouped(sizes)}; at least ${goOn}.`
}

/** `2, 2, 1`, and `20 × 2, 1` where there are many. */
function grouped(sizes: number[]): string {
  if (sizes.length <= 6) return sizes.join(', ')
  const groups: [size: number, times: number][] = []
  for (const size of sizes) {
    const last = groups.at(-1)
    if (last?.[0] === size) last[1]++
    else groups.push([size, 1])
  }
  return groups.map(([size, times]) => (times === 1 ? `${size}` : `${times} × ${size}`)).join(', ')
}

/** Servers that stay as they are count as well: how many have to serve is said of all that the environment has. */
function othersWords(fleet: FleetTarget[], minimum: number | null): string {
  const others = fleet.filter(({ outside }) => outside)
  if (others.length === 0 || minimum === null) return ''
  const serving = others.filter(({ health }) => health === 'healthy').length
  const stay = others.length === 1 ? '1 other stays as it is' : `${others.length} others stay as they are`
  const each = others.length === 1 ? (serving === 1 ? 'it serves' : 'it doesn’t serve') : `${serving} of them serve`
  return `${stay}, and ${each}: at least ${minimum} of all ${fleet.length} have to go on serving.`
}

function failureWords(fleet: FleetTarget[], minimum: number | null, { likeCodeDeploy }: Strategy): string {
  const everyOne = 'Every server has to succeed: the first failure ends the run.'
  if (minimum === null) return everyOne
  const meant = fleet.filter(({ outside }) => !outside).length
  const serving = fleet.filter(({ outside, health }) => outside && health === 'healthy').length
  const room = meant + serving - minimum
  if (likeCodeDeploy)
    return room >= meant
      ? 'One server has to succeed.'
      : `The run ends with failure ${Math.max(1, room)}, unless that is the last server’s.`
  const mayFail = Math.min(room, meant) - 1
  return mayFail < 1 ? everyOne : `${mayFail} of ${meant} may fail; one failure more ends the run.`
}

function duration(seconds: number): string {
  if (seconds % 3600 === 0) return count(seconds / 3600, 'hour')
  return seconds % 60 === 0 ? count(seconds / 60, 'minute') : count(seconds, 'second')
}

const count = (value: number, word: string): string => `${value} ${word}${value === 1 ? '' : 's'}`
