import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { buildSync } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let folder: string

/** A program that takes as long to stop as we like: until a line arrives on its stdin. */
const program = `
  import { once } from 'node:events'
  import { endOnSignal } from './start-ending.ts'
  endOnSignal(async (signal) => {
    console.log('stopping ' + signal)
    await once(process.stdin, 'data')
    console.log('stopped')
  })
  process.stdin.resume()
  console.log('runs')
`

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-ending-'))
  const scripts = join(import.meta.dirname, '../../scripts')
  buildSync({
    stdin: { contents: program, resolveDir: scripts, loader: 'ts' },
    outfile: join(folder, 'program.mjs'),
    format: 'esm',
    bundle: true,
    platform: 'node',
  })
})
afterAll(() => rmSync(folder, { recursive: true }))

async function start(): Promise<{ child: ChildProcessWithoutNullStreams; line(): Promise<string> }> {
  const child = spawn(process.execPath, [join(folder, 'program.mjs')])
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async (): Promise<string> => String((await lines.next()).value)
  expect(await line()).toBe('runs')
  return { child, line }
}

describe('a signal to end', () => {
  it('that npm passes on a second time does not cut stopping short', async () => {
    const { child, line } = await start()
    child.kill('SIGINT')
    expect(await line()).toBe('stopping SIGINT')
    child.kill('SIGINT')
    child.stdin.write('go on\n')
    const ended = once(child, 'exit')
    expect(await line()).toBe('stopped')
    expect(await ended).toEqual([0, null])
  })

  it('given again later ends at once', async () => {
    const { child, line } = await start()
    child.kill('SIGTERM')
    expect(await line()).toBe('stopping SIGTERM')
    const ended = once(child, 'exit')
    // Asked over and over, as an impatient person does: the first time after a second counts.
    const asking = setInterval(() => child.kill('SIGTERM'), 100)
    expect(await ended).toEqual([1, null])
    clearInterval(asking)
  })
})
