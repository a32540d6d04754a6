// Everything that must be true after a deployment, whatever was killed on the way. Problems are gathered, all at once.
import { setTimeout as delay } from 'node:timers/promises'
import { reduce } from '@/lib/deploy/reducer.ts'
import type { DeploymentState } from '@/lib/deploy/reducer.ts'
import type { DeploymentEvent } from '@/lib/deploy/events.ts'
import { isFinished } from '@/lib/deploy/status.ts'
import type { Plan } from '@/lib/deploy/types.ts'
import { planUndo } from '@/lib/deploy/plan.ts'
import { readRawLog } from '@/lib/panel/deployments.ts'
import { mask } from '@/lib/redact/redactor.ts'
import { readEvents } from '@/lib/store/events.ts'
import { readChunks } from '@/lib/store/logs.ts'
import { actor } from './panel.ts'
import type { Panel } from './panel.ts'
import { fileOf, secret } from './sample.ts'
import { look, processesIn, said } from './server.ts'
import type { Seen } from './server.ts'
import type { Flown, Kind, Trial } from './trial.ts'
import type { Watched } from './web.ts'

/** Killing parts of the panel must not change how a deployment ends; a wish to cancel may come too late. */
const expected: Record<Kind, string[]> = {
  deploy: ['succeeded'],
  activate: ['succeeded'],
  fail: ['failed'],
  cancel: ['cancelled', 'succeeded'],
  undo: ['cancelled', 'succeeded'],
}

/** `isUndone`: it was live for a moment and was put back. */
export type Checked = { problems: string[]; isUndone: boolean }

export async function checkTrial(panel: Panel, trial: Trial, flown: Flown, watched?: Watched): Promise<Checked> {
  if (!isFinished(flown.status as 'queued')) return { problems: [`it did not end: ${flown.status}`], isUndone: false }
  const events = await readEvents(panel.ctx.db.pool, flown.deploymentId)
  const state = reduce(events)
  const row = await panel.ctx.db.prisma.deployment.findUniqueOrThrow({ where: { id: flown.deploymentId } })
  const plan = row.plan as Plan | null
  const problems: string[] = []
  const check = (holds: boolean, problem: string): void => {
    if (!holds) problems.push(problem)
  }
  check(expected[trial.kind].includes(flown.status), `it ended as ${flown.status}: ${JSON.stringify(row.failure)}`)
  if (trial.kind === 'fail')
    check(
      state.failure?.code === 'command_failed' && state.failure.exit === 3,
      `another failure: ${JSON.stringify(state.failure)}`,
    )
  const left = await quiet(panel)
  check(left.length === 0, `processes are left:\n${left.join('\n')}`)
  const after = await look(panel.host, panel.root)
  problems.push(
    ...(await liveProblems(panel, flown, plan, after)),
    ...nameProblems(after, flown),
    ...eventProblems(events, state, row),
    ...(watched ? await watchedProblems(panel, flown, events, watched) : []),
    ...(plan ? await logProblems(panel, flown, plan, state) : []),
  )
  return { problems, isUndone: state.undo !== null }
}

/** Followers of killed workers end once sshd has noticed: they get some seconds. */
async function quiet({ host, root }: Panel): Promise<string[]> {
  const until = performance.now() + 20_000
  for (;;) {
    const left = await processesIn(host, root)
    if (left.length === 0 || performance.now() > until) return left
    await delay(100)
  }
}

async function liveProblems(panel: Panel, flown: Flown, plan: Plan | null, after: Seen): Promise<string[]> {
  const { ctx, environmentId } = panel
  const { before, status, number } = flown
  const problems: string[] = []
  if (status === 'succeeded') {
    const wanted = flown.activates ?? plan?.release
    if (after.current !== wanted) problems.push(`current is ${after.current}, not ${wanted}`)
    if (flown.files) problems.push(...different(flown.files, after.files))
  } else {
    if (after.current !== before.current) problems.push(`current is ${after.current}, was ${before.current}`)
    if (after.tree !== before.tree) problems.push('the live tree is not what it was')
  }
  const made = after.releases.filter((name) => name.startsWith(`deployment_${number}.`))
  const most = flown.activates === null ? 1 : 0
  if (status === 'succeeded' ? made.length !== most : made.length > most)
    problems.push(`release directories: ${made.join()}`)
  const rows = await ctx.db.prisma.release.findMany({ where: { environmentId } })
  const environment = await ctx.db.prisma.environment.findUniqueOrThrow({
    where: { id: environmentId },
    include: { targets: true },
  })
  const live = rows.find((release) => release.id === environment.liveReleaseId)
  if ((live?.name ?? '') !== after.current)
    problems.push(`the panel says that ${live?.name} is live, the server ${after.current}`)
  if ((environment.targets[0]?.liveRelease ?? '') !== after.current)
    problems.push('the target has another live release')
  const known = rows.filter(({ state }) => state === 'complete').map(({ name }) => name)
  for (const name of known)
    if (!after.releases.includes(name)) problems.push(`${name} is complete in the panel and not on the server`)
  for (const name of after.releases) {
    const row = rows.find((release) => release.name === name)
    if (!row || row.state === 'removed') problems.push(`${name} is on the server and not in the panel`)
  }
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
const ownNames = ['complete', 'epoch', 'hooks', 'owner', 'run', 'tree', 'tree.revision', 'tree.stamp']

/** Nothing temporary is left: links, trash, half received segments, locks. */
function nameProblems(seen: Seen, { before, status }: Flown): string[] {
  const wrong = [
    ...seen.rootNames.filter((name) => !rootNames.includes(name)),
    ...seen.ownNames.filter((name) => !ownNames.includes(name)).map((name) => `.fairlead/${name}`),
    ...seen.releases.filter((name) => name.startsWith('.')).map((name) => `release/${name}`),
    ...seen.hidden,
  ]
  const isFirst = before.current === '' && status !== 'succeeded'
  if (!isFirst && !seen.rootNames.includes('current')) wrong.push('no current')
  return wrong.map((name) => `left over: ${name}`)
}

const onceEach = new Set([
  'requested',
  'resolved',
  'segment.started',
  'step.began',
  'step.fact',
  'step.ended',
  'committed',
  'segment.ended',
  'log.verified',
  'finished',
])

function eventProblems(
  events: DeploymentEvent[],
  state: DeploymentState,
  row: { status: string; nextSeq: number },
): string[] {
  const problems: string[] = []
  events.forEach(({ seq }, index) => {
    if (seq !== index + 1) problems.push(`event ${index + 1} has the number ${seq}`)
  })
  if (row.nextSeq !== events.length + 1) problems.push(`the next event would be ${row.nextSeq} after ${events.length}`)
  if (events.at(-1)?.type !== 'finished') problems.push(`the last event is ${events.at(-1)?.type}`)
  if (state.status !== row.status) problems.push(`events say ${state.status}, the row ${row.status}`)
  const seen = new Set<string>()
  for (const { type, data } of events) {
    if (!onceEach.has(type)) continue
    const text = JSON.stringify(type === 'step.fact' ? [type, data] : [type, identity(data)])
    if (seen.has(text)) problems.push(`twice: ${text}`)
    seen.add(text)
  }
  for (const { name, status, steps } of state.segments) {
    if (status !== 'ended') problems.push(`segment ${name} is ${status}`)
    for (const step of steps) {
      if (step.outcome === 'running' || step.outcome === 'lost')
        problems.push(`step ${step.n} of ${name} is ${step.outcome}`)
      if (step.verified === false) problems.push(`the log of step ${step.n} of ${name} is not the server's`)
      if ((step.size ?? 0) > 0 && step.verified === null)
        problems.push(`the log of step ${step.n} of ${name} was never compared`)
    }
  }
  return problems
}

/** Whoever watched saw every event and every piece of the log once, in order, whatever was killed meanwhile. */
async function watchedProblems(
  { ctx }: Panel,
  { deploymentId }: Flown,
  events: DeploymentEvent[],
  watched: Watched,
): Promise<string[]> {
  const problems: string[] = []
  if (JSON.stringify(watched.events) !== JSON.stringify(events))
    problems.push(`watched were the events ${watched.events.map(({ seq }) => seq).join()} of ${events.length}`)
  const chunks = (await readChunks(ctx.db.pool, { deploymentId, limit: 1_000_000 })).map(({ id, bytes }) => ({
    id,
    text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes),
  }))
  if (JSON.stringify(watched.chunks.map(({ id, text }) => ({ id, text }))) !== JSON.stringify(chunks))
    problems.push(
      `watched were the chunks ${watched.chunks.map(({ id }) => id).join()} of ${chunks.map(({ id }) => id).join()}`,
    )
  return problems
}

/** Of a segment or of a step of it, whatever else is said with it. */
function identity(data: object): unknown {
  const { segment, step } = data as { segment?: string; step?: number }
  return [segment, step]
}

/** What the panel shows of each hook is what the hook wrote, byte for byte, but for the secret; and it ran once. */
async function logProblems(panel: Panel, flown: Flown, plan: Plan, state: DeploymentState): Promise<string[]> {
  const { ctx, host, root } = panel
  const problems: string[] = []
  const raw = Buffer.from(await new Response(await readRawLog(ctx, actor, { id: flown.deploymentId })).arrayBuffer())
  const hooks = new Map<string, { log: Buffer; outcomes: string[] }>()
  const segments = [...plan.segments, ...(state.undo ? [planUndo(plan, state.undo.release)] : [])]
  for (const segment of segments) {
    const run = state.segments.find(({ name }) => name === segment.name)
    for (const { n, name, action } of segment.steps) {
      const chunks = await readChunks(ctx.db.pool, {
        deploymentId: flown.deploymentId,
        segment: segment.name,
        step: n,
        limit: 1_000_000,
      })
      const log = Buffer.concat(chunks.map(({ bytes }) => bytes))
      const place = `${segment.name}/${name}`
      problems.push(...chunkProblems(chunks).map((problem) => `${place}: ${problem}`))
      if (!raw.includes(log)) problems.push(`${place}: the raw log has something else`)
      if (log.includes(secret)) problems.push(`${place}: the secret is in the log`)
      if (action.do !== 'hook') continue
      const outcome = run?.steps.find((step) => step.n === n)?.outcome ?? 'skipped'
      const before = hooks.get(name)
      // What has to do with a failure stands in both segments and runs in one of them.
      hooks.set(name, {
        log: Buffer.concat([before?.log ?? Buffer.alloc(0), log]),
        outcomes: [...(before?.outcomes ?? []), outcome],
      })
    }
  }
  for (const [name, { log, outcomes }] of hooks) {
    const own = redacted((await said(host, root, `${flown.number}.${fileOf(name)}`)) ?? Buffer.alloc(0))
    // tee writes to us first: a hook that was ended may not have written everything to its own file.
    const isWhole = outcomes.every((outcome) => ['ok', 'failed', 'skipped'].includes(outcome))
    if (isWhole ? !log.equals(own) : !log.subarray(0, own.length).equals(own))
      problems.push(
        `${name} (${outcomes.join()}): the log has ${log.length} bytes, the hook wrote ${own.length}; ${firstDifference(log, own)}`,
      )
  }
  return problems
}

function redacted(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll(Buffer.from(secret).toString('latin1'), mask), 'latin1')
}

function firstDifference(one: Buffer, other: Buffer): string {
  const at = one.findIndex((byte, index) => byte !== other[index])
  const from = at < 0 ? Math.min(one.length, other.length) : at
  const around = (bytes: Buffer): string => JSON.stringify(bytes.subarray(Math.max(0, from - 60), from + 60).toString())
  return `from byte ${from}: ${around(one)} and ${around(other)}`
}

function chunkProblems(chunks: { offset: number; firstLine: number; lines: number; bytes: Uint8Array }[]): string[] {
  const problems: string[] = []
  let offset = 0
  let line = 0
  for (const chunk of chunks) {
    if (chunk.offset !== offset) problems.push(`a chunk at ${chunk.offset} instead of ${offset}`)
    if (chunk.firstLine !== line) problems.push(`line ${chunk.firstLine} instead of ${line}`)
    offset = chunk.offset + chunk.bytes.length
    line = chunk.firstLine + chunk.lines
  }
  return problems
}
