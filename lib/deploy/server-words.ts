// How one of several servers stands in a run, in a few words and with the look (a status) that goes with them. Pure.
import { formatDuration } from '../format/time.ts'
import { undoMs } from './deadlines.ts'
import { liveOn, targetOfSegment, type Fleet } from './fleet-live.ts'
import { clock, isReady, releaseWord } from './fleet-words.ts'
import type { DeploymentState, SegmentState } from './reducer.ts'

/** `status` is a word of the status badge; `words` complete "web-3: …". `isTrouble`: somebody should look at it. */
export type Standing = { status: string; words: string; isTrouble: boolean }

/** The steps of all segments, and what people call one by its name. */
export type StepNames = {
  steps: readonly { segment: string; n: number; name: string; phase: string; failure: string }[]
  title: (name: string) => string
}

type Target = Fleet['targets'][number]

const fineOutcomes = new Set(['ok', 'running', 'skipped', 'cancelled'])
const unreached = new Set(['unreachable', 'connection_lost', 'host_key_changed'])

/** `now` is epoch ms: how long a server has been looked for is a matter of now. */
export function standingOf(
  fleet: Fleet,
  state: DeploymentState,
  target: Target,
  now: number,
  names: StepNames,
): Standing {
  const { targetId } = target
  const own = state.segments.filter((segment) => segment.targetId === targetId)
  const unseen = outOfSight(fleet, state, target, own, now)
  if (unseen) return unseen
  const cause = failed(state, targetId, own, names)
  const end = undone(fleet, state, targetId)
  if (cause !== null) return bad('failed', `${cause}; ${end?.words ?? what(fleet, state, target)}`)
  if (end) return end
  const said = state.switched.find((one) => one.targetId === targetId)
  if (said && said.release === state.release) return switched(fleet, state, targetId)
  const running = own.find(({ status }) => status !== 'ended')
  if (running) return fine('running', doing(fleet, state, running))
  return ended(fleet, state, target, own)
}

const fine = (status: string, words: string): Standing => ({ status, words, isTrouble: false })
const bad = (status: string, words: string): Standing => ({ status, words, isTrouble: true })

function outOfSight(
  fleet: Fleet,
  state: DeploymentState,
  target: Target,
  own: SegmentState[],
  now: number,
): Standing | null {
  const { targetId } = target
  const isLost = own.some(({ outcome }) => outcome === 'lost')
  const by =
    state.givenUpTargets.find((one) => one.targetId === targetId)?.by ?? (isLost ? state.givenUp?.by : undefined)
  if (by !== undefined) return bad('lost', `given up by ${by}; ${what(fleet, state, target)}`)
  const looking = own.find(({ looking, status }) => looking && status !== 'ended')?.looking
  if (!looking) return null
  const seconds = Math.max(0, Math.floor((now - Date.parse(looking.lastSeenAt)) / 1000))
  return bad('looking', `unknown: looking, last seen ${clock(looking.lastSeenAt)}, trying again (${seconds} s)`)
}

/** What is live there now, as the end of a sentence. */
function what(fleet: Fleet, state: DeploymentState, target: Target): string {
  const live = liveOn(state, target)
  return live === undefined ? 'what is live there is unknown' : `${releaseWord(fleet, live)} is live`
}

function undone(fleet: Fleet, state: DeploymentState, targetId: string): Standing | null {
  const undo = state.undos.findLast(({ segment }) => targetOfSegment(fleet, state, segment) === targetId)
  if (!undo) return null
  const segment = state.segments.find(({ name }) => name === undo.segment)
  const release = releaseWord(fleet, undo.release)
  const isOver = segment ? segment.status === 'ended' : state.finishedAt !== null
  if (!isOver) {
    const words = undo.release === null ? 'taking it away: nothing was live before' : `putting ${release} back`
    return fine('running', segment ? words : `${words}, tried for ${undoMs / 60_000} min at most`)
  }
  if (segment?.outcome === 'ok')
    return fine('cancelled', undo.release === null ? 'put back: nothing is live, as before' : `put back to ${release}`)
  return bad('failed', `what was live before could not be put back; ${releaseWord(fleet, state.release)} may be live`)
}

/** It serves the new release; the panel may still be asking whether that answers. */
function switched(fleet: Fleet, state: DeploymentState, targetId: string): Standing {
  const words = `switched to ${releaseWord(fleet, state.release)}`
  const asked = state.checks.find((one) => one.targetId === targetId && one.ended === null)
  if (!asked || state.finishedAt !== null) return fine('succeeded', words)
  const total = fleet.checks?.find(({ name }) => name === asked.name)?.totalSeconds
  const limit = total === undefined ? '' : `, ${formatDuration(total * 1000)} at most`
  return fine('running', `${words}; asking whether it is ready (${asked.name}${limit})`)
}

/** Why it does not go on; null = it does. */
function failed(
  state: DeploymentState,
  targetId: string,
  own: SegmentState[],
  { steps, title }: StepNames,
): string | null {
  const said = state.failedTargets.findLast((one) => one.targetId === targetId)?.failure
  const message = said?.message.replace(/\.$/, '') ?? ''
  if (said?.code === 'not_ready') return `not ready: ${message}`
  if (said && said.step === undefined) {
    return unreached.has(said.code) ? `not reached: ${message}` : message
  }
  const step = said ? { name: said.step ?? '', exit: said.exit } : failedStep(own, steps)
  return step && `failed at ${title(step.name)}${step.exit ? ` with exit code ${step.exit}` : ''}`
}

/** The step that ended a segment badly; events say so without a word about its server. */
function failedStep(own: SegmentState[], steps: StepNames['steps']): { name: string; exit: number | null } | null {
  for (const { name: segment, outcome, steps: done } of own) {
    if (outcome !== 'failed' && outcome !== 'not_killed') continue
    for (const { n, outcome: end, exit } of done) {
      const planned = steps.find((step) => step.segment === segment && step.n === n)
      if (fineOutcomes.has(end) || planned?.failure === 'ignored' || planned?.phase === 'failure') continue
      return { name: planned?.name ?? `step ${n}`, exit }
    }
  }
  return null
}

function doing(fleet: Fleet, state: DeploymentState, { name }: SegmentState): string {
  const release = releaseWord(fleet, state.release)
  if (name.startsWith('switch')) return `switching to ${release}`
  if (name.startsWith('finish')) return 'finishing'
  if (name.startsWith('failure')) return 'cleaning up'
  return `making ${release}`
}

function ended(fleet: Fleet, state: DeploymentState, target: Target, own: SegmentState[]): Standing {
  const last = own.at(-1)
  const isOver = state.finishedAt !== null
  if (last?.outcome === 'cancelled') return fine('cancelled', `cancelled; ${what(fleet, state, target)}`)
  if (last?.outcome === 'lost') return bad('failed', `its work ended without a word; ${what(fleet, state, target)}`)
  if (isOver || state.undos.length > 0) return fine('skipped', `not switched; ${what(fleet, state, target)}`)
  if (!isReady(state, target.targetId)) return fine('waiting', 'waiting')
  const place = fleet.batches.findIndex((batch) => batch.includes(target.targetId))
  const isTold = state.committed !== null && place !== -1
  return fine('waiting', isTold ? `ready, waits for batch ${place + 1}` : 'ready, waits for the others')
}
