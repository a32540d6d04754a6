import { readdirSync, rmSync, symlinkSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Mirror } from '../../lib/deploy/types.ts'
import { openMirrors } from '../../lib/git/mirrors.ts'
import { Repository, applyChange, countsOf, snapshot, temporaryFolder } from './fixtures.ts'

let folder: string
let repository: Repository

beforeEach(() => {
  folder = temporaryFolder()
  repository = new Repository(join(folder, 'source'))
})
afterEach(() => rmSync(folder, { recursive: true }))

async function fetched(): Promise<Mirror> {
  const mirrors = await openMirrors({ folder: join(folder, 'mirrors'), localPrefixes: [folder] })
  const mirror = await mirrors.open({ id: 'one', url: repository.path, access: { kind: 'none' } })
  await mirror.fetch()
  return mirror
}

/** What lies in the spool, but for the folders' own marks. */
function spooled(): string[] {
  const spool = join(folder, 'mirrors', 'spool')
  return readdirSync(spool).flatMap((own) => readdirSync(join(spool, own)).filter((name) => name !== 'holder'))
}

/** Applies base → sha and expects the very tree that a first shipment of sha gives; says what travelled. */
async function ship(base: string, sha: string) {
  const mirror = await fetched()
  const [first, whole, delta] = [
    await mirror.change(null, base),
    await mirror.change(null, sha),
    await mirror.change(base, sha),
  ]
  await applyChange(join(folder, 'first'), whole)
  await applyChange(join(folder, 'next'), first)
  await applyChange(join(folder, 'next'), delta)
  const expected = snapshot(join(folder, 'first'))
  expect(snapshot(join(folder, 'next'))).toEqual(expected)
  const { files, directories, links } = delta
  expect({ files, directories, links }).toEqual(countsOf(expected))
  const payloads = delta.payloads.map((payload) => payload.name)
  const length = delta.payloads.reduce((sum, payload) => sum + payload.length, 0)
  for (const change of [first, whole, delta]) await change.dispose()
  expect(spooled()).toEqual([])
  return { tree: expected, base: delta.base, payloads, length }
}

describe('change', () => {
  it('carries files, executable bits, links and odd names, whole and as a difference', async () => {
    repository.write('plain.txt', 'one\n')
    repository.write('bin/run', '#!/bin/sh\n', 0o755)
    repository.write(' a space/and\na newline/ünïcödé 🙂.txt', 'odd\n')
    repository.write('-rf', 'looks like an option\n')
    repository.write('quote\'s "and" $(id)', 'shell\n')
    symlinkSync('../plain.txt', join(repository.path, 'bin/link'))
    const base = repository.commit('first')
    repository.write('plain.txt', 'two\n', 0o755)
    repository.write('bin/run', '#!/bin/sh\n', 0o644)
    repository.write(' a space/and\na newline/ünïcödé 🙂.txt', 'odder\n')
    repository.remove('-rf')
    repository.remove('quote\'s "and" $(id)')
    const result = await ship(base, repository.commit('second'))
    expect(result.tree).toEqual({
      'plain.txt': '755 two\n',
      bin: 'd',
      'bin/run': '644 #!/bin/sh\n',
      'bin/link': 'l ../plain.txt',
      ' a space': 'd',
      ' a space/and\na newline': 'd',
      ' a space/and\na newline/ünïcödé 🙂.txt': '644 odder\n',
    })
    expect([result.base, result.payloads]).toEqual([base, ['tree.delete', 'tree.tar']])
  })

  it('turns files, links and directories into one another, and leaves no empty directory', async () => {
    repository.write('file-to-directory', 'f')
    repository.write('directory-to-file/deep/er', 'f')
    repository.write('directory-to-link/x', 'f')
    repository.write('file-to-link', 'f')
    repository.write('gone/deep/er/x', 'f')
    repository.write('gone/y', 'f')
    repository.write('stays/x', 'f')
    repository.write('stays/y', 'f')
    symlinkSync('stays', join(repository.path, 'link-to-directory'))
    symlinkSync('/etc/passwd', join(repository.path, 'link-to-file'))
    const base = repository.commit('first')
    for (const path of [
      'file-to-directory',
      'directory-to-file',
      'directory-to-link',
      'file-to-link',
      'gone',
      'stays/x',
    ])
      repository.remove(path)
    unlinkSync(join(repository.path, 'link-to-directory'))
    unlinkSync(join(repository.path, 'link-to-file'))
    repository.write('file-to-directory/x', 'g')
    repository.write('directory-to-file', 'g')
    symlinkSync('stays', join(repository.path, 'directory-to-link'))
    symlinkSync('nowhere', join(repository.path, 'file-to-link'))
    repository.write('link-to-directory/x', 'g')
    repository.write('link-to-file', 'g')
    const { tree } = await ship(base, repository.commit('second'))
    expect(tree).toEqual({
      'file-to-directory': 'd',
      'file-to-directory/x': '644 g',
      'directory-to-file': '644 g',
      'directory-to-link': 'l stays',
      'file-to-link': 'l nowhere',
      'link-to-directory': 'd',
      'link-to-directory/x': '644 g',
      'link-to-file': '644 g',
      stays: 'd',
      'stays/y': '644 f',
    })
  })

  it('ships the tree of the commit: nothing is left out or replaced for archives', async () => {
    repository.write('.gitattributes', 'tests export-ignore\nsecret.txt export-ignore\nversion.txt export-subst\n')
    repository.write('tests/a.txt', 'a')
    repository.write('secret.txt', 's')
    repository.write('version.txt', '$Format:%H$')
    const base = repository.commit('first')
    repository.write('tests/a.txt', 'b')
    repository.write('version.txt', '$Format:%h$')
    const { tree, base: used } = await ship(base, repository.commit('second'))
    expect(used).toBe(base)
    expect(tree).toMatchObject({ 'tests/a.txt': '644 b', 'secret.txt': '644 s', 'version.txt': '644 $Format:%h$' })
  })

  it('converts line ends as a checkout does, in a difference too, and sends everything when the rules change', async () => {
    repository.write('.gitattributes', '*.bat text eol=crlf\n')
    repository.write('run.bat', 'one\n')
    repository.write('other.bat', 'other\n')
    const base = repository.commit('first')
    repository.write('run.bat', 'two\n')
    const next = repository.commit('second')
    const small = await ship(base, next)
    expect([small.base, small.tree['run.bat'], small.tree['other.bat']]).toEqual([base, '644 two\r\n', '644 other\r\n'])
    repository.write('.gitattributes', '*.bat text eol=lf\n')
    const whole = await ship(next, repository.commit('third'))
    expect([whole.base, whole.payloads, whole.tree['other.bat']]).toEqual([null, ['tree.tar'], '644 other\n'])
  })

  it('makes an empty directory of a submodule, and a plain one of it later', async () => {
    repository.write('a', 'a')
    const other = repository.commit('first')
    repository.git('update-index', '--add', '--cacheinfo', `160000,${other},lib/module`)
    repository.git('commit', '-q', '-m', 'submodule')
    const base = repository.git('rev-parse', 'HEAD')
    expect((await ship(other, base)).tree).toEqual({ a: '644 a', lib: 'd', 'lib/module': 'd' })
    repository.git('rm', '-q', '--cached', 'lib/module')
    repository.write('lib/module/file', 'f')
    const next = repository.commit('directory')
    expect((await ship(base, next)).tree).toEqual({
      a: '644 a',
      lib: 'd',
      'lib/module': 'd',
      'lib/module/file': '644 f',
    })
  })

  it('has nothing to send for the same commit or the same tree, and all of it for an unknown base', async () => {
    repository.write('a', 'a')
    const base = repository.commit('first')
    expect(await ship(base, base)).toMatchObject({ base, payloads: [], length: 0 })
    expect(await ship(base, repository.commit('same tree'))).toMatchObject({ base, payloads: [] })
    const change = await (await fetched()).change('0'.repeat(40), base)
    expect([change.base, change.payloads.map((payload) => payload.name)]).toEqual([null, ['tree.tar']])
    await change.dispose()
  })

  it('sends only a list when something was only removed, and carries an empty tree', async () => {
    repository.write('a/b', 'b')
    repository.write('c', 'c')
    const base = repository.commit('first')
    repository.remove('a')
    const next = repository.commit('second')
    expect(await ship(base, next)).toMatchObject({ payloads: ['tree.delete'], tree: { c: '644 c' } })
    repository.remove('c')
    expect(await ship(next, repository.commit('third'))).toMatchObject({ tree: {} })
  })

  it('can be read again, and says how much room a copy takes', async () => {
    repository.write('a', 'x'.repeat(5_000))
    repository.write('d/b', '')
    const change = await (
      await fetched()
    ).change(null, repository.commit('first') && (await (await fetched()).resolve('main')).sha)
    await applyChange(join(folder, 'one'), change)
    await applyChange(join(folder, 'two'), change)
    expect(snapshot(join(folder, 'one'))).toEqual(snapshot(join(folder, 'two')))
    expect(change.totalBytes).toBe(8_192 + 4_096)
    await change.dispose()
  })

  it('refuses a commit whose tree leads out of itself', async () => {
    const blob = repository.git('hash-object', '-w', '--stdin')
    const tree = repository.git('hash-object', '-t', 'tree', '-w', '--literally', '--', hostileTree(repository, blob))
    const sha = repository.git('commit-tree', '-m', 'hostile', tree)
    repository.git('update-ref', 'refs/heads/hostile', sha)
    await expect((await fetched()).change(null, sha)).rejects.toMatchObject({
      code: 'invalid',
      details: { problems: [{ path: '..' }] },
    })
  })
})

/** A file holding the bytes of a tree object with a subtree named `..`, which git's own commands won't make. */
function hostileTree(source: Repository, blob: string): string {
  const entry = (mode: string, name: string, sha: string) =>
    Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(sha, 'hex')])
  source.write('.git/inner', entry('100644', 'out', blob))
  const inner = source.git('hash-object', '-t', 'tree', '-w', '--literally', '--', '.git/inner')
  source.write('.git/outer', entry('40000', '..', inner))
  return '.git/outer'
}
