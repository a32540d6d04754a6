// What the panel asks by itself of a server that has switched, before the next batch does: recorded as it happens, so that whoever
// takes over asks only what hasn't been answered.
import type { NewEvent } from '@/lib/deploy/events.ts'
import { prepareRedaction } from '@/lib/redact/redactor.ts'
import type { HttpCheck } from '@/lib/spec/readiness.ts'
import type { Lane } from './lane.ts'
import type { Cargo } from './prepare.ts'
import { checkFromPanel } from './readiness.ts'
import type { CheckedTarget, CheckResult } from './readiness.ts'

/** Ends early when a check fails that puts the release before back, and when the lane is stopped: then nothing more is recorded. */
export async function checkLane(lane: Lane, cargo: Cargo, checks: HttpCheck[], segment: string): Promise<void> {
  const { flight, target } = lane
  const checked = checkedTarget(lane, cargo)
  for (const check of checks) {
    const { name } = check
    const said = flight.state.checks.find((one) => one.targetId === target.id && one.name === name)
    if (said?.ended) continue
    if (!said) await flight.record([{ type: 'readiness.began', data: { targetId: target.id, name } }])
    let result: CheckResult
    try {
      result = await checkFromPanel(checked, check, lane.signal)
    } catch (error) {
      flight.gone.throwIfAborted()
      if (lane.cancel.aborted) return
      throw error
    }
    await flight.record([ended(lane, check, result), ...failed(lane, check, result, segment)])
    if (!result.ok && check.onFailure === 'rollback') return
  }
}

function checkedTarget({ target }: Lane, { plan, exports, secrets }: Cargo): CheckedTarget {
  const redaction = prepareRedaction(secrets)
  return {
    host: target.server.host,
    isDirect: target.server.jumpId === null,
    release: plan.release,
    revision: plan.revision,
    variables: exports,
    redact(text) {
      const redactor = redaction.open()
      return Buffer.concat([redactor.push(new TextEncoder().encode(text)), redactor.end()]).toString()
    },
  }
}

function ended({ target }: Lane, { name }: HttpCheck, { ok, tries, message, lastAnswer }: CheckResult): NewEvent {
  return { type: 'readiness.ended', data: { targetId: target.id, name, ok, tries, message, answer: lastAnswer } }
}

function failed({ target, server }: Lane, check: HttpCheck, { ok, message }: CheckResult, segment: string): NewEvent[] {
  if (ok) return []
  const step = `ready: ${check.name}`
  if (check.onFailure === 'notify')
    return [{ type: 'note', data: { level: 'warning', code: 'not_ready', message: `${server}: ${message}` } }]
  const failure = { code: 'not_ready' as const, server, step, message }
  return [{ type: 'target.failed', data: { segment, targetId: target.id, failure } }]
}
