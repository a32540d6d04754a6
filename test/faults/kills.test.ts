// Six deployments in which a part of the panel is killed. `npm run faults` does the same a hundred times, at other moments.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPanel } from './panel.ts'
import type { Panel } from './panel.ts'
import { fly, trialOf } from './trial.ts'

let panel: Panel
let usualMs = 0
beforeAll(async () => {
  panel = await openPanel()
  for (let n = 1; n <= 2; n++) {
    const undisturbed = { seed: null, kind: 'deploy', kills: [], cancelAt: 0, comesBack: true } as const
    const { flown, problems } = await fly(panel, { ...undisturbed, kills: [] }, 0)
    expect(problems, panel.lines().join('\n')).toEqual([])
    usualMs = flown.tookMs
  }
}, 120_000)
afterAll(() => panel.close())

test.for([1, 2, 3, 4, 5, 6])(
  'a deployment is brought to its right end when a part of the panel is killed (seed %i)',
  { timeout: 150_000 },
  async (seed) => {
    const trial = trialOf(seed)
    const { problems } = await fly(panel, trial, usualMs)
    expect(problems, `${JSON.stringify(trial)}\n${panel.lines().join('\n')}`).toEqual([])
  },
)
