// Submodules and files in Git LFS on a real server: what is deployed, what is shown before, and what ends a deployment before the server
// hears of it.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getDeployment, requestDeployment } from '@/lib/panel/deployments.ts'
import type { Context } from '@/lib/panel/context.ts'
import { previewPlan } from '@/lib/panel/preview.ts'
import { Repository } from '../git/fixtures.ts'
import { as } from '../panel/panel.ts'
import { openPanelPlace } from './panel-place.ts'
import type { Place } from './place.ts'

let place: Place
let ctx: Context
let close: () => Promise<void>
beforeAll(async () => ({ place, ctx, close } = await openPanelPlace()))
afterAll(() => close())

let libraries = 0
/** An environment whose repository has a submodule at `lib` and a picture in Git LFS. */
async function withContents() {
  const made = await place.environment()
  const { repository } = made
  const library = new Repository(join(place.folder, `library-${(libraries += 1)}`))
  library.write('lib.txt', 'one')
  const url = `../library-${libraries}`
  const link = (sha: string): string => {
    repository.git('config', '-f', '.gitmodules', 'submodule.lib.path', 'lib')
    repository.git('config', '-f', '.gitmodules', 'submodule.lib.url', url)
    repository.git('add', '.')
    repository.git('update-index', '--add', '--cacheinfo', `160000,${sha},lib`)
    repository.git('commit', '-q', '-m', 'linked')
    return repository.git('rev-parse', 'HEAD')
  }
  repository.write('index.html', 'hello')
  repository.write('.gitattributes', '*.png filter=lfs\n')
  repository.write('logo.png', keep(repository, 'a picture'))
  return { ...made, library, url, link }
}

/** Lets the repository have an object as git-lfs does; gives the pointer to it. */
function keep(repository: Repository, bytes: string): string {
  const oid = createHash('sha256').update(bytes).digest('hex')
  repository.write(`.git/lfs/objects/${oid.slice(0, 2)}/${oid.slice(2, 4)}/${oid}`, bytes)
  return `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${bytes.length}\n`
}

test('are shown before, deployed just so, and the next deployment ships what differs', async () => {
  const { id: environmentId, root, library, url, link } = await withContents()
  const first = library.commit('first')
  const sha = link(first)
  const shown = await previewPlan(ctx, as('developer'), { environmentId })
  expect(shown.contents).toEqual({
    submodules: [{ path: 'lib', url: join(place.folder, url.slice(3)), revision: first, before: null }],
    lfs: { files: 1, bytes: 9 },
  })
  expect(shown.findings).toEqual([])
  const asked = await requestDeployment(ctx, as('developer'), { environmentId, expectedHash: shown.planHash })
  expect(await place.finished(asked.id)).toMatchObject({ status: 'succeeded' })
  const deployed = await place.host.shell(`cd ${root}/current && cat lib/lib.txt logo.png REVISION`)
  expect(deployed).toBe(`onea picture${sha}\n`)
  library.write('lib.txt', 'two')
  const second = library.commit('second')
  link(second)
  const next = await previewPlan(ctx, as('developer'), { environmentId })
  expect(next.contents.submodules).toMatchObject([{ path: 'lib', revision: second, before: first }])
  expect(next.change).toMatchObject({ files: 1, changed: [{ path: 'lib/lib.txt', change: 'changed' }] })
  expect(next.disk.sendBytes).toBeLessThan(4_096)
  const then = await place.request(environmentId)
  expect(await place.finished(then.id)).toMatchObject({ status: 'succeeded' })
  expect(await place.host.shell(`cat ${root}/current/lib/lib.txt ${root}/current/logo.png`)).toBe('twoa picture')
})

test('are left out again where they are switched off', async () => {
  const { id: environmentId, root, library, link } = await withContents()
  link(library.commit('first'))
  const whole = await place.request(environmentId)
  expect(await place.finished(whole.id)).toMatchObject({ status: 'succeeded' })
  const options = { submodules: false, lfs: false }
  await ctx.db.prisma.environment.update({ where: { id: environmentId }, data: { options } })
  const without = await place.request(environmentId)
  expect(await place.finished(without.id)).toMatchObject({ status: 'succeeded' })
  const bare = await place.host.shell(`cd ${root}/current && ls lib && head -n 1 logo.png && cat index.html`)
  expect(bare).toBe('version https://git-lfs.github.com/spec/v1\nhello')
})

test('that can’t be had end a deployment before the server hears of it', async () => {
  const { id: environmentId, repository, link } = await withContents()
  link('f'.repeat(40))
  const lost = await place.request(environmentId)
  expect(await place.finished(lost.id)).toMatchObject({ status: 'failed', segments: [] })
  expect((await getDeployment(ctx, as('viewer'), { id: lost.id })).failure).toMatchObject({
    code: 'source_not_found',
    message: expect.stringMatching(/^The submodule lib can’t be fetched from \.\.\/library-\d+: .*settings\.$/),
  })
  repository.write('logo.png', keep(repository, 'another').replace(/sha256:..../, 'sha256:ffff'))
  repository.git('rm', '-q', '--cached', 'lib')
  repository.commit('lost')
  const pictures = await place.request(environmentId)
  expect(await place.finished(pictures.id)).toMatchObject({ status: 'failed', segments: [] })
  expect((await getDeployment(ctx, as('viewer'), { id: pictures.id })).failure?.message).toContain(
    'no contents for logo.png',
  )
})

test('have hooks that run, and none where they are left out', async () => {
  const { id: environmentId, root, repository } = await place.environment()
  const hooks = new Repository(join(place.folder, 'hooks'))
  hooks.write('after.pull', 'echo here >pulled\n')
  repository.write('index.html', 'hello')
  repository.git('config', '-f', '.gitmodules', 'submodule.hooks.path', '.amezmo')
  repository.git('config', '-f', '.gitmodules', 'submodule.hooks.url', '../hooks')
  repository.git('add', '.')
  repository.git('update-index', '--add', '--cacheinfo', `160000,${hooks.commit('hooks')},.amezmo`)
  repository.git('commit', '-q', '-m', 'linked')
  const steps = async (): Promise<string[]> => {
    const { servers } = await previewPlan(ctx, as('developer'), { environmentId })
    return servers.flatMap((server) => server.steps.map(({ name }) => name))
  }
  expect(await steps()).toContain('after.pull')
  const asked = await place.request(environmentId)
  expect(await place.finished(asked.id)).toMatchObject({ status: 'succeeded' })
  expect(await place.host.shell(`cat ${root}/current/pulled`)).toBe('here\n')
  await ctx.db.prisma.environment.update({ where: { id: environmentId }, data: { options: { submodules: false } } })
  expect(await steps()).not.toContain('after.pull')
})
