// Waits for a moment of a deployment. Steps are followed on the server itself, as the panel hears of them later.
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { isFinished } from '@/lib/deploy/status.ts'
import type { Plan } from '@/lib/deploy/types.ts'
import type { Panel } from './panel.ts'
import type { Site } from './site.ts'
import type { Moment } from './trial.ts'

export type Reached = { name: string; plan: Plan | null }
/** As shares of a deployment: being asked for, being sent. */
const [asked, sent] = [0.06, 0.12]
const lookMs = 3
const askEvery = 20

/** Gives the name of the moment: `asked`, `sent`, that of a step, or `end` when the deployment ended before. */
export async function reach(panel: Panel, site: Site, server: number, id: string, at: Moment): Promise<Reached> {
  const reached = await begun(panel, site.targets[server]!, id, at.share)
  await delay(at.afterMs)
  return reached
}

async function begun(panel: Panel, target: Site['targets'][number], id: string, share: number): Promise<Reached> {
  const { host, root } = target
  let plan: Plan | null = null
  let number = 0
  for (let round = 0; ; round++) {
    if (share < asked) return { name: 'asked', plan }
    if (round % askEvery === 0) {
      const row = await panel.ctx.db.prisma.deployment
        .findUnique({ where: { id }, include: { segments: true } })
        .catch(() => null)
      plan = (row?.plan as Plan | null | undefined) ?? plan
      number = row?.number ?? number
      if (row && isFinished(row.status as 'queued')) return { name: 'end', plan }
      if (row && row.segments.length > 0 && share < sent) return { name: 'sent', plan }
    }
    if (plan && share >= sent) {
      const steps = plan.segments
        .filter(({ name, targetId }) => targetId === target.id && !/^(undo|failure)-/.test(name))
        .flatMap(({ name, steps }) => steps.map((step) => ({ segment: name, ...step })))
        .filter(({ phase }) => phase === 'main')
      const wanted = steps[Math.floor(((share - sent) / (1 - sent)) * steps.length)]
      const folder = `${host.inside()}${root}/.fairlead/run/${number}/${wanted?.segment}`
      const journal = await readFile(`${folder}/journal`, 'utf8').catch(() => '')
      if (wanted && new RegExp(`^(begin|end) ${wanted.n} `, 'm').test(journal)) return { name: wanted.name, plan }
    }
    await delay(lookMs)
  }
}
