// How one of several servers stands in a run, in a few words and with the look (a status) that goes with them. Pure.
import { liveOn, type Fleet } from './fleet-live.ts'
import { clock, isReady, releaseWord } from './fleet-words.ts'
import type { DeploymentState, SegmentState } from './reducer.ts'

/** `status` is a word of the status badge; `words` complete "web-3: …". `isTrouble`: somebody should look at it. */
export type Standing = { status: string; words: string; isTrouble: boolean }

type Target = Fleet['targets'][number]

const unreached = new Set(['unreachable', 'connection_lost', 'host_key_changed'])

/** `now` is epoch ms: how long a server has been looked for is a matter of now. `title`: what people call a step. */
export function standingOf(
  fleet: Fleet,
  state: DeploymentState,
  target: Target,
  now: number,
  title: (step: string) => string = (step) => step,
): Standing {
  const { targetId } = target
  const own = state.segments.filter((segment) => segment.targetId === targetId)
  const trouble =
    outOfSight(fleet, state, target, own, now) ?? undone(fleet, state, own) ?? failed(fleet, state, target, title)
  if (trouble) return trouble
  const said = state.switched.find((one) => one.targetId === targetId)
  if (said && said.release === state.release)
    return fine('succeeded', `switched to ${releaseWord(fleet, said.release)}`)
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
  const by = state.givenUpTargets.find((one) => one.targetId === targetId)?.by
  if (by !== undefined) return bad('unknown', `given up by ${by}; ${what(fleet, state, target)}`)
  const looking = own.find(({ looking, status }) => looking && status !== 'ended')?.looking
  if (!looking) return null
  const seconds = Math.max(0, Math.floor((now - Date.parse(looking.lastSeenAt)) / 1000))
  return bad('unknown', `unknown: looking, last seen ${clock(looking.lastSeenAt)}, trying again (${seconds} s)`)
}

/** What is live there now, as the end of a sentence. */
function what(fleet: Fleet, state: DeploymentState, target: Target): string {
  const live = liveOn(state, target)
  return live === undefined ? 'what is live there is unknown' : `${releaseWord(fleet, live)} is live`
}

function undone(fleet: Fleet, state: DeploymentState, own: SegmentState[]): Standing | null {
  const undo = state.undos.findLast(({ segment }) => own.some(({ name }) => name === segment))
  const segment = undo && own.find(({ name }) => name === undo.segment)
  if (!undo || !segment) return null
  const release = releaseWord(fleet, undo.release)
  if (segment.status !== 'ended' && undo.release === null)
    return bad('running', 'taking it away: nothing was live before')
  if (segment.status !== 'ended') return bad('running', `putting ${release} back`)
  if (segment.outcome === 'ok')
    return bad('cancelled', undo.release === null ? 'put back: nothing is live, as before' : `put back to ${release}`)
  return bad('failed', `what was live before could not be put back; ${releaseWord(fleet, state.release)} may be live`)
}

function failed(
  fleet: Fleet,
  state: DeploymentState,
  target: Target,
  title: (step: string) => string,
): Standing | null {
  const failure = state.failedTargets.findLast(({ targetId }) => targetId === target.targetId)?.failure
  if (!failure) return null
  const { code, step, exit, message } = failure
  if (unreached.has(code) && step === undefined) return bad('failed', `not reached: ${message}`)
  const where =
    step === undefined
      ? message.replace(/\.$/, '')
      : `failed at ${title(step)}${exit == null ? '' : ` with exit code ${exit}`}`
  return bad('failed', `${where}; ${what(fleet, state, target)}`)
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
