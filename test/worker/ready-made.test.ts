// Ready-made steps on a real server: what they leave behind, and what they refuse.
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPlace } from './place.ts'
import type { Place } from './place.ts'

let place: Place
let answers: Server
/** The status that the application of the tests answers with, by path. */
const status = new Map<string, number>()
beforeAll(async () => {
  place = await openPlace()
  await place.worker()
  answers = createServer((request, response) => {
    response.writeHead(status.get(request.url ?? '') ?? 404).end(`this is ${request.url}`)
  }).listen(0, '127.0.0.1')
  await once(answers, 'listening')
})
afterAll(async () => {
  await place.close()
  answers.close()
})
const address = (path: string): string => `http://127.0.0.1:${(answers.address() as AddressInfo).port}${path}`

async function site(options: object, more: Parameters<Place['environment']>[0] = {}) {
  const { id, root, repository } = await place.environment({ ...more, options })
  return {
    id,
    repository,
    shell: (command: string) => place.host.shell(`cd ${root} && ${command}`),
    root,
    async deploy(source?: Parameters<Place['request']>[1]) {
      const { id: deployment, number } = await place.request(id, source)
      const state = await place.finished(deployment)
      const steps = state.segments.flatMap(({ name: segment, steps: ended }) =>
        ended.map((step) => ({ segment, ...step })),
      )
      const { plan } = await place.db.prisma.deployment.findUniqueOrThrow({ where: { id: deployment } })
      const planned = (plan as { segments: { steps: { n: number; name: string }[] }[] }).segments[0]!.steps
      const numberOf = (name: string): number => planned.find((step) => step.name === name)!.n
      return {
        state,
        number,
        outcome: (name: string) => steps.find(({ segment, n }) => segment === 'main' && n === numberOf(name))?.outcome,
        log: (name: string) => place.log(deployment, 'main', numberOf(name)),
      }
    },
  }
}

test('shared folders and files are one for all releases, and begin with what the commit has there', async () => {
  const shared = [
    { path: 'storage', source: 'storage' },
    { path: 'public/uploads', source: 'storage/public/uploads' },
    { path: 'config/key.json', source: 'storage/key.json', kind: 'file' },
  ]
  const { repository, shell, root, deploy } = await site({ shared })
  repository.write('storage/framework/views/.gitignore', '*\n!.gitignore\n')
  repository.write('storage/notes.txt', 'of the commit')
  repository.write('config/key.json', '{}')
  repository.commit('first')
  expect((await deploy()).state).toMatchObject({ status: 'succeeded', failure: null })
  expect(await shell('readlink current/storage current/public/uploads current/config/key.json')).toBe(
    `${root}/storage\n${root}/storage/public/uploads\n${root}/storage/key.json\n`,
  )
  await shell(
    'echo changed >current/storage/notes.txt; echo cat >current/public/uploads/cat; echo 1 >current/config/key.json',
  )
  repository.write('storage/framework/sessions/.gitignore', '*\n!.gitignore\n')
  repository.commit('second')
  expect((await deploy()).state).toMatchObject({ status: 'succeeded' })
  expect(await shell('cat current/storage/notes.txt current/public/uploads/cat current/config/key.json')).toBe(
    'changed\ncat\n1\n',
  )
  expect(await shell('find storage -name .gitignore | sort')).toBe(
    'storage/framework/sessions/.gitignore\nstorage/framework/views/.gitignore\n',
  )
})

test('a shared path whose way is a link could lead out of the release: nothing there is touched', async () => {
  const { repository, shell, root, deploy } = await site({ shared: [{ path: 'public/uploads', source: 'storage/up' }] })
  await shell('mkdir -p elsewhere/uploads && echo precious >elsewhere/uploads/file')
  symlinkSync(`${root}/elsewhere`, join(repository.path, 'public'))
  repository.commit('a link out of the release')
  const { state, log } = await deploy()
  expect(state).toMatchObject({ status: 'failed', failure: { step: 'shared paths' } })
  expect(await log('shared paths')).toContain('./public is not a directory of this release')
  expect(await shell('cat elsewhere/uploads/file')).toBe('precious\n')
})

test('only the sub-directory becomes the release, with the hooks that lie in it', async () => {
  const { repository, shell, deploy } = await site({ subdirectory: 'apps/web' })
  repository.write('apps/web/index.html', 'web')
  repository.write('apps/web/.amezmo/before.deploy', 'touch of-the-app\n')
  repository.write('.amezmo/before.deploy', 'touch of-the-root\n')
  repository.write('apps/other/secret', 'x')
  repository.commit('first')
  expect((await deploy()).state).toMatchObject({ status: 'succeeded' })
  expect(await shell('ls -A current')).toBe('.amezmo\nREVISION\nindex.html\nof-the-app\n')
  repository.remove('apps/web')
  symlinkSync('other', join(repository.path, 'apps/web'))
  repository.commit('a link in its place')
  expect((await deploy()).state).toMatchObject({
    status: 'failed',
    failure: { code: 'invalid_spec', step: 'release', message: expect.stringContaining('apps/web') },
  })
})

test('a release keeps the hooks of the directory that it was made of, whatever is deployed next', async () => {
  const { id, repository, shell, deploy } = await site({ subdirectory: 'apps/web' })
  repository.write('apps/web/.amezmo/rollback/before', 'echo left >../../left\n')
  repository.commit('first')
  const first = await deploy()
  repository.write('apps/web/index.html', 'two')
  repository.commit('second')
  expect((await deploy()).state).toMatchObject({ status: 'succeeded' })
  await place.db.prisma.environment.update({ where: { id }, data: { options: {} } })
  expect((await deploy({ type: 'release', number: first.number })).state).toMatchObject({
    status: 'succeeded',
    failure: null,
  })
  expect(await shell('cat left')).toBe('left\n')
})

test('packages are copied from the live release, and npm runs only when the lock changed', async () => {
  const options = { nodePackages: 'detected', caches: { node_modules: 'seed', vendor: 'off' } }
  const { repository, shell, deploy } = await site(options)
  const lock = (version: string) =>
    JSON.stringify({ name: 'x', version, lockfileVersion: 3, requires: true, packages: { '': { name: 'x', version } } })
  repository.write('package.json', '{"name":"x","version":"1.0.0"}')
  repository.write('package-lock.json', lock('1.0.0'))
  repository.commit('first')
  const first = await deploy()
  expect(first.state).toMatchObject({ status: 'succeeded', failure: null })
  expect(await first.log('copy node_modules')).toContain('The live release has no node_modules.')
  await shell('mkdir -p current/node_modules/kept && echo 1 >current/node_modules/kept/index.js')
  repository.write('index.js', '1')
  repository.commit('another file')
  const second = await deploy()
  expect(await second.log('npm install')).toContain('its packages are kept')
  expect(await shell('cat current/node_modules/kept/index.js')).toBe('1\n')
  repository.write('package.json', '{"name":"x","version":"2.0.0"}')
  repository.write('package-lock.json', lock('2.0.0'))
  repository.commit('another lock')
  expect((await deploy()).state).toMatchObject({ status: 'succeeded' })
  expect(await shell('ls current/node_modules 2>/dev/null || true')).not.toContain('kept')
})

test('a restart runs in what is live now: after a switch, after it was undone, after rolling back', async () => {
  const restart = {
    kind: 'command',
    name: 'tell',
    text: 'echo "$TARGET_HOOK $(basename "$(readlink "$FAIRLEAD_ROOT/current")")" >>"$FAIRLEAD_ROOT/told"',
  }
  const healthCheck = { url: address('/up'), tries: 2, pauseSeconds: 0, onFailure: 'rollback' }
  const { repository, shell, deploy } = await site({ restarts: [restart], healthCheck })
  repository.write('index.html', 'one')
  repository.commit('first')
  status.set('/up', 200)
  const first = await deploy()
  expect(first.state).toMatchObject({ status: 'succeeded' })
  expect(await first.log('health check')).toContain('answers with 200.')

  repository.write('index.html', 'two')
  repository.commit('second')
  status.set('/up', 503)
  const second = await deploy()
  expect(second.state).toMatchObject({ status: 'failed', failure: { code: 'command_failed', step: 'health check' } })
  const said = await second.log('health check')
  expect(said).toContain('Try 2 of 2')
  expect(said).toContain('answers with 503, expected was 200.')
  expect(said).toContain('this is /up')
  expect(await shell('cat current/index.html')).toBe('one')

  status.set('/up', 200)
  expect((await deploy()).state).toMatchObject({ status: 'succeeded' })
  expect((await deploy({ type: 'release', number: first.number })).state).toMatchObject({ status: 'succeeded' })
  expect((await shell('cat told')).trim().split('\n')).toEqual([
    expect.stringMatching(/^tell deployment_1\./),
    expect.stringMatching(/^tell deployment_2\./),
    expect.stringMatching(/^tell deployment_1\./),
    expect.stringMatching(/^tell deployment_3\./),
    expect.stringMatching(/^tell deployment_1\./),
  ])
})

test('a health check that only notifies is shown as failed, and the deployment succeeds', async () => {
  const { repository, deploy } = await site({ healthCheck: { url: address('/gone'), tries: 1 } })
  repository.write('index.html', 'one')
  repository.commit('first')
  const { state, outcome, log } = await deploy()
  expect(state).toMatchObject({ status: 'succeeded', failure: null })
  expect(outcome('health check')).toBe('failed')
  expect(await log('health check')).toContain('answers with 404, expected was 200.')
})
