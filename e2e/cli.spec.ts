// The team's daily work from the built command line: e2e/cli-story.sh on a panel of its own and a server with OpenSSH.
import { execFile } from 'node:child_process'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { createTokenOnConsole } from '@/lib/panel/people.ts'
import { createOwnerOnConsole } from '@/lib/panel/setup.ts'
import { ensureRepository } from '../scripts/demo-repository.ts'
import { startHost } from '../test/hosts/hosts.ts'
import { withOwnPanel } from './fixtures/panel.ts'
import { owner } from './fixtures/people.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')
const fairlead = join(root, 'dist/cli.mjs')

test('three environments as code, secrets, plans, releases and the way back, all from a script', async () => {
  test.setTimeout(420_000)
  const host = await startHost()
  try {
    await withOwnPanel(['web', 'worker'], async ({ url, folder, context }) => {
      await createOwnerOnConsole(context, owner)
      const token = async (role: 'admin' | 'viewer') =>
        (await createTokenOnConsole(context, { name: role, role })).secret
      const env = { ...process.env, FAIRLEAD_URL: url, FAIRLEAD_TOKEN: await token('admin') }
      const cli = async (...args: string[]) =>
        JSON.parse((await run(fairlead, [...args, '--json'], { env })).stdout) as Record<string, string>

      const { port, user, privateKey } = host.address
      const address = ['--name', 'web1', '--host', '127.0.0.1', '--port', String(port), '--user', user]
      await host.person((await cli('server', 'add', ...address)).authorizeCommand!)
      const { fingerprint } = await cli('server', 'host-key', 'web1')
      await cli('server', 'trust', 'web1', '--fingerprint', fingerprint!)

      const repository = join(folder, 'repositories/shop.git')
      await ensureRepository(repository)
      const roots = [await host.root(), await host.root(), await host.root()]
      const blueprint = join(folder, 'shop.yml')
      await writeFile(blueprint, blueprintOf(repository, roots))
      await writeFile(join(folder, 'key'), privateKey, { mode: 0o600 })
      const reader = join(folder, 'read-server')
      const options = '-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null'
      await writeFile(reader, `#!/bin/sh\nexec ssh -q -p ${port} -i ${folder}/key ${options} ${user}@127.0.0.1 "$1"\n`)
      await chmod(reader, 0o755)

      const story = join(root, 'e2e/cli-story.sh')
      const { stdout } = await run(story, [blueprint, newCommit(repository, folder), roots[0]!], {
        env: { ...env, FAIRLEAD: fairlead, VIEWER_TOKEN: await token('viewer'), READ_SERVER: reader },
      })
      expect(stdout).toContain('cli-story: seen')
    })
  } finally {
    await host.stop()
  }
})

function blueprintOf(repository: string, roots: string[]): string {
  const environment = (name: string, at: number) => `  ${name}:
    branch: main
    servers: [{ server: web1, root: ${roots[at]} }]
    permissions: { owner: www-data, group: deployer, mode: 'off' }
    variables:
      APP_ENV: ${name}
${at === 0 ? '      DB_PASSWORD: { secret: true }\n' : ''}`
  return `fairlead: 1
project: { slug: shop, name: Shop, repositoryUrl: ${repository} }
environments:
${['production', 'staging', 'testing'].map(environment).join('')}`
}

/** A command that pushes another commit to the bare repository. */
function newCommit(repository: string, folder: string): string {
  const git = `git -C ${folder}/work -c user.name=Ada -c user.email=ada@example.org`
  return `git clone -q ${repository} ${folder}/work && echo two >${folder}/work/two.html && ${git} add -A && ${git} commit -qm second && ${git} push -q origin HEAD:main`
}
