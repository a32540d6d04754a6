// The script that installs what tests need, on a machine that has (almost) nothing: a folder of programs as its whole PATH.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'

const script = join(import.meta.dirname, '../../scripts/system-packages.sh')
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'packages-'))
  for (const tool of ['sh', 'cat', 'tr', 'env', 'rm', 'chmod']) {
    const path = ['/bin', '/usr/bin'].map((place) => join(place, tool)).find(existsSync)
    await symlink(path!, join(folder, tool))
  }
  await program('id', 'echo 0')
  await program('apt-cache', 'exit 0')
})
afterEach(() => rm(folder, { recursive: true }))

async function program(name: string, text: string): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/sh\n${text}\n`)
  await chmod(join(folder, name), 0o755)
}

/** An apt-get that notes its orders; installing a package brings a program of every name that the script looks for. */
function apt(install: string): Promise<void> {
  return program('apt-get', `echo "$*" >>${folder}/orders\ncase "$*" in *install*) ${install} ;; esac`)
}

function runScript(): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync('/bin/sh', [script], {
    env: { ...process.env, CHROMIUM: '', PATH: folder, POLICY_RC_D: join(folder, 'policy') },
    encoding: 'utf8',
  })
  return { status, said: stdout + stderr }
}

const brings =
  'for p in ssh-keygen sudo busybox git unshare ip ps curl openssl chromium nginx php composer cgi-fcgi shellcheck; do PATH=/bin:/usr/bin ln -sf /bin/true "${0%/*}/$p"; done'

it('installs what is missing, and then has nothing to do', async () => {
  await apt(brings)
  expect(runScript()).toEqual({ status: 0, said: '' })
  const [update, install, ...more] = (await readFile(join(folder, 'orders'), 'utf8')).trim().split('\n')
  expect(update).toMatch(/ update$/)
  expect(install).toMatch(
    / install -y --no-install-recommends .*\bopenssh-client sudo busybox git util-linux iproute2 procps\b/,
  )
  expect(more).toEqual([])
  await rm(join(folder, 'orders'))
  expect(runScript()).toEqual({ status: 0, said: '' })
  expect(existsSync(join(folder, 'orders'))).toBe(false)
})

it('starts no service of what it installs, and leaves other installations free to', async () => {
  await apt(`"\${0%/*}/policy" nginx start; echo "policy $?" >>${folder}/orders; ${brings}`)
  expect(runScript()).toEqual({ status: 0, said: '' })
  expect(await readFile(join(folder, 'orders'), 'utf8')).toMatch(/^policy 101$/m)
  expect(existsSync(join(folder, 'policy'))).toBe(false)
})

it('says what to type when it is not root, and touches nothing', async () => {
  await apt(brings)
  await program('id', 'echo 1000')
  const { status, said } = runScript()
  expect(status).toBe(1)
  expect(said).toMatch(/not installed: .*sudo busybox git/)
  expect(said).toMatch(/As root: apt-get update && apt-get install --no-install-recommends .*\bbusybox\b/)
  expect(existsSync(join(folder, 'orders'))).toBe(false)
})

it('names the packages where there is no apt, and what does not exist, and an installation that failed', async () => {
  expect(runScript()).toMatchObject({
    status: 1,
    said: expect.stringMatching(/not installed: .*busybox.*\n.*package manager/),
  })
  await apt('exit 100')
  expect(runScript()).toMatchObject({ status: 1, said: expect.stringContaining('apt-get install failed') })
  await program('apt-cache', 'exit 100')
  const { status, said } = runScript()
  expect(status).toBe(1)
  expect(said).toContain('package lists don')
})
