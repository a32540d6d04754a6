import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Mirror, Wanted } from '../../lib/deploy/types.ts'
import { openMirrors } from '../../lib/git/mirrors.ts'
import { Repository, applyChange, countsOf, snapshot, temporaryFolder } from './fixtures.ts'

let folder: string
let shop: Repository
let library: Repository
const all: Wanted = { submodules: true, lfs: true, within: '' }
beforeEach(() => {
  folder = temporaryFolder()
  shop = new Repository(join(folder, 'acme/shop'))
  library = new Repository(join(folder, 'acme/library'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const open = async (wanted = all, id = 'one', mirrors = 'mirrors'): Promise<Mirror> =>
  (await openMirrors({ folder: join(folder, mirrors), localPrefixes: [folder] })).open(
    { id, url: shop.path, access: { kind: 'none' } },
    wanted,
  )

/** Puts the commit of `of` into the index at `path`, as `git submodule add` does; `url` is what `.gitmodules` says. */
function link(to: Repository, path: string, of: string, url: string, name = path): void {
  to.git('config', '-f', '.gitmodules', `submodule.${name}.path`, path)
  to.git('config', '-f', '.gitmodules', `submodule.${name}.url`, url)
  to.git('add', '.gitmodules')
  to.git('update-index', '--add', '--cacheinfo', `160000,${of},${path}`)
}

/** What `git add -A` would take out again: only what is in the index is committed. */
function commit(of: Repository): string {
  of.git('commit', '-q', '--allow-empty', '-m', 'linked')
  return of.git('rev-parse', 'HEAD')
}

async function deployed(mirror: Mirror, base: string | null, sha: string, tree: string) {
  const change = await mirror.change(base, sha)
  await applyChange(join(folder, tree), change)
  const found = snapshot(join(folder, tree))
  const { files, directories, links } = change
  expect({ files, directories, links }).toEqual(countsOf(found))
  await change.dispose()
  return { change, found }
}

describe('a commit with submodules', () => {
  it('is deployed with their files as a recursive clone has them, and the next one by what differs', async () => {
    const inner = new Repository(join(folder, 'acme/inner'))
    inner.write('deep.txt', 'deep')
    const innerSha = inner.commit('first')
    library.write('lib.txt', 'one')
    library.write('run.sh', 'run', 0o755)
    library.commit('first')
    link(library, 'vendor/inner', innerSha, '../inner')
    const first = commit(library)
    shop.write('index.php', 'shop')
    shop.commit('first')
    link(shop, 'lib/a b', first, '../library', 'renamed')
    const sha = commit(shop)
    const mirror = await open()
    await mirror.fetch()
    const { change, found } = await deployed(mirror, null, sha, 'tree')
    const clone = join(folder, 'clone')
    shop.git('-c', 'protocol.file.allow=always', 'clone', '-q', '--recurse-submodules', shop.path, clone)
    for (const name of ['.git', 'lib/a b/.git', 'lib/a b/vendor/inner/.git'])
      rmSync(join(clone, name), { recursive: true })
    expect(found).toEqual(snapshot(clone))
    expect(change.contents.submodules).toEqual([
      { path: 'lib/a b', url: library.path, revision: first },
      { path: 'lib/a b/vendor/inner', url: inner.path, revision: innerSha },
    ])
    library.write('lib.txt', 'two')
    library.git('add', 'lib.txt')
    const second = commit(library)
    link(shop, 'lib/a b', second, '../library', 'renamed')
    const next = commit(shop)
    await mirror.fetch()
    const then = await deployed(mirror, change.revision, next, 'tree')
    expect(then.change.base).toBe(change.revision)
    expect(then.change.payloads.map(({ name }) => name)).toEqual(['tree.tar'])
    expect(then.change.payloads[0]!.length).toBeLessThan(3_000)
    expect(then.found).toEqual({ ...found, 'lib/a b/lib.txt': '644 two' })
    expect(await deployed(await open(all, 'two', 'others'), null, next, 'elsewhere').catch(String)).toContain(
      'no commit',
    )
    const other = await open(all, 'two', 'others')
    await other.fetch()
    expect((await deployed(other, null, next, 'elsewhere')).change.revision).toBe(then.change.revision)
  })

  it('replaces what was an empty directory, and is left empty again', async () => {
    library.write('lib.txt', 'one')
    link(shop, 'lib', library.commit('first'), '../library')
    const sha = commit(shop)
    const without = await open({ ...all, submodules: false })
    await without.fetch()
    const empty = await deployed(without, null, sha, 'tree')
    expect([empty.found.lib, empty.change.revision, empty.change.empty]).toEqual(['d', sha, ['lib']])
    const whole = await deployed(await open(), sha, sha, 'tree')
    expect(whole.change.base).toBe(sha)
    expect(whole.found['lib/lib.txt']).toBe('644 one')
    const again = await deployed(without, whole.change.revision, sha, 'tree')
    expect(again.found).toEqual(empty.found)
  })

  it('finds a commit that no branch leads to, and says which one is nowhere', async () => {
    library.write('lib.txt', 'one')
    library.commit('first')
    library.write('lib.txt', 'two')
    const hidden = library.commit('second')
    library.git('reset', '-q', '--hard', 'HEAD~1')
    library.git('config', 'uploadpack.allowAnySHA1InWant', 'true')
    link(shop, 'lib', hidden, '../library')
    const sha = commit(shop)
    const mirror = await open()
    await mirror.fetch()
    expect((await deployed(mirror, null, sha, 'tree')).found['lib/lib.txt']).toBe('644 two')
    link(shop, 'lib', 'f'.repeat(40), '../library')
    const lost = commit(shop)
    await mirror.fetch()
    await expect(mirror.change(null, lost)).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringMatching(
        /^The submodule lib can’t be fetched from \.\.\/library: .*no commit fffffff.*settings\.$/,
      ),
    })
  })

  it('leaves empty what has no address and what nobody wants', async () => {
    library.write('lib.txt', 'one')
    const one = library.commit('first')
    shop.git('update-index', '--add', '--cacheinfo', `160000,${one},embedded`)
    link(shop, 'unwanted', one, '../library')
    shop.git('config', '-f', '.gitmodules', 'submodule.unwanted.update', 'none')
    link(shop, 'lib', one, '../library')
    const sha = commit(shop)
    const mirror = await open()
    await mirror.fetch()
    const { found, change } = await deployed(mirror, null, sha, 'tree')
    expect(change.empty).toEqual(['embedded', 'unwanted'])
    expect([found.embedded, found.unwanted, found['lib/lib.txt']]).toEqual(['d', 'd', '644 one'])
  })

  it('fetches only what lies in the directory that is deployed', async () => {
    library.write('lib.txt', 'one')
    const one = library.commit('first')
    link(shop, 'web/lib', one, '../../library')
    link(shop, 'docs', one, '../nowhere')
    shop.git('config', '-f', '.gitmodules', 'submodule.web/lib.url', '../library')
    shop.git('add', '.gitmodules')
    const sha = commit(shop)
    const mirror = await open({ ...all, within: 'web' })
    await mirror.fetch()
    const { found, change } = await deployed(mirror, null, sha, 'tree')
    expect([found['web/lib/lib.txt'], found.docs, change.empty]).toEqual(['644 one', 'd', ['docs']])
    await expect((await open()).change(null, sha)).rejects.toMatchObject({ message: expect.stringContaining('docs') })
  })

  it('is compared with another one file by file', async () => {
    library.write('lib.txt', 'one')
    library.write('same.txt', 'same')
    link(shop, 'lib', library.commit('first'), '../library')
    shop.write('index.php', 'shop')
    shop.git('add', 'index.php')
    const sha = commit(shop)
    library.write('lib.txt', 'two')
    library.write('new.txt', 'new')
    link(shop, 'lib', library.commit('second'), '../library')
    const next = commit(shop)
    const mirror = await open()
    await mirror.fetch()
    const changed = async (by: Mirror): Promise<unknown> => {
      const { ahead, files, changed: paths } = await by.between(sha, next)
      return [ahead, files, paths.map(({ path, change }) => `${change} ${path}`)]
    }
    expect(await changed(mirror)).toEqual([1, 2, ['changed lib/lib.txt', 'added lib/new.txt']])
    expect(await changed(await open({ ...all, submodules: false }))).toEqual([1, 1, ['changed lib']])
    rmSync(library.path, { recursive: true })
    rmSync(join(folder, 'mirrors'), { recursive: true })
    const alone = await open()
    await alone.fetch()
    expect(await changed(alone)).toEqual([1, 1, ['changed lib']])
  })

  it('has hooks in one of them', async () => {
    library.write('after.pull', 'echo here\n')
    link(shop, '.amezmo', library.commit('first'), '../library')
    const sha = commit(shop)
    const mirror = await open()
    await mirror.fetch()
    const files = await mirror.files(sha, ['.fairlead', '.amezmo'])
    expect(files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()])).toEqual([
      ['.amezmo/after.pull', 'echo here\n'],
    ])
    expect(await (await open({ ...all, submodules: false })).files(sha, ['.amezmo'])).toEqual([])
  })
})

/** A commit like `sha`, with `.gitmodules` as a link: git itself makes none. */
function asLink(sha: string): string {
  const lines = shop.git('ls-tree', sha).replace(/^100644 (.*\t\.gitmodules)$/m, '120000 $1')
  const made = execFileSync('git', ['mktree'], { cwd: shop.path, input: `${lines}\n`, encoding: 'utf8' }).trim()
  return shop.git('commit-tree', '-m', 'link', made)
}

describe('a hostile .gitmodules', () => {
  const refusal = async (): Promise<string> => {
    const mirror = await open()
    await mirror.fetch()
    const sha = commit(shop)
    await mirror.fetch()
    return mirror.change(null, sha).then(
      () => 'deployed',
      (error: unknown) => String(error),
    )
  }

  it.each([
    ['a folder outside those that may be read', '/etc', /allowed folders|does not read/],
    ['a way out of them', '../../../../../etc', /leads out|does not read/],
    ['a remote helper', 'ext::sh -c "touch /tmp/x"', /not an address/],
    ['an option', '--upload-pack=touch /tmp/x', /not one that can be fetched/],
    ['an option as a host', 'ssh://-oProxyCommand=touch/x', /not an address/],
    ['a file address', 'file:///etc', /does not read/],
    ['plain http', 'http://example.org/x', /not an address/],
    ['a password', 'https://a:b@example.org/x', /holds a password/],
    ['git’s own protocol', 'git://example.org/x', /Only https/],
    ['somebody’s ssh', 'git@example.org:a/b', /Only https/],
    ['this machine', 'https://127.0.0.1/x', /private network/],
    ['this machine in other words', 'https://2130706433/x', /private network/],
    ['the cloud’s secrets', 'https://169.254.169.254/latest', /private network/],
    ['IPv6', 'https://[::ffff:127.0.0.1]/x', /private network/],
    ['a line break', 'https://example.org/x\n[core]', /not one that can be fetched/],
  ])('does not lead to %s', async (_what, url, said) => {
    library.write('lib.txt', 'one')
    link(shop, 'lib', library.commit('first'), url)
    expect(await refusal()).toMatch(said)
  })

  it.each([
    ['a name that leads out', '[submodule "../../x"]\n\tpath = lib\n\turl = ../library\n', /which git refuses/],
    ['a name with a line end', '[submodule "a\\\\..\\\\b"]\n\tpath = lib\n\turl = ../library\n', /which git refuses/],
    ['a path that leads out', '[submodule "a"]\n\tpath = ../lib\n\turl = ../library\n', /leads out/],
    [
      'a path with a line end',
      '[submodule "a"]\n\tpath = "lib\\r"\n\turl = ../library\n'.replace('\\r', '\r'),
      /leads out/,
    ],
    ['a path into git’s own folder', '[submodule "a"]\n\tpath = .git/hooks\n\turl = ../library\n', /leads out/],
    ['no configuration at all', '[submodule "a\n', /takes it for no configuration/],
  ])('with %s is refused', async (_what, text, said) => {
    library.write('lib.txt', 'one')
    shop.git('update-index', '--add', '--cacheinfo', `160000,${library.commit('first')},lib`)
    shop.write('.gitmodules', text)
    shop.git('add', '.gitmodules')
    expect(await refusal()).toMatch(said)
  })

  it('that is a link is refused', async () => {
    library.write('lib.txt', 'one')
    link(shop, 'lib', library.commit('first'), '../library')
    const sha = asLink(commit(shop))
    shop.git('update-ref', 'refs/heads/main', sha)
    const mirror = await open()
    await mirror.fetch()
    await expect(mirror.change(null, sha)).rejects.toMatchObject({
      message: '.gitmodules is a link, which git refuses.',
    })
  })

  it('goes on and on only so far', async () => {
    let sha = library.commit('first')
    for (let depth = 0; depth < 12; depth += 1) {
      link(library, 'again', sha, '../library')
      sha = commit(library)
    }
    link(shop, 'lib', sha, '../library')
    expect(await refusal()).toMatch(
      /lib(\/again){10} can’t be deployed: there are more than 10 of them inside each other/,
    )
  })
})
