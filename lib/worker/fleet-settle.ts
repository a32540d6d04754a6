// What the environment has when a run on several servers is over, which no single server can say: which release is the live one where
// they differ, and whether variables or files of it are the same on all.
import { liveOn } from '@/lib/deploy/fleet-live.ts'
import type { Action } from '@/lib/deploy/types.ts'
import { markEnvironmentLive, markFiles, markVariables } from '@/lib/store/targets.ts'
import type { Lanes } from './fleet-lanes.ts'
import type { Flight } from './flight.ts'
import { isWhole } from './judge-fleet.ts'
import type { Stop } from './judge-fleet.ts'

/** Whatever server spoke last: what keeps the new release has the live one, what was put back has that of before. */
export async function settle(lanes: Lanes, stop: Stop | null): Promise<void> {
  const { flight, plan } = lanes
  if (plan.kind === 'configure') return settleConfigured(lanes)
  if (flight.state.switched.length === 0) return
  const { targets, strategy } = plan.fleet
  const isKept = stop === null || strategy.onFailure === 'leave'
  const hasNew = targets.some((target) => liveOn(flight.state, target) === plan.release)
  const name = isKept && hasNew ? plan.release : targets.find(({ revision }) => revision === 'current')?.live
  if (name) await flight.record([], (write) => markEnvironmentLive(write, name))
}

/** A run for one of several servers that came to nothing changes nothing of what the environment has. */
export async function settleAlone(flight: Flight): Promise<void> {
  const { job, held } = flight
  const { releases, liveReleaseId } = job.environment
  const live = releases.find(({ id }) => id === liveReleaseId)
  // What was live before an earlier worker began is not known any more.
  if (live && !held.isTakeOver) await flight.record([], (write) => markEnvironmentLive(write, live.name))
}

/** The release is one, and what was changed in it isn't on all of its servers: it is told, and counts as changed. */
async function settleConfigured({ flight, plan }: Lanes): Promise<void> {
  const { state } = flight
  const code = 'servers_differ'
  const isChanged = (targetId: string, place: number) =>
    isWhole(state, plan, targetId) && !state.undos.some(({ segment }) => segment === `undo-${place}`)
  const changed = plan.fleet.targets.filter(({ targetId, place }) => isChanged(targetId, place))
  const others = plan.fleet.targets.filter((one) => !changed.includes(one))
  if (changed.length === 0 || others.length === 0 || state.findings.some((one) => one.code === code)) return
  const names = (targets: typeof others) => targets.map(({ server }) => server).join(', ')
  const action = plan.segments.flatMap(({ steps }) => steps.map((step) => step.action)).find(isChange)
  const what = action?.do === 'configure' ? `variables ${action.number}` : 'the new files'
  const message = `The servers do not have the same now. ${names(changed)}: ${what}; ${names(others)}: what was there before, as far as is known. Apply them again.`
  await flight.record([{ type: 'note', data: { level: 'warning', code, message } }], async (write) => {
    if (action?.do === 'configure') await markVariables(write, action.release, action.number, action.sha256)
    if (action?.do === 'place' && action.holds) await markFiles(write, action.release, action.holds)
  })
}

function isChange(action: Action): action is Extract<Action, { do: 'configure' | 'place' }> {
  return action.do === 'configure' || action.do === 'place'
}
