// Schedules whose time has come, a few projects at a time, so that a Git host that is silent keeps no other waiting.
import { isDatabaseAway } from '@/lib/store/away.ts'
import { findDueSchedules, type DueSchedule } from '@/lib/store/schedules.ts'
import type { PushWorker } from './pushes.ts'
import { seeToSchedule } from './schedules.ts'

/** Projects whose schedules one worker sees to at the same time. */
const atOnce = 8
/** What went wrong by a fault of ours is tried again then. */
const againMs = 60_000

export type DueSchedules = {
  /** Begins with those that are due and aren't being seen to yet. */
  look(): Promise<void>
  /** Resolves once nothing that was begun is under way. */
  settled(): Promise<void>
}

export function openDueSchedules(worker: PushWorker, signal: AbortSignal): DueSchedules {
  const { db, log } = worker
  const waiting: { due: DueSchedule; seenAt: Date }[] = []
  /** When each may be found again: never, while it waits or is being seen to. */
  const heldBack = new Map<string, number>()
  const projects = new Set<string>()
  const lanes = new Set<Promise<void>>()

  function next(): (typeof waiting)[number] | undefined {
    const at = signal.aborted ? -1 : waiting.findIndex(({ due }) => !projects.has(due.projectId))
    const [one] = at === -1 ? [] : waiting.splice(at, 1)
    if (one) projects.add(one.due.projectId)
    return one
  }

  async function lane(): Promise<void> {
    for (let one = next(); one; one = next()) {
      const { due, seenAt } = one
      try {
        await seeToSchedule(worker, due, seenAt, signal)
        heldBack.delete(due.id)
      } catch (error) {
        const isAway = signal.aborted || isDatabaseAway(error)
        if (!isAway) log.error({ err: error, schedule: due.id }, 'a schedule could not be seen to')
        heldBack.set(due.id, isAway ? 0 : Date.now() + againMs)
      } finally {
        projects.delete(due.projectId)
      }
    }
  }

  return {
    async look() {
      const seenAt = new Date()
      for (const [id, until] of heldBack) if (until <= seenAt.getTime()) heldBack.delete(id)
      for (const due of await findDueSchedules(db, [...heldBack.keys()])) {
        heldBack.set(due.id, Infinity)
        waiting.push({ due, seenAt })
      }
      for (let free = Math.min(waiting.length, atOnce - lanes.size); free > 0; free -= 1) {
        const running: Promise<void> = lane().finally(() => lanes.delete(running))
        lanes.add(running)
      }
    },
    async settled() {
      while (lanes.size > 0) await Promise.all(lanes)
    },
  }
}
