// Repositories as people have them for Amezmo, with every hook, deploy here without a change.
import { execFileSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Repository } from '../git/fixtures.ts'
import { freePort } from '../hosts/port.ts'
import { openPlace } from './place.ts'
import type { Place } from './place.ts'

let place: Place
beforeAll(async () => {
  place = await openPlace()
  await place.worker()
})
afterAll(() => place.close())

const hasAll = (...programs: string[]): boolean =>
  programs.every((program) => {
    try {
      execFileSync('sh', ['-c', 'command -v "$1"', 'sh', program], { stdio: 'ignore' })
      return true
    } catch {
      return false
    }
  })

function fill(repository: Repository, fixture: 'laravel' | 'node'): void {
  cpSync(join(import.meta.dirname, '../fixtures', fixture), repository.path, {
    recursive: true,
    verbatimSymlinks: true,
  })
}

const deploy = async (id: string, source?: Parameters<Place['request']>[1]) => {
  const { id: deployment, number } = await place.request(id, source)
  return { deployment, number, state: await place.finished(deployment) }
}

test('a Laravel application: storage, Composer, migrations, an override for production, a failure, rolling back, other variables', async ({
  skip,
}) => {
  if (!hasAll('php', 'composer')) return skip('PHP and Composer are not installed on this machine')
  const env = 'APP_NAME="Corner Shop"\nAPP_KEY=base64:c2VjcmV0\n'
  const permissions = { owner: 'www-data', group: 'deployer', mode: 'keep-exec' }
  const { id, root, repository } = await place.environment({ env, permissions, appType: 'laravel' })
  fill(repository, 'laravel')
  const shell = (command: string) => place.host.shell(`cd ${root} && ${command}`)
  const sha = repository.commit('first').slice(0, 7)

  const first = await deploy(id)
  expect(first.state).toMatchObject({ status: 'succeeded', failure: null })
  expect(await shell('php current/public/index.php')).toBe('Corner Shop sells apples\n')
  expect(await shell('readlink current/storage')).toBe(`${root}/storage\n`)
  // Without `set -e` a hook goes on, and its last command is what counts.
  const pulled = first.state.segments[0]!.steps.find(({ n }) => n === 5)!
  expect(pulled).toMatchObject({ outcome: 'ok', exit: 0 })
  expect(await place.log(first.deployment, 'main', 5)).toContain('Command "telescope:prune" is not defined.')
  expect(await shell('cat storage/hooks.log')).toBe(
    [
      'after.pull as Corner Shop, laravel in production',
      `after.deploy of deployment_1.${sha}`,
      `deploy.success ${sha} of main`,
      '',
    ].join('\n'),
  )
  // What a hook makes is for others to read, as on Amezmo: PHP runs as another user.
  expect(await shell('stat -c %a storage/hooks.log storage/framework/cache/restart')).toBe('644\n644\n')

  repository.write('.amezmo/before.deploy', 'php artisan config:cache\nphp artisan nothing\n')
  repository.commit('a command that does not exist')
  const broken = await deploy(id)
  expect(broken.state).toMatchObject({ status: 'failed', failure: { code: 'command_failed', step: 'before.deploy' } })
  expect(await shell('php current/public/index.php')).toBe('Corner Shop sells apples\n')

  repository.git('revert', '--no-edit', 'HEAD')
  const third = repository.git('rev-parse', 'HEAD').slice(0, 7)
  expect((await deploy(id)).state).toMatchObject({ status: 'succeeded' })
  expect((await deploy(id, { type: 'release', number: first.number })).state).toMatchObject({ status: 'succeeded' })
  expect(await shell('basename "$(readlink current)"')).toBe(`deployment_1.${sha}\n`)
  expect((await shell('tail -n +4 storage/hooks.log')).trim().split('\n')).toEqual([
    expect.stringMatching(/^before\.pull in deployment_2\./),
    'after.pull as Corner Shop, laravel in production',
    expect.stringMatching(/^deploy\.failure deployment_2\./),
    `before.pull in deployment_3.${third}`,
    'after.pull as Corner Shop, laravel in production',
    `after.deploy of deployment_3.${third}`,
    `deploy.success ${third} of main`,
    `rollback/before in deployment_3.${third}`,
    `rollback/after in deployment_3.${third}`,
  ])
  expect((await shell('cat storage/app/migrations.txt')).trim().split('\n')).toHaveLength(2)

  await place.saveVariables(id, 2, env.replace('Corner', 'Harbour'))
  expect((await deploy(id, { type: 'variables', number: 2 })).state).toMatchObject({
    status: 'succeeded',
    kind: 'configure',
  })
  expect(await shell('php current/public/index.php')).toBe('Harbour Shop sells apples\n')
  expect(await shell('tail -n 2 storage/hooks.log')).toBe(
    `config/before-change of APP_NAME="Corner Shop"\nconfig/after-change in deployment_1.${sha}\n`,
  )
  expect(await shell('grep -c never storage/hooks.log || :')).toBe('0\n')
})

test('the same application without hooks: Composer and migrations as Amezmo runs them by itself', async ({ skip }) => {
  if (!hasAll('php', 'composer')) return skip('PHP and Composer are not installed on this machine')
  const shared = [{ path: 'storage', source: 'storage' }]
  const options = {
    composer: 'detected',
    migrations: 'detected',
    shared,
    caches: { vendor: 'seed', node_modules: 'off' },
  }
  const { id, root, repository } = await place.environment({ env: 'APP_NAME=Shop\n', options })
  fill(repository, 'laravel')
  repository.remove('.amezmo')
  for (const message of ['first', 'second']) {
    repository.commit(message)
    expect((await deploy(id)).state).toMatchObject({ status: 'succeeded', failure: null })
  }
  const shell = (command: string) => place.host.shell(`cd ${root} && ${command}`)
  expect(await shell('php current/public/index.php')).toBe('Shop sells apples\n')
  expect(await shell('readlink current/storage')).toBe(`${root}/storage\n`)
  expect((await shell('cat storage/app/migrations.txt')).trim().split('\n')).toHaveLength(2)
})

test('a Node application: npm ci, a build, a server that its hooks restart, a failure, rolling back, other variables', async () => {
  const port = await freePort()
  const env = `PORT=${port}\nNODE_ENV=production\nSIGN="!"\n`
  const { id, root, repository } = await place.environment({ env })
  fill(repository, 'node')
  const shell = (command: string) => place.host.shell(`cd ${root} && ${command}`)
  const served = () => shell(`curl -s --retry 20 --retry-delay 1 --retry-connrefused http://127.0.0.1:${port}/`)
  const sha = repository.commit('first')
  try {
    const first = await deploy(id)
    expect(first.state).toMatchObject({ status: 'succeeded', failure: null })
    expect(await served()).toBe(`hello from ${sha}!\n`)

    repository.write('packages/greeting/index.js', `export const greeting = 'good day'\n`)
    const next = repository.commit('second')
    expect((await deploy(id)).state).toMatchObject({ status: 'succeeded' })
    expect(await served()).toBe(`good day from ${next}!\n`)

    repository.write('src/server.js', 'this is no JavaScript\n')
    const broken = repository.commit('third')
    expect((await deploy(id)).state).toMatchObject({ status: 'failed', failure: { step: 'before.deploy' } })
    expect(await served()).toBe(`good day from ${next}!\n`)

    expect((await deploy(id, { type: 'release', number: first.number })).state).toMatchObject({ status: 'succeeded' })
    expect(await served()).toBe(`hello from ${sha}!\n`)

    await place.saveVariables(id, 2, env.replace('!', '?'))
    expect((await deploy(id, { type: 'variables', number: 2 })).state).toMatchObject({ status: 'succeeded' })
    expect(await served()).toBe(`hello from ${sha}?\n`)
    const release = (number: number, commit: string) => `deployment_${number}.${commit.slice(0, 7)}`
    expect((await shell('cat storage/hooks.log')).trim().split('\n')).toEqual([
      `hello from ${sha}!`,
      `before.pull leaves ${release(2, next)}`,
      `good day from ${next}!`,
      `before.pull leaves ${release(3, broken)}`,
      `deploy.failure in ${release(3, broken)}`,
      `rollback/before in ${release(2, next)}`,
    ])
  } finally {
    await shell('kill "$(cat storage/server.pid)"')
  }
})
