// A server as the programs of lib/deploy/programs make it: an owner's highest epoch, segments that start once, reaping.
// conformance.test.ts puts the same questions to this and to a real one.
import type { JournalEntry } from '@/lib/deploy/journal.ts'
import type { Step } from '@/lib/deploy/types.ts'

export type Run = {
  /** `<deployment>/<segment>` */
  id: string
  steps: Step[]
  /** Index of the step that is next, or under way. */
  at: number
  /** A hook is running. */
  isIn: boolean
  bad: '' | 'failed' | 'cancelled'
  journal: JournalEntry[]
  state: 'running' | 'closed' | 'lost'
}
export type Server = {
  current: string | null
  /** Whether anything of ours was ever made there. */
  isKnown: boolean
  epoch: number
  /** The segment that recorded the epoch. */
  holder: string | null
  runs: Run[]
  cancels: string[]
  /** Every start of a segment, and every hook that was begun. */
  starts: string[]
  hooks: string[]
  boots: number
}
export type Message = { do: 'start' | 'adopt' | 'attach' | 'cancel'; id: string; epoch: number; steps: Step[] }
/** `called_off`: it was cancelled before it could start. */
export type Reply = 'started' | 'attached' | 'adopted' | 'cancelled' | 'called_off' | 'missing' | 'stale_epoch'

/** What the fence is made of. A test may break one. */
export type Rules = {
  isStale(seen: number, epoch: number): boolean
  /** A segment that is there already is not started again. */
  startsOnce: boolean
  /** A start ends what runs of older segments. */
  reaps: boolean
  /** A wish to cancel stays where nothing has arrived yet, and what arrives later does not start. */
  callsOff: boolean
}
export const realRules: Rules = {
  isStale: (seen, epoch) => seen > epoch,
  startsOnce: true,
  reaps: true,
  callsOff: true,
}

export const freshServer = (): Server => ({
  current: null,
  isKnown: false,
  epoch: 0,
  holder: null,
  runs: [],
  cancels: [],
  starts: [],
  hooks: [],
  boots: 0,
})

export function runOf(server: Server, id: string): Run | undefined {
  return server.runs.findLast((run) => run.id === id)
}

/** Carries out a program that has arrived. */
export function receive(server: Server, message: Message, rules: Rules): Reply {
  const { id, epoch } = message
  if (message.do === 'start') return start(server, message, rules)
  if (message.do === 'cancel' && rules.callsOff) server.isKnown = true
  if (!server.isKnown) return 'missing'
  if (message.do === 'attach') return runOf(server, id) ? 'attached' : 'missing'
  if (rules.isStale(server.epoch, epoch)) return 'stale_epoch'
  if (message.do === 'cancel') {
    server.cancels = [...new Set([...server.cancels, id])]
    return 'cancelled'
  }
  if (server.holder !== id) return 'missing'
  server.epoch = epoch
  return 'adopted'
}

function start(server: Server, { id, epoch, steps }: Message, rules: Rules): Reply {
  server.isKnown = true
  if (rules.isStale(server.epoch, epoch)) return 'stale_epoch'
  if (rules.startsOnce && runOf(server, id)) return 'attached'
  if (rules.callsOff && server.cancels.includes(id)) return 'called_off'
  if (rules.reaps) for (const run of server.runs) if (run.state === 'running') run.state = 'lost'
  server.epoch = epoch
  server.holder = id
  server.starts.push(id)
  const journal: JournalEntry[] = [
    { type: 'open', segment: id.split('/')[1]!, epoch: `${epoch}`, wallMs: 0, uptimeCs: 0 },
  ]
  server.runs.push({ id, steps, at: 0, isIn: false, bad: '', journal, state: 'running' })
  return 'started'
}

export const isRunning = ({ state }: Run): boolean => state === 'running'

/** Whether the step that is next, or under way, is a hook. */
export function isAtHook(run: Run): boolean {
  return run.steps[run.at]?.action.do === 'hook'
}

/** Goes one thing further; `fails`: the hook under way does. */
export function advance(server: Server, run: Run, fails = false): void {
  const step = run.steps[run.at]
  if (!step) {
    run.journal.push({ type: 'close', outcome: run.bad || 'ok', uptimeCs: 0 })
    run.state = 'closed'
    return
  }
  const isCancelled = server.cancels.includes(run.id)
  if (!run.isIn && isCancelled && run.bad === '') run.bad = 'cancelled'
  if (run.bad !== '') return end(run, 'skipped')
  if (!run.isIn) run.journal.push({ type: 'begin', step: step.n, uptimeCs: 0 })
  if (step.action.do !== 'hook') return act(server, run, step)
  if (!run.isIn) {
    run.isIn = true
    server.hooks.push(`${run.id} ${step.n}`)
    return
  }
  run.isIn = false
  const outcome = isCancelled ? 'cancelled' : fails ? 'failed' : 'ok'
  if (outcome !== 'ok') run.bad = outcome
  end(run, outcome)
}

function end(run: Run, outcome: 'ok' | 'failed' | 'cancelled' | 'skipped'): void {
  run.journal.push({ type: 'end', step: run.steps[run.at]!.n, outcome, exit: null, size: 0, uptimeCs: 0 })
  run.at += 1
}

function act(server: Server, run: Run, { n, action }: Step): void {
  const expected = 'expectCurrent' in action ? action.expectCurrent : server.current
  const to = action.do === 'switch' ? action.release : null
  const isChange = action.do === 'switch' || action.do === 'unlink'
  const isThere = action.do === 'switch' && server.current === to
  // A newer segment holds the root now: this one changes nothing more.
  const isOurs = !isChange || server.holder === run.id
  if (!isOurs || (!isThere && server.current !== expected)) {
    run.bad = 'failed'
    run.journal.push({ type: 'fact', step: n, key: 'failure', value: 'owner_conflict somebody else changed it' })
    return end(run, 'failed')
  }
  if (isChange && !isThere) {
    run.journal.push({ type: 'fact', step: n, key: 'previous', value: server.current ?? '' })
    run.journal.push({ type: 'fact', step: n, key: 'switched', value: '0' })
    server.current = to
  }
  end(run, 'ok')
}

/** A power cut; `torn`: what the journal said last is lost with it. */
export function reboot(server: Server, torn: boolean): void {
  server.boots += 1
  for (const run of server.runs.filter(isRunning)) {
    run.state = 'lost'
    if (torn) run.journal.splice(Math.max(1, run.journal.length - (isSwitched(run) ? 4 : 1)))
  }
}

function isSwitched({ journal }: Run): boolean {
  return journal.at(-2)?.type === 'fact'
}
