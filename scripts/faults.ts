// Kills parts of a panel at random moments of deployments, again and again, and looks whether everything is right afterwards.
// npx tsx scripts/faults.ts [count] [first seed]: prints each trial; a seed flies the same one again.
import { openPanel } from '../test/faults/panel.ts'
import { fly, trialOf, warmUp } from '../test/faults/trial.ts'
import { buildPanel, isBuilt } from './build-panel.ts'

const [count = '100', first = '1'] = process.argv.slice(2)

async function main(): Promise<number> {
  if (!isBuilt()) await buildPanel()
  const panel = await openPanel({ isBuilt: true })
  const bad: number[] = []
  const took: number[] = []
  try {
    const usual = await warmUp(panel)
    console.log(
      `undisturbed: a deployment ${Math.round(usual.deploy)} ms, an activation ${Math.round(usual.activate)} ms`,
    )
    for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
      const trial = trialOf(seed)
      const { flown, problems, isUndone } = await fly(panel, trial, usual)
      took.push(flown.tookMs)
      const kills = trial.kills.map(({ victim, at }) => `${victim} at ${Math.round(at * 100)} %`).join(', ')
      console.log(
        `seed ${seed}: ${trial.isFirst ? 'first ' : ''}${trial.kind}, killed ${kills} → ${flown.status}${isUndone ? ', undone,' : ''} after ${Math.round(flown.tookMs)} ms${problems.length > 0 ? '  WRONG' : ''}`,
      )
      if (problems.length === 0) continue
      bad.push(seed)
      console.log([...problems.slice(0, 20), ...panel.lines().slice(-60)].map((line) => `    ${line}`).join('\n'))
    }
  } finally {
    await panel.close()
  }
  took.sort((a, b) => a - b)
  console.log(
    `\n${took.length} trials, ${bad.length} wrong${bad.length > 0 ? ` (seeds ${bad.join(', ')})` : ''}; the longest took ${Math.round(took.at(-1) ?? 0)} ms`,
  )
  return bad.length > 0 ? 1 : 0
}

process.exit(await main())
