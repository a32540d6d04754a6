import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { scriptCheck } from '@/lib/api/shapes-hooks.ts'
import { openConnector } from '@/lib/ssh/connector.ts'
import { checkScript } from '@/lib/worker/script-check.ts'
import { openPlace } from './place.ts'
import type { Place } from './place.ts'

let place: Place
const connector = openConnector()
beforeAll(async () => {
  place = await openPlace()
})
afterAll(async () => {
  await connector.close()
  await place.close()
})

const check = async (environmentId: string, text: string) =>
  scriptCheck.parse(
    await checkScript(
      { db: place.db, secrets: place.secrets, connector },
      { environmentId, text },
      AbortSignal.timeout(20_000),
    ),
  )

/** Hosts of tests have this machine's programs. */
const hasShellcheck = ((): boolean => {
  try {
    execFileSync('shellcheck', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

it('bash on the server reads a script, and runs nothing of it', async () => {
  const { id, root } = await place.environment()
  const fine = await check(id, `set -e\nfor n in 1 2; do touch ${root}/ran "$n"; done\n`)
  expect(fine).toEqual({ remarks: [], server: 'web-1', bash: expect.stringMatching(/^\d/), shellcheck: hasShellcheck })
  const broken = await check(id, `set -e\ntouch ${root}/ran\n$(touch ${root}/ran)\nif true; then 'it''s\n`)
  expect(broken.remarks.filter(({ code }) => code === undefined)).toEqual([
    { line: 4, level: 'error', message: expect.stringContaining('unexpected EOF') },
  ])
  expect(await place.host.shell(`ls ${root}`)).toBe('')
})

it('says what ShellCheck finds, where it is installed', async ({ skip }) => {
  if (!hasShellcheck) return skip('ShellCheck is not installed on this machine')
  const { id } = await place.environment()
  const { remarks } = await check(id, 'set -e\nrm -rf $1\n')
  expect(remarks).toContainEqual(expect.objectContaining({ line: 2, level: 'note', code: 'SC2086' }))
})

it('says that a server whose key nobody confirmed is not asked', async () => {
  const { id } = await place.environment()
  await place.db.prisma.server.updateMany({ data: { hostKey: null } })
  await expect(check(id, 'true')).rejects.toMatchObject({ code: 'conflict' })
})
