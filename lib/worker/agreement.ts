// Holds a plan against the one that a person was shown and agreed to.
import { planHash } from '@/lib/deploy/agreement.ts'
import { envOf, planDifferences } from '@/lib/deploy/plan-difference.ts'
import type { Plan } from '@/lib/deploy/types.ts'
import { PanelError } from '@/lib/errors.ts'
import { envDifference } from '@/lib/format/env-difference.ts'
import { findPreview } from '@/lib/store/previews.ts'
import { findVariablesOf } from '@/lib/store/variables.ts'
import { decryptSet } from './addresses.ts'
import type { Worker } from './worker.ts'

type Asked = { environmentId: string; expectedHash: string | null }

/** Nothing was agreed to, or just this. @throws PanelError plan_changed, with what differs from what was shown. */
export async function demandAgreed(
  worker: Pick<Worker, 'db' | 'secrets'>,
  { environmentId, expectedHash }: Asked,
  plan: Plan,
): Promise<void> {
  const hash = planHash(plan)
  if (expectedHash === null || expectedHash === hash) return
  const shown = await findPreview(worker.db, environmentId, expectedHash)
  if (!shown)
    throw new PanelError('plan_changed', 'This plan was never shown here, or too long ago. Look at it again.', {
      planHash: hash,
      differences: [],
    })
  const differences = planDifferences(shown, plan)
  if (differences.length === 0) differences.push({ part: 'step', message: 'Its steps would be done otherwise.' })
  for (const difference of differences)
    if (difference.part === 'variables')
      difference.message = await variablesSentence(worker, environmentId, shown, plan)
  const message = `Not what was shown any more: ${differences.map((one) => one.message).join(' ')}`
  throw new PanelError('plan_changed', message, { planHash: hash, differences })
}

/** Which names differ, as far as both sets are known. */
async function variablesSentence(
  { db, secrets }: Pick<Worker, 'db' | 'secrets'>,
  environmentId: string,
  shown: Plan,
  now: Plan,
): Promise<string> {
  const [before, after] = await Promise.all(
    [shown, now].map(async (plan) => {
      const sha256 = envOf(plan)
      return sha256 === null ? null : findVariablesOf(db.prisma, environmentId, sha256)
    }),
  )
  const text = (set: typeof before) => (set ? decryptSet(secrets, set) : null)
  const { added, removed, changed } = envDifference(text(before), text(after))
  const parts = [
    ...added.map((name) => `${name} added`),
    ...removed.map((name) => `${name} removed`),
    ...changed.map((name) => `${name} changed`),
  ]
  const by = after ? `${after.createdBy} saved set ${after.number}` : 'The variables are others now'
  return parts.length > 0 ? `${by}: ${parts.join(', ')}.` : `${by}.`
}
