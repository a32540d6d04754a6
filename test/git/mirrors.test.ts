import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Mirror, RepositoryAddress } from '../../lib/deploy/types.ts'
import { openMirrors } from '../../lib/git/mirrors.ts'
import { Repository, heldByAnother, temporaryFolder } from './fixtures.ts'

let folder: string
let repository: Repository
let address: RepositoryAddress

beforeEach(() => {
  folder = temporaryFolder()
  repository = new Repository(join(folder, 'source'))
  address = { id: 'one', url: repository.path, access: { kind: 'none' } }
})
afterEach(() => rmSync(folder, { recursive: true }))

const mirrors = () => openMirrors({ folder: join(folder, 'mirrors'), localPrefixes: [folder] })
async function fetched(): Promise<Mirror> {
  const mirror = await (await mirrors()).open(address)
  await mirror.fetch()
  return mirror
}

describe('a mirror', () => {
  it('lists branches and tags, with and without a mirror, and resolves each spelling of a commit', async () => {
    repository.write('a', 'a')
    const first = repository.commit('first')
    repository.git('tag', 'v1')
    repository.git('tag', '-a', '-m', 'noted', 'v2')
    repository.git('branch', 'feature/x')
    const second = repository.commit('second: “ünï” %H $(id)')
    const expected = [
      { name: 'feature/x', kind: 'branch', sha: first },
      { name: 'main', kind: 'branch', sha: second },
      { name: 'v1', kind: 'tag', sha: first },
      { name: 'v2', kind: 'tag', sha: first },
    ]
    const mirror = await fetched()
    expect(await mirror.refs()).toEqual(expected)
    expect(await (await mirrors()).lsRemote(address)).toEqual(expected)
    for (const ref of ['main', 'refs/heads/main', second, second.slice(0, 7)])
      expect(await mirror.resolve(ref), ref).toMatchObject({
        sha: second,
        subject: 'second: “ünï” %H $(id)',
        author: 'Ada',
        authorEmail: 'ada@example.org',
      })
    expect((await mirror.resolve('v2')).sha).toBe(first)
    expect((await mirror.commits('main', { search: 'FIRST' })).map((commit) => commit.sha)).toEqual([first])
    expect((await mirror.commits('main', { limit: 1 })).map((commit) => commit.sha)).toEqual([second])
    expect(await mirror.between(first, 'main')).toMatchObject({ files: 0, commits: [{ sha: second }] })
  })

  it('says what lies between two commits in either direction', async () => {
    repository.write('kept', 'a')
    repository.write('gone', 'a')
    const first = repository.commit('first')
    repository.write('kept', 'b')
    repository.git('rm', '--quiet', 'gone')
    repository.write('näw', 'c')
    const second = repository.commit('second')
    const mirror = await fetched()
    expect(await mirror.between(first, second)).toMatchObject({
      commits: [{ sha: second }],
      ahead: 1,
      behind: 0,
      files: 3,
      changed: [
        { path: 'gone', change: 'removed' },
        { path: 'kept', change: 'changed' },
        { path: 'näw', change: 'added' },
      ],
    })
    expect(await mirror.between(second, first)).toMatchObject({ commits: [], ahead: 0, behind: 1, files: 3 })
    expect(await mirror.between(first, second, { limit: 1 })).toMatchObject({ files: 3, changed: [{ path: 'gone' }] })
  })

  it('follows a force-push and a deleted branch, and keeps the commits that were deployed before', async () => {
    repository.write('a', 'a')
    const first = repository.commit('first')
    const old = repository.commit('old')
    repository.git('branch', 'gone')
    repository.git('tag', 'moving')
    await fetched()
    repository.git('reset', '-q', '--hard', first)
    repository.git('branch', '-D', 'gone')
    repository.git('tag', '-f', 'moving')
    repository.write('a', 'b')
    const rewritten = repository.commit('new')
    const mirror = await fetched()
    expect((await mirror.resolve('main')).sha).toBe(rewritten)
    expect((await mirror.resolve('moving')).sha).toBe(first)
    await expect(mirror.resolve('gone')).rejects.toMatchObject({ code: 'not_found', details: { ref: 'gone' } })
    const change = await mirror.change(old, rewritten)
    expect([change.base, change.payloads.map((payload) => payload.name)]).toEqual([old, ['tree.tar']])
    await change.dispose()
  })

  it('takes a branch that became a folder of branches', async () => {
    repository.write('a', 'a')
    const sha = repository.commit('first')
    repository.git('branch', 'release')
    await fetched()
    repository.git('branch', '-D', 'release')
    repository.git('branch', 'release/1')
    expect((await (await fetched()).resolve('release/1')).sha).toBe(sha)
  })

  it('takes names of branches as names only', async () => {
    repository.write('a', 'a')
    const sha = repository.commit('first')
    const hostile = ['$(touch${IFS}pwned)', "it's;touch${IFS}pwned", '`touch`', 'ünï/—', 'HEAD', 'deadbeef']
    for (const name of hostile) repository.git('update-ref', `refs/heads/${name}`, sha)
    const mirror = await fetched()
    for (const name of hostile) expect((await mirror.resolve(name)).sha).toBe(sha)
    for (const name of ['--output=pwned', '-p', 'main..main', 'main:a', 'main@{0}', ':/first', '@', ''])
      await expect(mirror.resolve(name), name).rejects.toMatchObject({ code: 'invalid' })
    expect(existsSync(join(folder, 'mirrors', 'pwned'))).toBe(false)
  })

  it('has no branches when the repository is empty', async () => {
    expect(await (await mirrors()).lsRemote(address)).toEqual([])
    const mirror = await fetched()
    expect(await mirror.refs()).toEqual([])
    await expect(mirror.resolve('main')).rejects.toMatchObject({ code: 'not_found' })
  })

  it('says that there is no repository', async () => {
    mkdirSync(join(folder, 'plain'))
    for (const name of ['plain', 'nothing']) {
      const absent = { ...address, url: join(folder, name) }
      await expect((await mirrors()).lsRemote(absent), name).rejects.toMatchObject({ code: 'not_found' })
      const mirror = await (await mirrors()).open(absent)
      await expect(mirror.fetch(), name).rejects.toMatchObject({ code: 'not_found' })
    }
  })

  it('runs no hook, neither of the repository nor of its own, and no program that a configuration names', async () => {
    repository.write('a', 'a')
    repository.commit('first')
    const marker = join(folder, 'ran')
    const evil = `#!/bin/sh\ntouch '${marker}'\n`
    const mirror = await fetched()
    for (const hooks of [join(repository.path, '.git/hooks'), join(folder, 'mirrors/one.git/hooks')]) {
      mkdirSync(hooks, { recursive: true })
      for (const name of [
        'reference-transaction',
        'post-update',
        'pre-auto-gc',
        'post-checkout',
        'post-index-change',
      ]) {
        writeFileSync(join(hooks, name), evil)
        chmodSync(join(hooks, name), 0o755)
      }
    }
    repository.write('.gitattributes', '* filter=evil diff=evil\n')
    repository.write('a', 'b')
    const sha = repository.commit('second')
    rmSync(marker, { force: true })
    await mirror.fetch()
    const change = await mirror.change(null, sha)
    await change.dispose()
    expect(await mirror.resolve('main')).toMatchObject({ sha })
    expect(existsSync(marker)).toBe(false)
  })

  it('leaves nothing outside of the folder, and gives only regular files as hooks', async () => {
    repository.write('.amezmo/after.pull', 'echo crlf\n')
    repository.write('.amezmo/production/after.pull', 'echo production\n')
    repository.write('.gitattributes', '.amezmo/after.pull text eol=crlf\n')
    repository.git(
      'update-index',
      '--add',
      '--cacheinfo',
      `120000,${repository.git('hash-object', '-w', '.gitattributes')},.fairlead`,
    )
    repository.git('add', '-A', '.amezmo', '.gitattributes')
    repository.git('commit', '-q', '-m', 'hooks')
    const mirror = await fetched()
    const files = await mirror.files('main', ['.fairlead', '.amezmo', 'nothing'])
    expect(files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()])).toEqual([
      ['.amezmo/after.pull', 'echo crlf\r\n'],
      ['.amezmo/production/after.pull', 'echo production\n'],
    ])
    expect(readdirSync(folder).sort()).toEqual(['mirrors', 'source'])
  })
})

describe('links among hooks', () => {
  const link = (target: string, path: string): void => {
    mkdirSync(dirname(join(repository.path, path)), { recursive: true })
    symlinkSync(target, join(repository.path, path))
  }

  it('are read as a server reads them, as long as they stay inside', async () => {
    repository.write('scripts/deploy.sh', 'echo deployed\n')
    link('../../scripts/deploy.sh', '.amezmo/production/after.deploy')
    link('production/after.deploy', '.amezmo/deploy.success')
    link('../../outside', '.amezmo/after.pull')
    link('/etc/hostname', '.amezmo/before.pull')
    link('before.deploy', '.amezmo/before.deploy')
    link('nothing', '.amezmo/deploy.failure')
    link('../scripts', '.amezmo/lib')
    link('.amezmo', '.fairlead')
    repository.commit('links')
    const mirror = await fetched()
    const read = async (path: string) =>
      (await mirror.files('main', [path])).map((file) => [file.path, Buffer.from(file.bytes).toString()]).sort()
    expect(await read('.amezmo')).toEqual([
      ['.amezmo/deploy.success', 'echo deployed\n'],
      ['.amezmo/production/after.deploy', 'echo deployed\n'],
    ])
    expect((await read('.fairlead')).map(([path]) => path)).toEqual([
      '.fairlead/deploy.success',
      '.fairlead/production/after.deploy',
    ])
  })

  it('that lead in circles, or to more than is read, are nothing', async () => {
    for (let n = 0; n < 30; n++) link('.', `.amezmo/circle-${n}`)
    repository.write('large.bin', Buffer.alloc(20 * 1_048_576, 'x'))
    repository.write('.amezmo/after.pull', 'echo pulled\n')
    link('../large.bin', '.amezmo/after.deploy')
    repository.commit('circles')
    const files = await (await fetched()).files('main', ['.amezmo'])
    expect(files.map(({ path }) => path)).toEqual(['.amezmo/after.pull'])
  })
})

describe('a sub-directory', () => {
  it('is read with the attributes above it, and not through a link', async () => {
    repository.write('apps/.gitattributes', 'web/.amezmo/after.pull text eol=crlf\n')
    repository.write('apps/web/.amezmo/after.pull', 'echo web\n')
    repository.write('.amezmo/after.pull', 'echo root\n')
    symlinkSync('web', join(repository.path, 'apps/alias'))
    repository.commit('hooks')
    const mirror = await fetched()
    const read = async (path: string) =>
      (await mirror.files('main', [path])).map((file) => [file.path, Buffer.from(file.bytes).toString()])
    expect(await read('apps/web/.amezmo')).toEqual([['apps/web/.amezmo/after.pull', 'echo web\r\n']])
    expect(await read('apps/alias/.amezmo')).toEqual([])
    expect(await read('apps/nothing/.amezmo')).toEqual([])
  })
})

describe('large files', () => {
  it('travel, but are not read as hooks', async () => {
    const size = 40 * 1_048_576
    repository.write('.amezmo/image.bin', Buffer.alloc(size, 'x'))
    const sha = repository.commit('first')
    const mirror = await fetched()
    const change = await mirror.change(null, sha)
    expect(change.payloads[0]!.length).toBeGreaterThan(size)
    await change.dispose()
    await expect(mirror.files(sha, ['.amezmo'])).rejects.toMatchObject({
      code: 'invalid',
      details: { problems: [{ path: '.amezmo' }] },
    })
    expect(await mirror.files(sha, ['.fairlead'])).toEqual([])
  })
})

describe('fetching', () => {
  it('is done once at a time, by whoever asks', async () => {
    repository.write('a', 'a')
    const sha = repository.commit('first')
    const [one, two] = [await mirrors(), await mirrors()]
    const opened = await Promise.all([one.open(address), two.open(address), one.open(address)])
    await Promise.all(opened.map((mirror) => mirror.fetch()))
    for (const mirror of opened) expect((await mirror.resolve('main')).sha).toBe(sha)
  })

  it('takes no tag for a branch that is gone', async () => {
    const sha = repository.commit('first')
    for (const name of ['refs/tags/refs/heads/gone', 'refs/heads/refs/heads/gone', 'refs/tags/refs/kept'])
      repository.git('update-ref', name, sha)
    const mirror = await fetched()
    expect((await mirror.resolve('main')).sha).toBe(sha)
    for (const ref of ['gone', 'refs/heads/gone'])
      await expect(mirror.resolve(ref)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('begins anew when somebody has removed the mirror', async () => {
    const sha = repository.commit('first')
    const known = await mirrors()
    const before = await known.open(address)
    await before.fetch()
    expect((await before.resolve(sha)).sha).toBe(sha)
    rmSync(join(folder, 'mirrors/one.git'), { recursive: true })
    const after = await known.open(address)
    await expect(after.resolve(sha)).rejects.toMatchObject({ code: 'not_found' })
    await after.fetch()
    expect((await after.resolve(sha)).sha).toBe(sha)
  })

  it('says what it cannot read', async () => {
    const path = join(folder, 'sha256')
    repository.git('init', '-q', '--object-format=sha256', path)
    repository.git('-C', path, 'commit', '-q', '--allow-empty', '-m', 'first')
    const mirror = await (await mirrors()).open({ ...address, url: path })
    await expect(mirror.fetch()).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining('SHA-256') })
  })

  it('goes on after a fetch that was killed and left its locks behind', async () => {
    repository.write('a', 'a')
    repository.commit('first')
    await fetched()
    const path = join(folder, 'mirrors/one.git')
    for (const name of ['refs/heads/main.lock', 'packed-refs.lock', 'shallow.lock', 'HEAD.lock'])
      writeFileSync(join(path, name), '')
    const holder = await heldByAnother(`${path}.lock`)
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    const second = repository.commit('second')
    expect((await (await fetched()).resolve('main')).sha).toBe(second)
  })

  it('is given up when told to', async () => {
    repository.commit('first')
    const mirror = await (await mirrors()).open(address)
    await expect(mirror.fetch({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
  })
})
