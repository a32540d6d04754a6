// What the environment has when a run on several servers is over, which no single server can say: which release is the live one where
// they differ, and whether variables or files of it are the same on all.
import { liveOn } from '@/lib/deploy/fleet-live.ts'
import type { Action, Plan, PlannedTarget } from '@/lib/deploy/types.ts'
import { markEnvironmentLive, markFailed, markFiles, markVariables } from '@/lib/store/targets.ts'
import type { Lanes } from './fleet-lanes.ts'
import type { Flight } from './flight.ts'
import { failureOfTarget, isKept, isWhole } from './judge-fleet.ts'
import type { Stop } from './judge-fleet.ts'

/** Whatever server spoke last: what keeps the new release has the live one, what was put back has that of before. */
export async function settle(lanes: Lanes, stop: Stop | null): Promise<void> {
  const { flight, plan } = lanes
  const { failed, well } = healthOf(lanes)
  const live = plan.kind === 'configure' || flight.state.switched.length === 0 ? null : liveAfter(lanes, stop)
  if (failed.length + well.length > 0)
    await flight.record([], async (write) => {
      await markFailed(write, failed, well)
      if (live) await markEnvironmentLive(write, live)
    })
  if (plan.kind === 'configure') await settleConfigured(lanes)
}

function liveAfter({ flight, plan }: Lanes, stop: Stop | null): string | null {
  const { targets } = plan.fleet
  const hasNew = targets.some((target) => liveOn(flight.state, target) === plan.release)
  return isKept(flight.state, plan, stop) && hasNew
    ? plan.release
    : (targets.find(({ revision }) => revision === 'current')?.live ?? null)
}

/** Who has what it was to get, or again what it had, and who has neither; of the others nothing has changed. */
function healthOf({ flight, plan }: Lanes): { failed: string[]; well: string[] } {
  const { state } = flight
  const isWell = ({ targetId, place }: PlannedTarget): boolean | null => {
    const name = `undo-${place}`
    if (state.undos.some(({ segment }) => segment === name))
      return state.segments.some((one) => one.name === name && one.outcome === 'ok')
    if (isWhole(state, plan, targetId)) return failureOfTarget(state, plan, targetId) === null
    return state.switched.some((one) => one.targetId === targetId) ? false : null
  }
  const idsOf = (wanted: boolean) =>
    plan.fleet.targets.filter((one) => isWell(one) === wanted).map(({ targetId }) => targetId)
  return { failed: idsOf(false), well: idsOf(true) }
}

/** The same of a run for one server; of several, what it left there is what was wanted last. */
export async function settleAlone(flight: Flight, { release }: Plan): Promise<void> {
  const { committed, undo, segments } = flight.state
  const { targets, others } = flight.environment
  const [target] = targets
  if (!committed || !target) return
  const isWell = !undo || segments.some(({ name, outcome }) => name === undo.segment && outcome === 'ok')
  if (others.length === 0 && isWell && target.failedAt === null) return
  await flight.record([], async (write) => {
    await markFailed(write, isWell ? [] : [target.id], isWell ? [target.id] : [])
    if (!undo) await markEnvironmentLive(write, release)
  })
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
