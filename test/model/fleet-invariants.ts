// What must never be seen of a run on several servers, whatever happens in whatever order.
import { liveOn } from '@/lib/deploy/fleet-live.ts'
import { minimumOf } from '@/lib/deploy/strategy.ts'
import { fleetOf } from '@/lib/deploy/plan-fleet.ts'
import { isOnce } from '@/lib/deploy/plan-once.ts'
import { failureOfTarget, isWhole } from '@/lib/worker/judge-fleet.ts'
import { live, release } from './fleet-plan.ts'
import type { FleetWorld } from './fleet-world.ts'
import { isRunning } from './server.ts'

/** What is compared with the moment before a move. */
export type Before = { current: (string | null)[]; starts: number[]; isOver: boolean }
export const remember = ({ servers, store }: FleetWorld): Before => ({
  current: servers.map(({ current }) => current),
  starts: servers.map(({ starts }) => starts.length),
  isOver: store.isOver,
})

/** After every move. */
export function checkFleet(world: FleetWorld, before: Before): void {
  const { servers, store, problems, plan } = world
  const { state } = store
  for (const [at, server] of servers.entries()) {
    const { targetId, server: name } = plan.fleet.targets[at]!
    const isGivenUp = state.givenUp !== null || state.givenUpTargets.some((one) => one.targetId === targetId)
    if (server.current !== before.current[at]) {
      if (!state.committed) problems.push(`${name} switched before the commit`)
      if (before.isOver && !isGivenUp) problems.push(`${name} switched after the end`)
    }
    if (server.starts.slice(before.starts[at]).some((id) => id.startsWith('1/switch-'))) checkHealthy(world, at)
    for (const what of [server.starts, server.hooks])
      if (new Set(what).size < what.length) problems.push(`${name}: something of ${what.join(', ')} ran twice`)
    const running = server.runs.filter(isRunning)
    if (running.length > 1) problems.push(`${running.map(({ id }) => id).join(' and ')} run at once`)
    if (running.length > 0 && store.isOver && !isGivenUp) problems.push(`${running[0]!.id} runs after the end`)
  }
  const once = servers.flatMap(({ hooks }) => hooks.filter((hook) => hook.includes('/once-')))
  if (new Set(once).size < once.length) problems.push('what runs once has run on two servers')
  if (store.isOver && !before.isOver) {
    compare(world)
    const isWell = store.state.status === 'succeeded'
    for (const { name } of plan.segments.filter(isOnce))
      if (isWell && !once.some((hook) => hook.startsWith(`1/${name} `))) problems.push(`it succeeded without ${name}`)
  }
}

/** A server begins to change: enough others have to serve, which neither change nor failed to. */
function checkHealthy({ servers, plan, problems }: FleetWorld, at: number): void {
  const minimum = minimumOf(fleetOf(plan.fleet), plan.fleet.strategy)
  const serving = servers.filter(({ runs }) =>
    runs.every(({ id, journal }) => {
      const close = journal.at(-1)
      return !id.startsWith('1/switch-') || (close?.type === 'close' && close.outcome === 'ok')
    }),
  )
  if (minimum !== null && serving.length < minimum)
    problems.push(`${serving.length} serve when web-${at + 1} changes, and ${minimum} have to`)
}

/** An end was written: is it true on the servers? */
function compare({ servers, store, plan, problems }: FleetWorld): void {
  const { state } = store
  const { strategy, targets } = plan.fleet
  const isStrict = strategy.minimumHealthy === null && !strategy.likeCodeDeploy
  // With a minimum the others may keep the release although one could not be put back, which is what the run has failed for.
  // Whoever cancels decides; what a failure ended before that follows the strategy.
  const keeps = [state.cancel?.keep ?? strategy.onFailure === 'leave']
  if (state.status !== 'cancelled') keeps.push(strategy.onFailure === 'leave')
  const isAnyFailed = targets.some(({ targetId }) => failureOfTarget(state, plan, targetId) !== null)
  const isAllBack = !keeps.includes(true) && (isStrict || state.failure?.code !== 'undo_failed')
  for (const [at, target] of targets.entries()) {
    const { targetId, server, place } = target
    const { current } = servers[at]!
    const said = liveOn(state, target)
    if (said !== undefined && said !== current) problems.push(`${server} has ${current}, and the panel says ${said}`)
    const isGivenUp = state.givenUp !== null || state.givenUpTargets.some((one) => one.targetId === targetId)
    const isUndone = state.segments.some(({ name, outcome }) => name === `undo-${place}` && outcome === 'ok')
    const isStuck = state.undos.some(({ segment }) => segment === `undo-${place}`) && !isUndone
    if (isGivenUp || isStuck) continue
    const hasFailed = failureOfTarget(state, plan, targetId) !== null
    if (hasFailed && current !== live) problems.push(`${server} failed, and has ${current}`)
    if (hasFailed) continue
    if (state.status === 'succeeded' && current !== release) problems.push(`it succeeded, and ${server} has ${current}`)
    const isToStay = state.status === 'cancelled' && state.cancel?.keep === true && !isAnyFailed
    if (isToStay && isWhole(state, plan, targetId) && current !== release)
      problems.push(`${server} was to keep the release, and has ${current}`)
    if (state.status !== 'succeeded' && isAllBack && current !== live)
      problems.push(`it has ${state.status}, and ${server} has ${current}`)
  }
  if (isStrict && state.status === 'succeeded' && servers.some(({ current }) => current !== release))
    problems.push('it succeeded, and not on all servers')
}

/** Once nothing is left to happen. */
export function checkFleetEnd({ store, problems }: FleetWorld): void {
  if (!store.isOver) problems.push('it does not end')
}
