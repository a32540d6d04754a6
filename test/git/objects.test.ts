import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { convertsNothing } from '../../lib/git/attributes.ts'
import { parseCommit } from '../../lib/git/commit.ts'
import { openObjects } from '../../lib/git/objects.ts'
import type { Objects } from '../../lib/git/objects.ts'
import { packable, packFiles } from '../../lib/git/pack.ts'
import { readTar } from '../../lib/git/tar.ts'
import { Repository, temporaryFolder } from './fixtures.ts'

let folder: string
let repository: Repository
let objects: Objects

beforeEach(() => {
  folder = temporaryFolder()
  repository = new Repository(join(folder, 'source'))
  const gitDir = join(repository.path, '.git')
  objects = openObjects(folder, { PATH: process.env.PATH ?? '', GIT_DIR: gitDir })
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Processes of git that read the repository of this test. */
function readers(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return (
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('git\0cat-file') &&
          readFileSync(`/proc/${pid}/environ`, 'utf8').includes(repository.path)
        )
      } catch {
        return false
      }
    })
    .map(Number)
}

describe('objects', () => {
  it('answers many questions at once, each with its own bytes, and says what is not there', async () => {
    const texts = Array.from({ length: 300 }, (_, n) => `${n} `.repeat(n * n))
    texts.forEach((text, n) => repository.write(`file ${n}`, text))
    repository.commit('all')
    const asked = texts.map((_, n) => repository.git('rev-parse', `HEAD:file ${n}`))
    const nobody = '1'.repeat(40)
    const found = await Promise.all([...asked, nobody].map((sha) => objects.read(sha)))
    expect(found.map((object) => object && object.bytes.toString())).toEqual([...texts, null])
    const sizes = await Promise.all([nobody, ...asked].map((sha) => objects.look(sha)))
    expect(sizes.map((object) => object && object.size)).toEqual([null, ...texts.map((text) => text.length)])
    expect(await objects.read(`${asked[0]}\n${asked[1]}`)).toBeNull()
  })

  it('sees what came after it began, and goes on when its process is killed', async () => {
    repository.write('a', 'one')
    repository.commit('one')
    expect((await objects.read('refs/heads/main^{commit}'))?.sha).toBe(repository.git('rev-parse', 'main'))
    repository.write('a', 'two')
    const second = repository.commit('two')
    repository.git('repack', '-adq')
    expect((await objects.read('refs/heads/main^{commit}'))?.sha).toBe(second)
    const killed = readers()
    expect(killed).toHaveLength(1)
    process.kill(killed[0]!, 'SIGKILL')
    expect((await objects.read('main:a'))?.bytes.toString()).toBe('two')
  })

  it('keeps its process while there are questions, and not much longer', async () => {
    repository.write('a', 'one')
    const sha = repository.commit('one')
    await objects.look('HEAD')
    const [pid] = readers()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      process.kill(pid!, 'SIGSTOP')
      const slow = objects.look('HEAD')
      vi.advanceTimersByTime(60_000)
      process.kill(pid!, 'SIGCONT')
      expect((await slow)?.sha).toBe(sha)
      expect(readers()).toEqual([pid])
      vi.advanceTimersByTime(60_000)
    } finally {
      vi.useRealTimers()
    }
    await vi.waitFor(() => expect(readers()).toEqual([]))
  })

  it('outlives a lack of files that may be opened', () => {
    const sha = repository.commit('one')
    const program = new URL('crowded-reader.ts', import.meta.url).pathname
    const crowded = ['-c', 'ulimit -n 256 && exec "$@"', 'sh', process.execPath, '--import', 'tsx', program]
    const said = execFileSync('sh', [...crowded, join(repository.path, '.git')], { encoding: 'utf8' })
    expect(said).toBe(`refused\n${sha}\n`)
  })
})

describe('a commit', () => {
  it('is read as git reads it', async () => {
    const messages = ['plain', 'two\nlines of a subject\n\nand a body', '\n\n  \nfirst \t\r\nmore', '', 'ünïcödé 🙂']
    for (const message of messages) {
      const tree = repository.git('write-tree')
      const input = `tree ${tree}\nauthor Ada  Lovelace <ada@example.org> 86400 +0200\ncommitter B <b@example.org> 1700000000 -0530\n\n${message}`
      const sha = execFileSync('git', ['hash-object', '-t', 'commit', '-w', '--stdin'], { cwd: repository.path, input })
        .toString()
        .trim()
      const [subject, author, authorEmail, at] = repository
        .git('log', '-1', '--format=%s%x00%an%x00%ae%x00%cI', sha)
        .split('\0')
      const object = await objects.read(sha)
      const expected = { sha, tree, subject, author, authorEmail, at: new Date(at!).toISOString() }
      expect(object && parseCommit(object)).toEqual(expected)
    }
  })

  it('is left to git when it could be read in another way', async () => {
    const tree = repository.git('write-tree')
    const [author, committer] = ['author Ada <ada@example.org> 5 +0000', 'committer B <b@example.org> 5 +0000']
    const odd = [
      [author, committer, '', 'cut\0off'],
      ['author A\u2028committer E <e@e> 6 +0000\u2028<a@a> 5 +0000', committer, '', 'a line end for some'],
      ['author A\rcommitter E <e@e> 6 +0000\r<a@a> 5 +0000', committer, '', 'a line end for others'],
      [author, 'author Second <s@example.org> 5 +0000', committer, '', 'two authors'],
      ['author  A <a@a> 5 +0000', committer, '', 'a space before the name'],
      [author, 'committer B <b@example.org> 999999999999 +0000', '', 'a year of five digits'],
      [author, 'committer B <b@example.org> -5 +0000', '', 'before everything'],
    ]
    for (const lines of odd) {
      const input = [`tree ${tree}`, ...lines].join('\n')
      const args = ['hash-object', '-t', 'commit', '-w', '--literally', '--stdin']
      const sha = execFileSync('git', args, { cwd: repository.path, input }).toString().trim()
      const object = await objects.read(sha)
      expect([lines.at(-1), object && parseCommit(object)]).toEqual([lines.at(-1), null])
    }
  })

  it('is left to git when its text is in another encoding', async () => {
    repository.git('config', 'i18n.commitEncoding', 'ISO-8859-1')
    const object = await objects.read(repository.commit('caf\xe9'))
    expect(object && parseCommit(object)).toBeNull()
  })
})

describe('attributes', () => {
  it('are read up to a size, and left to git beyond', async () => {
    repository.write('.gitattributes', '*.txt -text\n')
    repository.commit('attributes')
    const sha = repository.git('rev-parse', 'HEAD:.gitattributes')
    const file = { mode: '100644', sha, path: '.gitattributes', size: 12 }
    expect(await convertsNothing(objects, [file])).toBe(true)
    expect(await convertsNothing(objects, [{ ...file, size: 2_000_000 }])).toBe(false)
  })
})

describe('a pack of files', () => {
  it('is what git archives', async () => {
    repository.write('plain', 'text\n')
    repository.write('bin/run', 'x'.repeat(1000), 0o755)
    repository.write('exact', 'y'.repeat(512))
    repository.write('empty', '')
    execFileSync('ln', ['-s', '../plain', join(repository.path, 'bin/link')])
    repository.commit('files')
    const files = repository
      .git('ls-tree', '-r', '-l', 'HEAD')
      .split('\n')
      .map((line) => {
        const [, mode = '', sha = '', size = '', path = ''] = /^(\S+) \S+ (\S+) +(\S+)\t(.*)$/.exec(line) ?? []
        return { mode, sha, size: Number(size), path }
      })
    expect(packable(files)).toBe(true)
    const args = ['-c', 'tar.umask=0022', 'archive', '--format=tar', 'HEAD^{tree}']
    const theirs = readTar(execFileSync('git', args, { cwd: repository.path }))
    const ours = readTar(await packFiles(objects, files))
    expect(ours).toEqual(theirs.filter((entry) => entry.type !== 'directory'))
  })

  it('leaves to git what ustar cannot hold', () => {
    const file = { mode: '100644', sha: '', size: 1, path: 'a' }
    expect(packable([{ ...file, path: 'a'.repeat(100) }])).toBe(false)
    expect(packable([{ ...file, path: 'caf\xe9' }])).toBe(false)
    expect(packable([{ ...file, size: 5_000_000 }])).toBe(false)
    expect(packable([{ ...file, mode: '120000', size: 101 }])).toBe(false)
    expect(packable([file])).toBe(true)
  })
})
