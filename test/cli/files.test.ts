// Configuration files from a terminal: saved with their target, listed, brought back, applied.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { insertReadyEnvironment } from '../panel/deployments.ts'
import { openApi, type Api } from '../api/server.ts'
import { run } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-files-'))
let api: Api
let env: Record<string, string>
let environmentId: string
beforeAll(async () => {
  api = await openApi()
  env = { FAIRLEAD_URL: api.url, FAIRLEAD_TOKEN: await api.token('owner') }
  environmentId = await insertReadyEnvironment(api.ctx)
})
afterAll(async () => {
  await api.close()
  rmSync(folder, { recursive: true })
})

it('saves files with their target, says what there is, and brings an earlier revision back', async () => {
  const content = join(folder, 'shop.conf')
  const place = ['--target', 'server', '--path', '/etc/nginx/sites-enabled/shop.conf']
  const save = async (text: string) => {
    writeFileSync(content, text)
    return run(['files', 'save', environmentId, ...place, '--mode', '0644', '--content', `@${content}`, '--json'], env)
  }
  const saved = JSON.parse((await save('listen 80; # never-said\n')).out) as { id: string }
  expect(saved).toMatchObject({ target: 'server', path: place[3], number: 1, mode: '0644' })
  expect(JSON.parse((await save('listen 443;\n')).out)).toMatchObject({ number: 2 })
  const back = await run(['files', 'revert', environmentId, saved.id, '1', '--json'], env)
  expect(JSON.parse(back.out)).toMatchObject({ number: 3, size: 24 })
  const list = await run(['files', 'list', environmentId], env)
  expect(list).toMatchObject({ code: 0, out: expect.stringContaining('/etc/nginx/sites-enabled/shop.conf') as string })
  const history = await run(['files', 'history', environmentId, saved.id, '--json'], env)
  expect(history.out).not.toContain('never-said')
  const wrong = await run(
    ['files', 'save', environmentId, '--target', 'server', '--path', 'etc/x', '--content', 'a'],
    env,
  )
  expect(wrong.code).not.toBe(0)
  expect(wrong.err).toContain('begins with a slash')
})

it('applies them to the live release, once there is one', async () => {
  const applied = await run(['files', 'apply', environmentId], env)
  expect(applied.code).not.toBe(0)
  expect(applied.err).toContain('Nothing is live here yet')
})
