// What a server looks like after a deployment, and whether the panel knows.
import type { Failure, Plan } from '@/lib/deploy/types.ts'
import type { Excuse } from './checks.ts'
import type { Flown } from './fly.ts'
import type { Panel } from './panel.ts'
import type { Seen } from './server.ts'
import type { Site } from './site.ts'

export const unseen = 'is complete in the panel and not on the server'

/** One target of a deployment. */
export type Place = Site['targets'][number] & {
  panel: Panel
  environmentId: string
  before: Seen
  excuse: Excuse
  /** Nobody waited for it any longer, and then the panel said that it doesn't know what is live there. */
  isGivenUp: boolean
  isUnknown: boolean
}

export async function liveProblems(
  place: Place,
  flown: Flown,
  plan: Plan | null,
  failure: Failure | null,
  after: Seen,
): Promise<string[]> {
  const { before, excuse, isGivenUp, isUnknown } = place
  const { status, number, wish } = flown
  const problems: string[] = []
  if (isGivenUp !== isUnknown) problems.push(`the panel ${isUnknown ? 'says' : 'does not say'} that it is unknown`)
  // What goes on there on its own is over by now, and may have taken effect or not.
  if (isGivenUp)
    return after.current === '' || after.complete.includes(after.current)
      ? problems
      : [...problems, `${after.current} is live and not complete`]
  if (status === 'succeeded') {
    const wanted = wish.activates ?? plan?.release
    if (after.current !== wanted) problems.push(`current is ${after.current}, not ${wanted}`)
    if (wish.files && !excuse.maims) problems.push(...different(wish.files, after.files))
    if (wish.env && !excuse.maims && after.files['./.env'] !== wish.env)
      problems.push('the variables are not the new ones')
    if (wish.placed && after.placed !== wish.placed) problems.push('the file beside releases is not the new one')
  } else if (failure?.code !== 'undo_failed') {
    if (after.current !== before.current) problems.push(`current is ${after.current}, was ${before.current}`)
    if (!isAsBefore(flown, before, after) && !excuse.maims) problems.push('the live tree is not what it was')
    if (wish.placed && after.placed !== before.placed) problems.push('the file beside releases is not what it was')
  }
  if (after.current !== '' && !after.complete.includes(after.current) && !excuse.maims)
    problems.push(`${after.current} is live and not complete`)
  const made = after.releases.filter((name) => name.startsWith(`deployment_${number}.`))
  const most = wish.activates === null ? 1 : 0
  if (made.length > most || (status === 'succeeded' && !excuse.maims && made.length < most))
    problems.push(`release directories: ${made.join()}`)
  return [...problems, ...(await panelProblems(place, after))]
}

/** Variables that were put back are a file of another time. */
function isAsBefore({ wish }: Flown, before: Seen, after: Seen): boolean {
  if (wish.env === null) return after.tree === before.tree
  return JSON.stringify(before.files) === JSON.stringify(after.files)
}

/** What the panel says is there, against what is. */
async function panelProblems({ panel, environmentId, id, excuse }: Place, after: Seen): Promise<string[]> {
  const { prisma } = panel.ctx.db
  const problems: string[] = []
  const rows = await prisma.release.findMany({ where: { environmentId }, include: { onTargets: true } })
  const target = await prisma.target.findUniqueOrThrow({ where: { id } })
  if ((target.liveRelease ?? '') !== after.current && target.unknownSince === null)
    problems.push(`the panel says that ${target.liveRelease} is live, the server ${after.current}`)
  const stateOf = new Map(
    rows.map(({ name, onTargets }) => [name, onTargets.find((one) => one.targetId === id)?.state]),
  )
  for (const [name, state] of stateOf)
    // A prune that a power cut has ended is finished, and told, by the next one.
    if (state === 'complete' && !after.complete.includes(name) && !excuse.maims && !excuse.loses)
      problems.push(`${name} ${unseen}`)
  for (const name of after.releases.filter((one) => !excuse.leaves || !one.startsWith('.')))
    if (
      (stateOf.get(name) ?? 'removed') === 'removed' &&
      !rows.some((row) => row.name === name && row.state !== 'removed')
    )
      problems.push(`${name} is on the server and not in the panel`)
  return problems
}

/** The panel's own files aside, a live tree is the commit's. */
function different(wanted: Record<string, string>, found: Record<string, string>): string[] {
  const own = ['./.env', './REVISION']
  const problems: string[] = []
  for (const [path, hash] of Object.entries(wanted))
    if (found[`./${path}`] !== hash) problems.push(`${path} of the live release is not the commit's`)
  for (const path of Object.keys(found))
    if (!own.includes(path) && !(path.slice(2) in wanted)) problems.push(`${path} is too much`)
  for (const path of own) if (!(path in found)) problems.push(`${path} is missing`)
  return problems
}

const rootNames = ['.fairlead', 'current', 'logs', 'node_modules', 'release', 'storage', 'vendor']
const ownNames = ['complete', 'epoch', 'hooks', 'manifest', 'owner', 'run', 'tree', 'tree.revision', 'tree.stamp']

/** Nothing temporary is left: links, trash, half received segments, locks. */
export function nameProblems(seen: Seen, { status }: Flown, before: Seen): string[] {
  const wrong = [
    ...seen.rootNames.filter((name) => !rootNames.includes(name)),
    ...seen.ownNames.filter((name) => !ownNames.includes(name)).map((name) => `.fairlead/${name}`),
    ...seen.releases
      .filter((name) => !/^[a-z0-9]/i.test(name) || /^env\.\d/.test(name))
      .map((name) => `release/${name}`),
    // A look at drift may be under way; what a killed one leaves goes with the next segment.
    ...seen.hidden.filter((name) => !name.startsWith('.fairlead/run/0/')),
  ]
  const isFirst = before.current === '' && status !== 'succeeded'
  if (!isFirst && !seen.rootNames.includes('current')) wrong.push('no current')
  return wrong.map((name) => `left over: ${name}`)
}
