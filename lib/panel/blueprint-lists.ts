// Lists of a project as code whose things have no name to be told apart by: schedules, freezes, channels.
import { isDeepStrictEqual } from 'node:util'
import type { Actor } from '@/lib/access.ts'
import type { Blueprint, EnvironmentBlueprint } from '@/lib/api/blueprint.ts'
import type { ChannelView } from '@/lib/api/shapes-channels.ts'
import type { FreezeView } from '@/lib/api/shapes-freezes.ts'
import type { ScheduleView } from '@/lib/api/shapes-schedules.ts'
import { invalid } from './act.ts'
import { listChannels, removeChannel, updateChannel } from './channels.ts'
import type { Context } from './context.ts'
import { addFreeze, listFreezes, removeFreeze } from './freezes.ts'
import { addSchedule, listSchedules, removeSchedule } from './schedules.ts'

type Schedules = NonNullable<EnvironmentBlueprint['schedules']>
type Freezes = NonNullable<Blueprint['freezes']>
type Channels = NonNullable<Blueprint['channels']>
/** `ids`: of the project's environments, by their slugs. */
type Place = { projectId: string; ids: ReadonlyMap<string, string> }

export async function schedulesAsCode(ctx: Context, actor: Actor, environmentId: string): Promise<Schedules> {
  return (await listSchedules(ctx, actor, { environmentId })).map(scheduleAsCode)
}

/** PanelError as the single changes. */
export async function applySchedules(
  ctx: Context,
  actor: Actor,
  environmentId: string,
  wanted: Schedules,
): Promise<void> {
  const now = await listSchedules(ctx, actor, { environmentId })
  const { gone, come } = paired(now, wanted, (one, other) => isDeepStrictEqual(scheduleAsCode(one), other))
  for (const { id } of gone) await removeSchedule(ctx, actor, { id })
  for (const schedule of come) await addSchedule(ctx, actor, { environmentId, ...schedule })
}

function scheduleAsCode({ cron, timeZone, ref, onlyNew }: ScheduleView): Schedules[number] {
  return { cron, timeZone, ref, onlyNew }
}

/** Those of each week. */
export async function freezesAsCode(ctx: Context, actor: Actor, { projectId, ids }: Place): Promise<Freezes> {
  return (await listFreezes(ctx, actor, { projectId })).flatMap((one) => freezeAsCode(one, ids) ?? [])
}

/** Those of each week; the others stay as they are. PanelError as the single changes. */
export async function applyFreezes(
  ctx: Context,
  actor: Actor,
  { projectId, ids }: Place,
  wanted: Freezes,
): Promise<void> {
  const now = (await listFreezes(ctx, actor, { projectId })).filter(({ window }) => window.kind === 'weekly')
  const { gone, come } = paired(now, wanted, (one, other) => isDeepStrictEqual(freezeAsCode(one, ids), other))
  for (const { id } of gone) await removeFreeze(ctx, actor, { id })
  for (const freeze of come) {
    const { reason, environment, ...when } = freeze
    const path = `freezes.${wanted.indexOf(freeze)}.environment`
    const environmentId = environment === undefined ? null : idOf(ids, environment, path)
    await addFreeze(ctx, actor, { projectId, environmentId, reason, window: { kind: 'weekly', ...when } })
  }
}

function freezeAsCode({ reason, environmentId, window }: FreezeView, ids: Place['ids']): Freezes[number] | null {
  if (window.kind !== 'weekly') return null
  const { kind: _, ...when } = window
  return { reason, ...(environmentId === null ? {} : { environment: slugOf(ids, environmentId) }), ...when }
}

/** Without what they need to be reached. */
export async function channelsAsCode(ctx: Context, actor: Actor, { projectId, ids }: Place): Promise<Channels> {
  return (await listChannels(ctx, actor, { projectId })).map(({ name, kind, events, environmentIds }) => ({
    name,
    kind,
    events,
    environments: environmentIds.map((id) => slugOf(ids, id)),
  }))
}

/** Returns a note for each that isn't there, as only a person can say what it needs. PanelError as the single changes. */
export async function applyChannels(
  ctx: Context,
  actor: Actor,
  { projectId, ids }: Place,
  wanted: Channels,
): Promise<string[]> {
  const now = await listChannels(ctx, actor, { projectId })
  const isSame = (one: ChannelView, { name, kind }: Channels[number]) => one.name === name && one.kind === kind
  const { kept, gone, come } = paired(now, wanted, isSame)
  for (const { id } of gone) await removeChannel(ctx, actor, { id })
  for (const [channel, next] of kept) {
    const path = `channels.${wanted.indexOf(next)}.environments`
    const environmentIds = next.environments.map((slug) => idOf(ids, slug, path))
    if (!isSameSet(channel.events, next.events) || !isSameSet(channel.environmentIds, environmentIds))
      await updateChannel(ctx, actor, { id: channel.id, events: next.events, environmentIds })
  }
  return come.map(({ name, kind }) => `channels: add “${name}” (${kind}) in the panel, with what it needs.`)
}

/** Each of `now` with the first of `wanted` that is the same and nobody's yet; who has none is gone, or has to come. */
function paired<A, B>(now: readonly A[], wanted: readonly B[], isSame: (one: A, other: B) => boolean) {
  const come = [...wanted]
  const kept: [A, B][] = []
  const gone = now.filter((one) => {
    const at = come.findIndex((other) => isSame(one, other))
    if (at !== -1) kept.push([one, ...(come.splice(at, 1) as [B])])
    return at === -1
  })
  return { kept, gone, come }
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  return isDeepStrictEqual(new Set(one), new Set(other))
}

function idOf(ids: Place['ids'], slug: string, path: string): string {
  const id = ids.get(slug)
  if (id === undefined) throw invalid(path, `There is no environment “${slug}”.`)
  return id
}

function slugOf(ids: Place['ids'], id: string): string {
  return [...ids].find(([, one]) => one === id)?.[0] ?? id
}
