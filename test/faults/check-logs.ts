// What the panel shows of each hook is what the hook wrote.
import type { DeploymentState } from '@/lib/deploy/reducer.ts'
import { planUndo } from '@/lib/deploy/plan.ts'
import { planFleetUndo } from '@/lib/deploy/plan-fleet.ts'
import type { Plan, Segment } from '@/lib/deploy/types.ts'
import { readRawLog } from '@/lib/panel/deployments.ts'
import { mask } from '@/lib/redact/redactor.ts'
import { readChunks } from '@/lib/store/logs.ts'
import type { Place } from './check-live.ts'
import type { Flown } from './fly.ts'
import { actor } from './panel.ts'
import { fileOf, secret } from './sample.ts'
import { said } from './server.ts'

/** What the panel shows of each hook is what the hook wrote, byte for byte, but for the secret; and it ran once. */
export async function logProblems(place: Place, flown: Flown, plan: Plan, state: DeploymentState): Promise<string[]> {
  const { panel, host, root, excuse } = place
  const { ctx } = panel
  const problems: string[] = []
  const raw = Buffer.from(await new Response(await readRawLog(ctx, actor, { id: flown.deploymentId })).arrayBuffer())
  const hooks = new Map<string, { logs: Buffer[]; outcomes: string[] }>()
  for (const segment of segmentsOn(place.id, plan, state)) {
    const run = state.segments.find(({ name }) => name === segment.name)
    for (const { n, name, action } of segment.steps) {
      const chunks = await readChunks(ctx.db.pool, {
        deploymentId: flown.deploymentId,
        segment: segment.name,
        step: n,
        limit: 1_000_000,
      })
      const log = Buffer.concat(chunks.map(({ bytes }) => bytes))
      const where = `${segment.name}/${name}`
      problems.push(...chunkProblems(chunks).map((problem) => `${where}: ${problem}`))
      if (!raw.includes(log)) problems.push(`${where}: the raw log has something else`)
      if (log.includes(secret)) problems.push(`${where}: the secret is in the log`)
      if (action.do !== 'hook') continue
      const outcome = run?.steps.find((step) => step.n === n)?.outcome ?? 'skipped'
      const before = hooks.get(name)
      // What has to do with a failure stands in both segments and runs in one of them.
      hooks.set(name, {
        logs: [...(before?.logs ?? []), log],
        outcomes: [...(before?.outcomes ?? []), outcome],
      })
    }
  }
  for (const [name, { logs, outcomes }] of hooks) {
    const log = Buffer.concat(logs)
    const own = redacted((await said(host, root, `${flown.number}.${fileOf(name)}`)) ?? Buffer.alloc(0))
    // Its end went with the server, and the undo ran it again: both are parts of what it wrote.
    if (excuse.loses && outcomes[0] === 'lost' && own.equals(joined(logs, own))) continue
    // tee writes to us first: a hook that was ended may not have written everything to its own file; what a full disk took,
    // or what had not come when the server went, is not in ours.
    const isWhole = outcomes.every((outcome) => ['ok', 'failed', 'skipped'].includes(outcome)) && !excuse.leaves
    const length = excuse.leaves ? Math.min(log.length, own.length) : own.length
    if (isWhole ? !log.equals(own) : !log.subarray(0, own.length).equals(own.subarray(0, length)))
      problems.push(
        `${name} (${outcomes.join()}): the log has ${log.length} bytes, the hook wrote ${own.length}; ${firstDifference(log, own)}`,
      )
  }
  return problems
}

/** The programs that were to run on a target, those of an undo as they were flown. */
function segmentsOn(targetId: string, plan: Plan, state: DeploymentState): Segment[] {
  const undos = state.undos.map(({ segment, release }) =>
    plan.fleet
      ? state.segments.some(({ name, targetId: id }) => name === segment && id === targetId) &&
        planFleetUndo(plan, targetId, release)
      : planUndo(plan, release),
  )
  const flown = undos.filter((undo) => undo !== null && undo !== false)
  const others = plan.segments.filter(({ name }) => !flown.some((undo) => undo.name === name))
  return [...others, ...flown].filter((segment) => segment.targetId === targetId)
}

/** What the hook wrote, if it begins with the first of these and ends with the others. */
function joined([first, ...others]: Buffer[], own: Buffer): Buffer {
  const last = Buffer.concat(others)
  return Buffer.concat([first!, own.subarray(first!.length, own.length - last.length), last])
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
