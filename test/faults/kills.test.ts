// Six deployments in which a part of the panel is killed. `npm run faults` does the same a hundred times, at other moments.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isBuilt } from '../../scripts/build-panel.ts'
import { openPanel } from './panel.ts'
import type { Panel } from './panel.ts'
import { fly, trialOf, warmUp } from './trial.ts'
import type { Usual } from './trial.ts'

let panel: Panel
let usual: Usual
beforeAll(async () => {
  // Without a production build of these sources nothing can be asked over HTTP: then the panel's functions are called straight.
  panel = await openPanel({ isBuilt: isBuilt() })
  usual = await warmUp(panel)
}, 240_000)
afterAll(() => panel.close())

// One of each kind: an activation, an undo, a deployment, and first ones that are undone and cancelled, and one that fails.
test.for([1, 2, 5, 7, 8, 16])(
  'a deployment is brought to its right end when a part of the panel is killed (seed %i)',
  { timeout: 240_000 },
  async (seed) => {
    const trial = trialOf(seed)
    const { problems } = await fly(panel, trial, usual)
    expect(problems, `${JSON.stringify(trial)}\n${panel.lines().join('\n')}`).toEqual([])
  },
)

test('workers that were killed leave nothing behind on the panel once others have started', async () => {
  await Promise.all(panel.workers.map((worker) => worker.kill()))
  const undisturbed = { seed: null, kind: 'deploy', isFirst: false, kills: [], cancelAt: 0, comesBack: true } as const
  expect((await fly(panel, undisturbed, usual)).problems).toEqual([])
  expect(await panel.leftBehind()).toEqual([])
})
