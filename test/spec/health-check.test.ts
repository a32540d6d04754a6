// The script of a health check, run here by the shell that every server has.
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { optionsSchema } from '../../lib/spec/options.ts'
import { healthCheckStep } from '../../lib/spec/presets.ts'

const server = createServer((_, response) => response.end('a*/b of a*/b in r_[7]'))
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => void server.close())

async function ask(contains: string): Promise<string> {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const { text } = healthCheckStep(optionsSchema.parse({ healthCheck: { url, contains, tries: 1 } }))!
  const env = {
    NODE_ENV: 'test' as const,
    PATH: process.env.PATH ?? '',
    FAIRLEAD_REVISION: 'a*/b',
    FAIRLEAD_RELEASE: 'r_[7]',
  }
  const run = promisify(execFile)('sh', ['-c', text], { env })
  return run.then(
    ({ stdout }) => stdout,
    (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
  )
}

it.each([
  ['', /answers with 200\.\n$/],
  ['{commit} of {commit} in {release}', /answers with 200\.\n$/],
  ['in {release}', /answers with 200\.\n$/],
  ['{release}{commit}', /without what it has to hold, expected was “r_\[7\]a\*\/b”\./],
  ['{commit', /expected was “\{commit”/],
])('puts what is served into what an answer has to hold: %s', async (contains, said) => {
  expect(await ask(contains)).toMatch(said)
})
