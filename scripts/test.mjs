// What `npm test` runs: system packages, generated client, types, lint, unit and contract tests, and the browser stories.
// The last line says `N passed, N failed` with the counts of the test runners' own reports.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'

const results = 'test-results'
let passed = 0
let failed = 0

/** Runs one step with its output shown. A step that fails counts as one failed test unless a report says more. */
function run(name, command, args, env = {}) {
  console.log(`\n── ${name}`)
  const { status, signal, error } = spawnSync(command, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  })
  if (error) console.error(`${name}: ${error.message}`)
  if (signal) console.error(`${name}: ended by ${signal}`)
  return status === 0
}

function finish() {
  console.log(`\n${passed} passed, ${failed} failed`)
  process.exit(failed > 0 || passed === 0 ? 1 : 0)
}

/** A step that everything later needs: its failure ends the run. */
function need(name, command, args, env) {
  if (run(name, command, args, env)) return
  failed += 1
  finish()
}

/** A step that has no tests of its own: only its failure counts. */
function check(name, command, args, env) {
  if (!run(name, command, args, env)) failed += 1
}

function vitest() {
  const report = `${results}/vitest.json`
  const ok = run('tests', 'npx', [
    '--no-install',
    'vitest',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ])
  if (!existsSync(report)) return void (failed += 1)
  const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(readFileSync(report, 'utf8'))
  passed += numPassedTests
  // A file that fails to load has no tests of its own, but failed all the same; so did a run that ended badly otherwise.
  failed += numFailedTests || numFailedTestSuites || (ok ? 0 : 1)
}

/** The build is a step of its own, so that its failure is told from a story's. */
function stories() {
  if (!run('production build', 'npx', ['--no-install', 'tsx', 'scripts/build.ts'])) return void (failed += 1)
  const report = `${results}/playwright.json`
  const ok = run('browser stories', 'npx', ['--no-install', 'playwright', 'test'])
  if (!existsSync(report)) return void (failed += 1)
  const { stats, errors } = JSON.parse(readFileSync(report, 'utf8'))
  passed += stats.expected
  // Errors outside of any story (a file that doesn't load, a worker that died) count too.
  failed += stats.unexpected + stats.flaky || errors.length || (ok ? 0 : 1)
}

rmSync(results, { recursive: true, force: true })
mkdirSync(results, { recursive: true })
if (existsSync('scripts/system-packages.sh')) need('system packages', 'bash', ['scripts/system-packages.sh'])
need('database client', process.execPath, ['scripts/generate.mjs'])
check('types', 'npx', ['--no-install', 'tsc', '--noEmit', '-p', '.'])
check('lint', 'npx', ['--no-install', 'eslint', '.'])
check('format', 'npx', ['--no-install', 'prettier', '--check', '.'])
vitest()
stories()
finish()
