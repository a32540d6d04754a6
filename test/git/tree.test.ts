import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Mirror } from '../../lib/deploy/types.ts'
import { openMirrors } from '../../lib/git/mirrors.ts'
import { openObjects } from '../../lib/git/objects.ts'
import { runGit } from '../../lib/git/run.ts'
import { Trees } from '../../lib/git/tree.ts'
import { Repository, temporaryFolder } from './fixtures.ts'

let folder: string
let repository: Repository
let blob: string
/** `100644 f`, as a tree. */
let inner: string

type Entry = [mode: string, name: string, sha: string]

beforeEach(() => {
  folder = temporaryFolder()
  repository = new Repository(join(folder, 'source'))
  blob = stored('blob', Buffer.from('hello\n'))
  inner = treeOf(['100644', 'f', blob])
})
afterEach(() => rmSync(folder, { recursive: true }))

/** An object as it is, right or wrong. */
function stored(type: string, input: Buffer): string {
  const args = ['hash-object', '-t', type, '-w', '--literally', '--stdin']
  return execFileSync('git', args, { cwd: repository.path, input }).toString().trim()
}

function treeOf(...entries: Entry[]): string {
  const parts = entries.map(([mode, name, sha]) =>
    Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(sha, 'hex')]),
  )
  return stored('tree', Buffer.concat(parts))
}

function commitOf(tree: string): string {
  const sha = repository.git('commit-tree', '-m', 'made by hand', tree)
  repository.git('update-ref', `refs/heads/${sha.slice(0, 8)}`, sha)
  return sha
}

async function fetched(): Promise<Mirror> {
  const mirrors = await openMirrors({ folder: join(folder, 'mirrors'), localPrefixes: [folder] })
  const mirror = await mirrors.open({ id: 'one', url: repository.path, access: { kind: 'none' } })
  await mirror.fetch()
  return mirror
}

async function counted(mirror: Mirror, sha: string) {
  const { files, directories, links, totalBytes, dispose } = await mirror.change(null, sha)
  await dispose()
  return { files, directories, links, totalBytes }
}

describe('a tree', () => {
  it('that holds a name twice is refused: a link, and a folder to be written through it', async () => {
    const link = stored('blob', Buffer.from('/etc'))
    const sha = commitOf(treeOf(['120000', 'x', link], ['100644', 'x.y', blob], ['40000', 'x', inner]))
    const problems = [{ path: 'x', message: 'Two entries of the same name' }]
    await expect((await fetched()).change(null, sha)).rejects.toMatchObject({ code: 'invalid', details: { problems } })
  })

  it('counts no folder that holds nothing, as git writes none', async () => {
    const nothing = treeOf()
    const tree = treeOf(['100644', 'a', blob], ['40000', 'e', nothing], ['40000', 'n', treeOf(['40000', 'e', nothing])])
    const [some, none] = [commitOf(tree), commitOf(nothing)]
    const mirror = await fetched()
    expect(await counted(mirror, some)).toMatchObject({ files: 1, directories: 0 })
    expect(await counted(mirror, none)).toMatchObject({ files: 0, directories: 0, totalBytes: 0 })
  })

  it('of billions of paths is refused, for hooks too', async () => {
    let tree = inner
    for (let depth = 0; depth < 10; depth += 1)
      tree = treeOf(...Array.from({ length: 10 }, (_, n): Entry => ['40000', `${n}`.padEnd(50, 'n'), tree]))
    const sha = commitOf(treeOf(['40000', 'hooks', tree]))
    const mirror = await fetched()
    await expect(mirror.files(sha, ['hooks'])).rejects.toMatchObject({ code: 'invalid' })
    await expect(mirror.change(null, sha)).rejects.toMatchObject({ code: 'invalid' })
  }, 60_000)

  it('with a slash in a name changes nothing of what is known of other trees', async () => {
    const hostile = commitOf(treeOf(['40000', 'x', inner], ['100644', 'x/y', blob]))
    const good = commitOf(treeOf(['100644', 'a', blob], ['40000', 'x', inner]))
    const mirror = await fetched()
    await expect(mirror.change(null, hostile)).rejects.toMatchObject({ code: 'invalid' })
    expect(await counted(mirror, good)).toMatchObject({ files: 2, directories: 1 })
  })

  it('may have modes as other programs write them', async () => {
    const tree = treeOf(['100664', 'a', blob], ['100700', 'b', blob], ['040000', 'c', inner])
    const sha = commitOf(tree)
    const { files, directories } = await counted(await fetched(), sha)
    expect([files, directories]).toEqual([3, 1])
  })

  it('is refused when its bytes are no entries', async () => {
    const broken = stored('tree', Buffer.from('words and more words, but nothing that ends a name'))
    const objects = openObjects(folder, { PATH: process.env.PATH ?? '', GIT_DIR: join(repository.path, '.git') })
    const trees = new Trees({ objects, git: () => Promise.reject(new Error('not asked')) })
    await expect(trees.below(commitOf(broken), ['words'])).rejects.toThrow()
    const short = stored('tree', Buffer.from('100644 a\0short'))
    await expect(trees.below(commitOf(short), ['a'])).rejects.toThrow()
  })
})

describe('two at once', () => {
  it('know the sizes of all files', async () => {
    const here = { PATH: process.env.PATH ?? '', GIT_DIR: join(repository.path, '.git') }
    const objects = openObjects(folder, here)
    const [warm, sha] = [
      commitOf(inner),
      commitOf(treeOf(['100644', 'a', blob], ['40000', 'x', treeOf(['100644', 'b', blob])])),
    ]
    let [isHeld, letGo] = [true, () => {}]
    const held = new Promise<void>((resolve) => (letGo = resolve))
    const read = async (name: string) => {
      const object = await objects.read(name)
      const waits = isHeld && object?.bytes.includes('b\0')
      isHeld &&= !waits
      if (waits) await held
      return object
    }
    const trees = new Trees({
      objects: { ...objects, read },
      git: (args) => runGit(args, { folder, env: here, shownAs: '' }),
    })
    await trees.list(warm, null)
    const slow = trees.list(sha, null)
    const sizes = (await trees.list(sha, null)).tree.totalBytes
    letGo()
    expect(sizes).toBe(3 * 4_096)
    expect((await slow).tree.totalBytes).toBe(sizes)
    expect((await trees.list(sha, warm)).changes!.map(({ path, size }) => [path, size])).toEqual([
      ['a', 6],
      ['x/b', 6],
      ['f', 0],
    ])
  })
})
