// Lets things go wrong during deployments, again and again, and looks whether everything is right afterwards.
//   npm run faults                                   300 trials from a random seed, which is printed
//   FAULTS_SEED=17 FAULTS_RUNS=1 npm run faults      that one again
// More of the environment: FAULTS_SERVERS (1,3: deployed to so many), FAULTS_KIND (only that kind), FAULTS_ACT (only
// deployments of that sort), FAULTS_KEPT=too or only (those
// kept as regression tests), FAULTS_WEB=none (without a web process, and so without a production build).
import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { startHost } from '../test/hosts/hosts.ts'
import { startLabHost, whyNoLab } from '../test/hosts/lab.ts'
import { canStrike, flyTrial } from '../test/faults/fly.ts'
import { kindNames } from '../test/faults/kinds.ts'
import type { KindName } from '../test/faults/kinds.ts'
import { openPanel } from '../test/faults/panel.ts'
import { Tally, sentence } from '../test/faults/tally.ts'
import { acts, trialOf } from '../test/faults/trial.ts'
import type { Trial } from '../test/faults/trial.ts'
import { kept } from '../test/faults/seeds.ts'
import { buildPanel, isBuilt } from './build-panel.ts'

const inside = 'FAULTS_INSIDE'
const diskMb = 96
const inodes = 8_000

/** This program again, in a network that is nobody else's and goes with it. */
function goInside(): number {
  const again = [process.execPath, ...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)]
  const args = ['--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', ...again]
  return spawnSync('unshare', args, { stdio: 'inherit', env: { ...process.env, [inside]: '1' } }).status ?? 1
}

function wanted(): Trial[] {
  const { FAULTS_SEED, FAULTS_RUNS = '300', FAULTS_SERVERS = '1,3', FAULTS_KIND, FAULTS_ACT, FAULTS_KEPT } = process.env
  if (FAULTS_KEPT === 'only') return kept
  const first = FAULTS_SEED === undefined ? randomInt(1, 1_000_000) : Number(FAULTS_SEED)
  console.log(`FAULTS_SEED=${first} FAULTS_RUNS=${FAULTS_RUNS} FAULTS_SERVERS=${FAULTS_SERVERS}`)
  const act = acts.find((one) => one === FAULTS_ACT)
  const trials: Trial[] = []
  for (let seed = first; trials.length < Number(FAULTS_RUNS); seed++) {
    const trial = trialOf(seed, FAULTS_SERVERS.split(',').map(Number), act)
    if (!FAULTS_KIND || trial.faults[0]?.kind === FAULTS_KIND) trials.push(trial)
  }
  return FAULTS_KEPT ? [...kept, ...trials] : trials
}

/** What workers complained of last. */
function warnings(lines: string[]): string[] {
  return lines
    .filter((line) => /"level":[4-6]0|ended/.test(line))
    .slice(-6)
    .map((line) => line.slice(0, 500))
}

async function main(): Promise<number> {
  const why = whyNoLab()
  if (!why && !process.env[inside]) return goInside()
  const hasWeb = process.env.FAULTS_WEB !== 'none'
  if (hasWeb && !isBuilt()) await buildPanel()
  const trials = wanted()
  const most = Math.max(...trials.map(({ servers }) => servers))
  const numbers = Array.from({ length: most }, (_, index) => index + 1)
  const hosts = numbers.map((number) => (why ? startHost({ diskMb: 400 }) : startLabHost(number, diskMb, inodes)))
  const panel = await openPanel({ isBuilt: hasWeb, hosts })
  const cannot = new Set<KindName>(kindNames.filter((kind) => !canStrike(panel, kind, !why)))
  if (cannot.size > 0) console.log(`Not here: ${[...cannot].join(', ')}${why ? ` (${why})` : ''}`)
  const tally = new Tally()
  try {
    for (const trial of trials) {
      if (trial.faults.some(({ kind }) => cannot.has(kind))) {
        tally.skip(trial)
        continue
      }
      const report = await flyTrial(panel, trial)
      tally.add(report)
      console.log(sentence(trial, report))
      const { problems, told } = report
      if (problems.length === 0) continue
      const words = [...problems.slice(0, 20), JSON.stringify(trial), ...warnings(panel.lines()), ...told]
      console.log(words.map((line) => `    ${line}`).join('\n'))
    }
  } finally {
    await panel.close()
  }
  console.log(tally.table())
  return tally.violations > 0 ? 1 : 0
}

process.exit(await main())
