// Rows of environments as people get to see them, with what each stands at and what they may do there.
import { can, type Actor } from '@/lib/access.ts'
import { permissionsInput } from '@/lib/api/inputs.ts'
import type { EnvironmentView, TargetView } from '@/lib/api/shapes.ts'
import type { Waiting } from '@/lib/deploy/following.ts'
import { shortSha } from '@/lib/format/revision.ts'
import { shownOptions } from '@/lib/spec/options.ts'
import { readTriggers } from '@/lib/spec/triggers.ts'
import { freezeAt } from '@/lib/spec/freeze.ts'
import { findStandings, type EnvironmentRow, type Standing } from '@/lib/store/environments.ts'
import { findProjectFreezes, type FreezeRow } from '@/lib/store/freezes.ts'
import { holdOf } from '@/lib/store/holds.ts'
import { findLiveNumbers } from '@/lib/store/places.ts'
import type { Reader } from '@/lib/store/reader.ts'
import { missing } from './act.ts'
import { deploymentView, releaseView } from './deployment-view.ts'

/** PanelError not_found when it was removed since the row was read. */
export async function view(reader: Reader, actor: Actor, row: EnvironmentRow): Promise<EnvironmentView> {
  const [one] = await views(reader, actor, [row])
  if (!one) throw missing('environment')
  return one
}

/** In the order of the rows; what was removed since they were read is left out. */
export async function views(reader: Reader, actor: Actor, rows: EnvironmentRow[]): Promise<EnvironmentView[]> {
  const ids = rows.map(({ id }) => id)
  const standings = await findStandings(reader, ids)
  const numbers = await findLiveNumbers(reader, ids)
  const freezes = await findProjectFreezes(reader, [...new Set(rows.map(({ projectId }) => projectId))])
  return rows.flatMap((row) => {
    const standing = standings.get(row.id)
    return standing ? [environmentView(actor, row, standing, { numbers, freezes })] : []
  })
}

function environmentView(
  actor: Actor,
  row: EnvironmentRow,
  { live, earlier, last, unfinished }: Standing,
  { numbers, freezes }: { numbers: ReadonlyMap<string, number>; freezes: FreezeRow[] },
): EnvironmentView {
  const { project } = row
  const now = new Date()
  const hold = holdOf(row, now)
  const own = freezes.filter(
    ({ projectId, environmentId }) => projectId === project.id && (environmentId === null || environmentId === row.id),
  )
  const freeze = freezeAt(own, now)
  return {
    id: row.id,
    projectId: project.id,
    project: project.name,
    projectSlug: project.slug,
    repositoryUrl: project.repositoryUrl,
    name: row.name,
    slug: row.slug,
    branch: row.branch,
    releaseNaming: row.releaseNaming === 'time' ? 'time' : 'sequence',
    keep: row.keep,
    permissions: permissionsInput.parse(row.permissions),
    repositoryHooks: row.repositoryHooks,
    appType: row.appType,
    appDomain: row.appDomain,
    options: shownOptions(row.options),
    hold: hold && {
      reason: hold.reason,
      by: hold.by,
      at: hold.at.toISOString(),
      until: hold.until?.toISOString() ?? null,
    },
    following: followingPart(row),
    freeze: freeze && { reason: freeze.reason, until: freeze.until.toISOString() },
    targets: row.targets.map((target) => targetView(target, numbers.get(target.id) ?? null)),
    live: live && releaseView(live),
    rollBackTo: earlier && releaseView(earlier),
    last: last && deploymentView(last),
    running: unfinished && deploymentView(unfinished),
    can: can(actor, project.id),
    createdAt: row.createdAt.toISOString(),
  }
}

function followingPart({ triggers, following }: EnvironmentRow): EnvironmentView['following'] {
  const waiting = following?.waiting as Waiting | null | undefined
  return {
    isOn: readTriggers(triggers).isOn,
    held: following?.heldWhy ? `${following.heldBy} ${following.heldWhy}` : null,
    waits: waiting
      ? { what: `${waiting.kind} ${waiting.name} at ${shortSha(waiting.commit)}`, words: waiting.words }
      : null,
  }
}

function targetView(target: EnvironmentRow['targets'][number], liveNumber: number | null): TargetView {
  const { id, serverId, server, root, adopt, liveRelease, liveSeenAt, unknownSince, unknownWhy } = target
  return {
    id,
    serverId,
    server: server.name,
    labels: server.labels,
    root,
    adopt,
    liveRelease,
    liveNumber,
    liveSeenAt: liveSeenAt?.toISOString() ?? null,
    unknownSince: unknownSince?.toISOString() ?? null,
    unknownWhy,
  }
}
