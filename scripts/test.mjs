// What `npm test` runs: system packages, generated client, types, lint, format, the production build, unit and contract tests,
// and the browser stories. Each has a limit, as has the whole. The last line always says `N passed, N failed`, with the counts
// of the test runners' own reports.
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import { runStep } from './test-step.mjs'

const results = 'test-results'
const minute = 60_000
const until = performance.now() + 29 * minute
let passed = 0
let failed = 0
/** What failed, by name, with the beginning of the reason: said again at the very end, where a long output is looked at first. */
const failures = []

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interrupted.abort())

/** Runs one step, for at most so many minutes. Its failure is said; who calls counts it. */
async function run(name, minutes, command, ...args) {
  console.log(`\n── ${name}`)
  const limitMs = Math.min(minutes * minute, until - performance.now())
  const why =
    limitMs > 0 ? await runStep(command, args, { limitMs, interrupted: interrupted.signal }) : 'no time is left'
  if (why !== null) console.error(`── ${name}: ${why}`)
  if (interrupted.signal.aborted) throw new Error('interrupted')
  return why === null
}

const npx = (name, minutes, ...args) => run(name, minutes, 'npx', '--no-install', ...args)

/** A step without tests of its own: only its failure counts. */
async function check(step) {
  const ok = await step
  if (!ok) failed += 1
  return ok
}

/** So much of a failure's words as helps to find it, without colours and others' frames. */
const beginning = (text) =>
  stripVTControlCharacters(text ?? '')
    .split('\n')
    .filter((line) => !line.includes('/node_modules/'))
    .slice(0, 12)
    .join('\n    ')

/** Adds up the report of a step's runner. A step that failed counts at least once, whatever its report says or lacks. */
function count(ok, report, read) {
  let counts = { passed: 0, failed: ok ? 0 : 1 }
  try {
    const said = read(JSON.parse(readFileSync(report, 'utf8')))
    counts = { ...said, failed: said.failed || counts.failed }
  } catch (error) {
    console.error(`── ${report}: ${error.message}`)
    counts.failed = 1
  }
  passed += counts.passed
  failed += counts.failed
  failures.push(...(counts.failures ?? []))
}

async function tests() {
  const report = `${results}/vitest.json`
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  // A file that fails to load has no tests of its own, but failed all the same.
  count(await npx('tests', 16, 'vitest', 'run', ...reporters), report, (said) => ({
    passed: said.numPassedTests,
    failed: said.numFailedTests || said.numFailedTestSuites,
    failures: said.testResults.flatMap((file) => [
      ...(file.status === 'failed' && file.message ? [`${file.name}\n    ${beginning(file.message)}`] : []),
      ...file.assertionResults
        .filter(({ status }) => status === 'failed')
        .map((test) => `${file.name} › ${test.fullName}\n    ${beginning(test.failureMessages.join('\n'))}`),
    ]),
  }))
}

async function stories() {
  // Errors outside of any story (a file that doesn't load, a worker that died) count too.
  const report = `${results}/playwright.json`
  count(await npx('browser stories', 16, 'playwright', 'test'), report, ({ stats, errors, suites }) => ({
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky || errors.length,
    failures: [...errors.map(({ message }) => beginning(message)), ...suites.flatMap(failedStories)],
  }))
}

/** What stood on the page, as Playwright wrote it down: of a run elsewhere nothing else may be left. */
function page(seen) {
  const snapshot = seen && /```yaml\n(.*?)```/s.exec(readFileSync(seen.path, 'utf8'))
  return snapshot ? `\n    ${snapshot[1].trimEnd().split('\n').slice(0, 200).join('\n    ')}` : ''
}

/** The failed stories of Playwright's report: suites hold suites and specs, these tests, these results with errors. */
function failedStories({ file, suites = [], specs = [] }) {
  const own = specs
    .filter(({ ok }) => !ok)
    .map(({ title, tests }) => {
      const results = tests.flatMap((test) => test.results)
      const errors = results.flatMap((result) => result.errors)
      const seen = results.flatMap(({ attachments }) => attachments).find(({ name }) => name === 'error-context')
      return `${file} › ${title}\n    ${beginning(errors.map(({ message }) => message).join('\n'))}${page(seen)}`
    })
  return [...own, ...suites.flatMap(failedStories)]
}

async function all() {
  rmSync(results, { recursive: true, force: true })
  mkdirSync(results, { recursive: true })
  // Everything later needs these two.
  if (!(await check(run('system packages', 5, 'bash', 'scripts/system-packages.sh')))) return
  if (!(await check(run('database client', 2, process.execPath, 'scripts/generate.mjs')))) return
  // Each works on one processor, and lint takes as long as the others together.
  const typesAndFormat = async () => {
    await check(npx('types', 5, 'tsc', '--noEmit', '-p', '.'))
    await check(npx('format', 5, 'prettier', '--check', '.'))
  }
  await Promise.all([check(npx('lint', 5, 'eslint', '.')), typesAndFormat()])
  // Before the tests: some ask the built web process.
  const isBuilt = await check(npx('production build', 6, 'tsx', 'scripts/build.ts'))
  await tests()
  if (isBuilt) await stories()
  else console.error('\n── browser stories: not run, as there is no build')
}

try {
  await all()
} catch (error) {
  failed += 1
  console.error(error)
}
if (failures.length > 0) console.log(`\n── failed\n  ${failures.join('\n  ')}`)
console.log(`\n${passed} passed, ${failed} failed`)
process.exit(failed > 0 || passed === 0 ? 1 : 0)
