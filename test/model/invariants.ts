// What must never be seen, whatever happens in whatever order.
import type { Answer, Operation } from './ledger.ts'
import { releaseOf } from './plans.ts'
import { isRunning } from './server.ts'
import type { DeploymentView, View } from './view.ts'
import type { World } from './world.ts'

/** Failures after which the panel says itself that it doesn't know, or that another's release is there. */
const open = new Set(['undo_failed', 'connection_lost', 'server_restarted'])
const isEnded = ({ status }: DeploymentView): boolean => status !== 'queued' && status !== 'running'

/** The store answered: was it allowed to? */
export function look(world: World, before: View, after: View, operation: Operation, answer: Answer): void {
  const { problems } = world
  if ('held' in operation && answer.is !== 'lost' && operation.do !== 'letGo') {
    const { attempt, deployment } = operation.held
    const { attempt: newest, status } = before[deployment - 1]!
    if (attempt !== newest) problems.push(`attempt ${attempt} wrote to ${deployment}, which is at ${newest}`)
    if (status !== 'running') problems.push(`${deployment} was written to when it had ${status}`)
  }
  if (answer.is === 'claimed') {
    const { deployment } = answer
    if (before[deployment - 1]!.isLeased) problems.push(`the claim on ${deployment} was taken before its lease ran out`)
    if (before.slice(0, deployment - 1).some((one) => !isEnded(one)))
      problems.push(`${deployment} began before its turn`)
  }
  for (const [index, deployment] of after.entries()) {
    const was = before[index]
    if (was && isEnded(was) && was.status !== deployment.status) problems.push(`${deployment.number} ended twice`)
    if (was && !isEnded(was) && isEnded(deployment)) compare(world, deployment)
  }
}

/** An end was written: is it true on the server? */
function compare({ server, problems }: World, { number, status, state }: DeploymentView): void {
  const isLive = server.current === releaseOf(number)
  if (status === 'succeeded' && !isLive)
    problems.push(`${number} succeeded, and ${server.current ?? 'nothing'} is live`)
  if (status === 'succeeded' || state.givenUp || open.has(state.failure?.code ?? '')) return
  if (isLive) problems.push(`${number} has ${status} (${state.failure?.code ?? 'no reason'}), and is live`)
}

/** Of the deployment that a segment belongs to. */
const numberOf = (id: string): number => Number(id.split('/')[0])

/** After every move. */
export function check(world: World, view: View): void {
  const { server, problems } = world
  const running = server.runs.filter(isRunning)
  if (running.length > 1) problems.push(`${running.map(({ id }) => id).join(' and ')} run at once`)
  for (const what of [server.starts, server.hooks])
    for (const one of new Set(what))
      if (what.filter((other) => other === one).length > 1) problems.push(`${one} ran twice`)
  const started = server.starts.map(numberOf)
  if (started.some((number, index) => number < (started[index - 1] ?? 0)))
    problems.push(`${server.starts.join(', ')}: one began after a later one had`)
  for (const { id, at } of running) {
    const deployment = view[numberOf(id) - 1]!
    if (isEnded(deployment) && !deployment.state.givenUp)
      problems.push(`${id} is at step ${at}, and its deployment has ${deployment.status}`)
  }
}

/** Once nothing is left to happen. */
export function checkEnd(world: World, view: View): void {
  for (const { number, status } of view)
    if (status === 'queued' || status === 'running') world.problems.push(`${number} does not end`)
}
