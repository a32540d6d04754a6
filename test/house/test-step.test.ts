import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runStep } from '../../scripts/test-step.mjs'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-step-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const shell = (script: string, options: Parameters<typeof runStep>[2] = { limitMs: 60_000 }) =>
  runStep('sh', ['-c', script, 'sh', folder], options)

/** Whether the process whose id stands in a file of the folder is there and is more than a name in the table. */
async function isAlive(name: string): Promise<boolean> {
  const pid = (await readFile(join(folder, name), 'utf8')).trim()
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  return stat !== null && !/\) [ZX] /.test(stat)
}

it('says how a step ended', async () => {
  expect(await shell('true')).toBeNull()
  expect(await shell('exit 3')).toBe('exit code 3')
  expect(await shell('kill -9 $$')).toBe('ended by SIGKILL')
  expect(await runStep('/no/such/program', [], { limitMs: 60_000 })).toContain('ENOENT')
})

it('ends a step that runs out of time, and says so', async () => {
  expect(await shell('sleep 300', { limitMs: 100 })).toMatch(/^ran out of time/)
})

it('leaves nothing of a step that ended by itself', async () => {
  expect(await shell('sleep 300 & echo $! >"$1/left"')).toBeNull()
  await expect.poll(() => isAlive('left')).toBe(false)
})

it('ends a step that is interrupted, with all that it started', async () => {
  const interrupted = new AbortController()
  const script = 'sleep 300 & echo $! >"$1/child"; echo $$ >"$1/self"; wait'
  const step = shell(script, { limitMs: 60_000, interrupted: interrupted.signal })
  await expect.poll(() => isAlive('self').catch(() => false)).toBe(true)
  interrupted.abort()
  expect(await step).toBe('interrupted')
  await expect.poll(() => isAlive('self')).toBe(false)
  await expect.poll(() => isAlive('child')).toBe(false)
  expect(await shell('sleep 300', { limitMs: 60_000, interrupted: interrupted.signal })).toBe('interrupted')
})
