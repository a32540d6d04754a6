// `npm run faults` for as long as it may take here: those that found something once, and some others.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isBuilt } from '../../scripts/build-panel.ts'

/** Its output and how it ended. */
async function run(given: Record<string, string>): Promise<{ said: string; code: number | null }> {
  const root = join(import.meta.dirname, '../..')
  // Without a production build of these sources nothing can be asked over HTTP: then the panel's functions are called straight.
  const env = { ...process.env, ...given, ...(isBuilt() ? {} : { FAULTS_WEB: 'none' }) }
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/faults.ts'], { cwd: root, env })
  let said = ''
  for (const output of [child.stdout, child.stderr]) output.on('data', (bytes: Buffer) => (said += bytes.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { said, code }
}

test('deployments end as they should whatever goes wrong: no invariant is violated', { timeout: 900_000 }, async () => {
  const { said, code } = await run({ FAULTS_SEED: '22', FAULTS_RUNS: '3', FAULTS_SERVERS: '1', FAULTS_KEPT: 'too' })
  // What it said of the first trial that went wrong is the only trace where nobody can look afterwards.
  const lines = said.split('\n')
  const wrong = lines.findIndex((line) => line.endsWith('VIOLATED'))
  expect(lines, lines.slice(Math.max(0, wrong)).join('\n')).toContain('0 violations')
  expect(code, said).toBe(0)
})
