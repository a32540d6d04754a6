import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { keepRunning } from '../../scripts/start-children.ts'

const scripts = join(import.meta.dirname, '../../scripts')
const log = pino({ level: 'silent' })
let folder: string
let leash: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-children-'))
  leash = join(folder, 'leash.mjs')
  buildSync({ entryPoints: [join(scripts, 'start-leash.ts')], outfile: leash, format: 'esm' })
  buildSync({
    entryPoints: [join(scripts, 'start-children.ts')],
    outfile: join(folder, 'children.mjs'),
    format: 'esm',
    bundle: true,
    platform: 'node',
  })
  // Writes its pid, then waits; with an argument it doesn't heed TERM.
  await writeFile(
    join(folder, 'child.mjs'),
    `import { appendFileSync } from 'node:fs'
     if (process.argv[3] === 'deaf') process.on('SIGTERM', () => {})
     appendFileSync(process.argv[2], process.pid + '\\n')
     setInterval(() => {}, 1000)`,
  )
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function pids(path: string): Promise<number[]> {
  const text = existsSync(path) ? await readFile(path, 'utf8') : ''
  return text.split('\n').filter(Boolean).map(Number)
}
/** State letter of a process; a zombie (Z) or none (null) is over. */
async function isLive(pid: number): Promise<boolean> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  return text !== null && !/\) [ZX] /.test(text)
}
/** The process group, which is what a Ctrl-C in a terminal is sent to. */
async function groupOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8')
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[2])
}
const patiently = { timeout: 20_000, interval: 50 }

describe('a kept child', () => {
  it('is started again after it died, until it is stopped', async () => {
    const file = join(folder, 'again')
    const child = keepRunning({ name: 'again', file: join(folder, 'child.mjs'), args: [file] }, log, leash)
    await vi.waitFor(async () => expect(await pids(file)).toHaveLength(1), patiently)
    expect(await groupOf((await pids(file))[0]!)).not.toBe(await groupOf(process.pid))
    process.kill((await pids(file))[0]!, 'SIGKILL')
    await vi.waitFor(async () => expect(await pids(file)).toHaveLength(2), patiently)
    await child.stop()
    expect(await isLive((await pids(file))[1]!)).toBe(false)
    expect(child.pid()).toBeUndefined()
  })

  it('that does not heed TERM is killed', async () => {
    const file = join(folder, 'deaf')
    const child = keepRunning({ name: 'deaf', file: join(folder, 'child.mjs'), args: [file, 'deaf'] }, log, leash)
    await vi.waitFor(async () => expect(await pids(file)).toHaveLength(1), patiently)
    await child.stop(200)
    expect(await isLive((await pids(file))[0]!)).toBe(false)
  })

  it('goes with its parent, however that went', async () => {
    const file = join(folder, 'orphan')
    await writeFile(
      join(folder, 'parent.mjs'),
      `import { keepRunning } from './children.mjs'
       const log = { info() {}, warn() {}, error() {} }
       keepRunning({ name: 'orphan', file: ${JSON.stringify(join(folder, 'child.mjs'))}, args: [${JSON.stringify(file)}] }, log, ${JSON.stringify(leash)})`,
    )
    const parent = spawn(process.execPath, [join(folder, 'parent.mjs')], { stdio: 'ignore' })
    await vi.waitFor(async () => expect(await pids(file)).toHaveLength(1), patiently)
    parent.kill('SIGKILL')
    const [pid] = await pids(file)
    await vi.waitFor(async () => expect(await isLive(pid!)).toBe(false), patiently)
  })
})
