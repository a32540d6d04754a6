// What Git hosts said of commits comes in any order.
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ToldCheck } from '@/lib/spec/push.ts'
import { checksOf, keepChecks } from '@/lib/store/checks.ts'
import { openPanel } from '../panel/panel.ts'

let panel: Awaited<ReturnType<typeof openPanel>>
let projectId: string
beforeAll(async () => {
  panel = await openPanel()
  const data = { name: 'Shop', slug: 'shop', repositoryUrl: '/srv/git/shop.git', access: 'none' }
  projectId = (await panel.ctx.db.prisma.project.create({ data })).id
})
afterAll(() => panel.close())

const at = (second: number, state: ToldCheck['state']) => ({ state, at: `2026-11-22T00:00:0${second}.000Z` })

it.each([
  ['the newest counts', [at(1, 'waiting'), at(2, 'passed')], 'passed'],
  ['an older one that is late changes nothing', [at(2, 'passed'), at(1, 'waiting')], 'passed'],
  ['what begins anew waits', [at(1, 'passed'), at(2, 'waiting')], 'waiting'],
  ['what was over within a second is over', [at(1, 'waiting'), at(1, 'passed')], 'passed'],
  ['and stays so when its beginning is late', [at(1, 'failed'), at(1, 'waiting')], 'failed'],
] as const)('%s', async (name, words, state) => {
  const { db } = panel.ctx
  const [apart, together] = ['a'.repeat(40), 'b'.repeat(40)]
  for (const word of words) await keepChecks(db, projectId, [{ commit: apart, name, ...word }])
  await keepChecks(
    db,
    projectId,
    words.map((word) => ({ commit: together, name, ...word })),
  )
  for (const commit of [apart, together]) expect((await checksOf(db, projectId, commit))[name], commit).toBe(state)
})
