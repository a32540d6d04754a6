// e2e/cli-story.sh with everything real but the build: the API over HTTP, a worker, an OpenSSH server, a Git repository.
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fingerprint } from '@/lib/ssh/keys.ts'
import { openApi, type Api } from '../api/server.ts'
import { Repository, temporaryFolder } from '../git/fixtures.ts'
import { startHost, type Host } from '../hosts/hosts.ts'
import { run } from './program.ts'

const root = join(import.meta.dirname, '../..')
const folder = temporaryFolder()
let host: Host
let api: Api
let worker: ChildProcess
beforeAll(async () => {
  host = await startHost()
  api = await openApi({ repositories: folder })
  worker = spawn(process.execPath, ['--import', 'tsx', 'lib/worker/main.ts'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  // Until it says so, servers are out of reach.
  for await (const line of createInterface({ input: worker.stdout! })) if (line.includes('"msg":"working"')) break
  worker.stdout!.resume()
})
afterAll(async () => {
  const ended = once(worker, 'exit')
  worker.kill('SIGTERM')
  await ended
  await api.close()
  await host.stop()
  rmSync(folder, { recursive: true })
})

it('a team’s daily work, as a script', { timeout: 300_000 }, async () => {
  const { port, user, hostKey } = host.address
  const env = { FAIRLEAD_URL: api.url, FAIRLEAD_TOKEN: await api.token('admin') }
  const address = ['--name', 'web1', '--host', '127.0.0.1', '--port', String(port), '--user', user]
  const added = JSON.parse((await run(['server', 'add', ...address, '--json'], env)).out) as {
    authorizeCommand: string
  }
  await host.person(added.authorizeCommand)
  const key = JSON.parse((await run(['server', 'host-key', 'web1', '--json'], env)).out) as { fingerprint: string }
  expect(key.fingerprint).toBe(fingerprint(hostKey!))
  expect(await run(['server', 'trust', 'web1', '--fingerprint', key.fingerprint], env)).toMatchObject({ code: 0 })

  const repository = new Repository(join(folder, 'shop'))
  repository.write('index.html', 'one')
  repository.commit('first')
  const roots = [await host.root(), await host.root(), await host.root()]
  const environments = ['production', 'staging', 'testing'].map(
    (name, at) => `  ${name}:
    branch: main
    servers: [{ server: web1, root: ${roots[at]} }]
    permissions: { owner: www-data, group: deployer, mode: 'off' }
    variables: { APP_ENV: ${name} }
`,
  )
  const blueprint = join(folder, 'shop.yml')
  const head = `fairlead: 1\nproject: { slug: shop, name: Shop, repositoryUrl: ${repository.path} }\nenvironments:\n`
  // The secret is named, and typed in the panel; what the file says of the others is all there is.
  writeFileSync(
    blueprint,
    head + environments.join('').replace('production }', 'production, DB_PASSWORD: { secret: true } }'),
  )
  const git = `git -C ${repository.path} -c user.name=Ada -c user.email=ada@example.org`
  const commit = `echo two >${repository.path}/index.html && ${git} commit -qam second`
  const reader = join(folder, 'read-server')
  writeFileSync(reader, readerOf(host, join(folder, 'key')))
  chmodSync(reader, 0o755)

  const { stdout } = await promisify(execFile)(join(root, 'e2e/cli-story.sh'), [blueprint, commit, roots[0]!], {
    cwd: root,
    env: {
      ...process.env,
      ...env,
      FAIRLEAD: `${process.execPath} --import tsx ${join(root, 'lib/cli/main.ts')}`,
      VIEWER_TOKEN: await api.token('viewer'),
      READ_SERVER: reader,
    },
  })
  expect(stdout).toContain('cli-story: seen')
  expect(await host.shell(`cat ${roots[0]}/current/index.html`)).toBe('one')
})

/** A program that runs its argument on the server as the user that deploys. */
function readerOf({ address }: Host, keyFile: string): string {
  const { host, port, user, privateKey } = address
  writeFileSync(keyFile, privateKey, { mode: 0o600 })
  return `#!/bin/sh
exec ssh -q -p ${port} -i ${keyFile} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null ${user}@${host} "$1"
`
}
