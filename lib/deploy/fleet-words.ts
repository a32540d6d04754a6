// What a run on several servers has come to, in sentences: what is under way, what is next, what waits and until when, and
// which server has which release. Pure: the same state and moment give the same words. Times are UTC.
import { formatDuration } from '../format/time.ts'
import { barrierMs } from './deadlines.ts'
import { isGivenUp, liveOn, targetOfSegment, type Fleet } from './fleet-live.ts'
import type { NewEvent } from './events.ts'
import type { DeploymentState } from './reducer.ts'

/** The most servers that a sentence names; of those that are not as the rest it names all. */
const namedAtOnce = 6

/** `web-1, web-2 and web-3`; beyond `most`, `web-1, web-2 and 48 more`. */
export function listed(names: readonly string[], most = Infinity): string {
  const shown = names.length > most ? [...names.slice(0, most - 1), `${names.length - most + 1} more`] : names
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)!}`
}

/** `release 12`, or the name of a release that the panel doesn't know. */
export function releaseWord(fleet: Fleet, release: string | null): string {
  if (release === null) return 'nothing'
  const number = fleet.numbers[release]
  return number === undefined ? release : `release ${number}`
}

/** `14:02:11 UTC`. */
export const clock = (at: string): string => `${at.slice(11, 19)} UTC`

const serverOf = (fleet: Fleet, targetId: string): string =>
  fleet.targets.find((target) => target.targetId === targetId)?.server ?? 'a server'
const serversOf = (fleet: Fleet, targetIds: readonly string[]) => targetIds.map((id) => serverOf(fleet, id))
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
const have = (names: readonly string[]): string => (names.length === 1 ? 'has' : 'have')
const servers = (count: number): string => `${count} ${count === 1 ? 'server' : 'servers'}`

/** One or a few sentences on the whole of it. `now` is epoch ms. */
export function fleetSummary(fleet: Fleet, state: DeploymentState, now: number): string {
  if (state.finishedAt !== null) return outcome(fleet, state)
  return [progress(fleet, state, now), ...searching(fleet, state)].join(' ')
}

/** Who is looked for, and how long the others wait: where a failure has ended the run nobody does, as there is nothing to wait for. */
function searching({ goesOn = false }: Fleet, state: DeploymentState): string[] {
  const missed = state.segments.filter(({ looking, targetId }) => looking && !isGivenUp(state, targetId))
  if (missed.length === 0) return []
  const names = listed([...new Set(missed.map(({ server }) => server))], namedAtOnce)
  const hasFailed = state.cancel !== null || (!goesOn && state.failedTargets.length + state.undos.length > 0)
  const seen = missed.map(({ looking }) => Date.parse(looking!.lastSeenAt))
  const until = new Date(Math.max(...seen) + barrierMs).toISOString()
  return [
    `Looking for ${names}: what happens there goes on by itself${hasFailed ? '' : `, and the others wait until ${clock(until)} at most`}.`,
  ]
}

function progress(fleet: Fleet, state: DeploymentState, now: number): string {
  if (isTakenBack(fleet, state)) return undoing(fleet, state)
  const switched = fleet.targets.filter((target) => hasNew(state, target)).map(({ server }) => server)
  const release = releaseWord(fleet, state.release)
  if (state.waiting) {
    const left = fleet.targets.length - switched.length
    const those = left === 1 ? 'The other one' : `The other ${left}`
    const live = `${capital(release)} is live on ${listed(switched, namedAtOnce)}.`
    return `${live} ${those} ${waits(state.waiting, left === 1, now)}`
  }
  const began = state.batches.at(-1)
  if (!began) return making(fleet, state, release)
  if (switched.length === fleet.targets.length)
    return `${capital(release)} is live on all ${servers(switched.length)}; finishing.`
  const next = fleet.batches[began.batch] ?? []
  const last = began.batch >= fleet.batches.length
  return [
    `Batch ${began.batch} of ${Math.max(began.batch, fleet.batches.length)}: ${listed(serversOf(fleet, began.targetIds), namedAtOnce)}.`,
    last ? 'It is the last.' : `Next: ${listed(serversOf(fleet, next), namedAtOnce)}.`,
    `${capital(release)} is live on ${switched.length} of ${servers(fleet.targets.length)}.`,
    ...asking(fleet, state),
    ...(state.undos.length > 0 ? [undoing(fleet, state)] : []),
  ].join(' ')
}

function waits({ until, since }: NonNullable<DeploymentState['waiting']>, isOne: boolean, now: number): string {
  if (until === null)
    return `${isOne ? 'waits' : 'wait'} since ${clock(since)} until somebody lets ${isOne ? 'it' : 'them'} follow.`
  const left = formatDuration(Math.ceil(Math.max(0, Date.parse(until) - now) / 1000) * 1000).replace('.0', '')
  return `${isOne ? 'follows' : 'follow'} at ${clock(until)} (in ${left}), or as soon as somebody says so.`
}

/** The next batch waits for these. */
function asking(fleet: Fleet, state: DeploymentState): string[] {
  const ids = state.checks.flatMap(({ targetId, ended }) => (ended === null ? targetId : []))
  if (ids.length === 0) return []
  return [
    `Asking whether ${listed(serversOf(fleet, [...new Set(ids)]), namedAtOnce)} ${ids.length === 1 ? 'is' : 'are'} ready.`,
  ]
}

function making(fleet: Fleet, state: DeploymentState, release: string): string {
  const ready = fleet.targets.filter(({ targetId }) => isReady(state, targetId)).length
  const count = servers(fleet.targets.length)
  if (state.committed) return `${capital(release)} is ready on ${count}; the first are about to switch.`
  const failed = fleet.targets.filter(({ targetId }) => isFailed(state, targetId)).map(({ server }) => server)
  const others =
    failed.length > 0 && fleet.goesOn ? ` the others are; ${listed(failed, namedAtOnce)} failed` : ' all are'
  return `Making ${release} on ${count}: ${ready === 0 ? 'none' : ready} ${ready === 1 ? 'is' : 'are'} ready. None switches before${others}.`
}

/** Nothing goes forward any more; where a minimum lets the others go on, those that failed are put back meanwhile. */
function isTakenBack(fleet: Fleet, state: DeploymentState): boolean {
  if (state.undos.length === 0) return false
  const undone = state.undos.map(({ segment }) => targetOfSegment(fleet, state, segment) ?? '')
  return !fleet.goesOn || state.cancel !== null || undone.some((targetId) => !isFailed(state, targetId))
}

function isFailed(state: DeploymentState, targetId: string): boolean {
  if (state.failedTargets.some((one) => one.targetId === targetId)) return true
  const own = state.segments.filter((one) => one.targetId === targetId && !/^(undo|failure)-/.test(one.name))
  return own.some(({ outcome }) => outcome !== null && outcome !== 'ok' && outcome !== 'cancelled')
}

function undoing(fleet: Fleet, state: DeploymentState): string {
  const left = state.undos.filter(
    ({ segment }) => !state.segments.some(({ name, status }) => name === segment && status === 'ended'),
  )
  const isOver = isTakenBack(fleet, state)
  if (left.length === 0)
    return isOver ? 'What was live before is back; cleaning up.' : 'What failed has the release before again.'
  const names = left.map(({ segment }) => serverOf(fleet, targetOfSegment(fleet, state, segment) ?? ''))
  return `Putting back what was live before on ${listed(names, namedAtOnce)}.`
}

/** At the end: what is live where, and above all which servers have something else than the rest. */
function outcome(fleet: Fleet, state: DeploymentState): string {
  const groups = new Map<string | null, string[]>()
  const unknown: string[] = []
  for (const target of fleet.targets) {
    const live = liveOn(state, target)
    if (live === undefined) unknown.push(target.server)
    else groups.set(live, [...(groups.get(live) ?? []), target.server])
  }
  // The largest first; of two as large, the one that this run was to bring.
  const inOrder = [...groups].sort(
    ([a, those], [b, others]) =>
      others.length - those.length || Number(b === state.release) - Number(a === state.release),
  )
  const said = inOrder.map(([release, names], index) => {
    const word = release === null ? 'nothing live' : releaseWord(fleet, release)
    if (index > 0) return `${listed(names)} ${have(names)} ${word}.`
    if (names.length === fleet.targets.length) return `All ${servers(names.length)} have ${word}.`
    return `${names.length} of ${servers(fleet.targets.length)} ${have(names)} ${word}.`
  })
  if (unknown.length > 0) said.push(`What is live on ${listed(unknown)} is unknown.`)
  return said.join(' ')
}

/** `null` while nobody knows. */
export function skewWords(fleet: Fleet, skew: { spreadMs: number; errorMs: number } | null): string | null {
  if (!skew) return null
  const which = fleet.batches.length > 1 ? 'The servers of each batch' : 'The servers'
  return `${which} switched within ${formatDuration(skew.spreadMs)} (± ${formatDuration(skew.errorMs)}).`
}

/** It said so, and isn't out of sight since: `current` may have moved again there. */
function hasNew(state: DeploymentState, target: Fleet['targets'][number]): boolean {
  const isSaid = state.switched.some((one) => one.targetId === target.targetId && one.release === state.release)
  return isSaid && liveOn(state, target) !== undefined
}

/** Everything up to the switch is done there. */
export function isReady(state: DeploymentState, targetId: string): boolean {
  const own = state.segments.filter((segment) => segment.targetId === targetId)
  return own.length > 0 && own.every(({ status, outcome }) => status === 'ended' && outcome === 'ok')
}

/** What a terminal says of an event that is about several servers; null for any other. `at`: the server of a segment. */
export function eventWords(event: NewEvent, fleet: Fleet, at: (segment: string) => string): string | null {
  switch (event.type) {
    case 'batch.began':
      return `batch ${event.data.batch}: ${listed(serversOf(fleet, event.data.targetIds))}`
    case 'batch.waiting':
      return event.data.until === null
        ? 'the others wait until somebody lets them follow'
        : `the others wait until ${clock(event.data.until)}`
    case 'continued':
      return `${event.data.by} lets the others follow`
    case 'readiness.began':
      return `${serverOf(fleet, event.data.targetId)}: is it ready? (${event.data.name}, asked by the panel)`
    case 'readiness.ended':
      return `${serverOf(fleet, event.data.targetId)}: ${event.data.message}`
    case 'switched':
      return `${serverOf(fleet, event.data.targetId)}: ${releaseWord(fleet, event.data.release)} is live`
    case 'target.failed':
      return `${serverOf(fleet, event.data.targetId)}: ${event.data.failure.message}`
    case 'undo.began':
      return `${at(event.data.segment)}: ${releaseWord(fleet, event.data.release)} is put back`
    case 'given.up':
      return event.data.targetId === undefined
        ? null
        : `${event.data.by} gave up ${serverOf(fleet, event.data.targetId)}`
    case 'segment.looking':
      return `${at(event.data.segment)}: out of sight (${event.data.reason}), last seen ${clock(event.data.lastSeenAt)}; looking for it`
    case 'segment.attached':
      return `${at(event.data.segment)}: in sight again`
    default:
      return null
  }
}
