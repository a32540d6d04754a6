import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureRepository } from '../../scripts/demo-repository.ts'
import { serveFolder } from '../../scripts/demo-site.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-demo-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the page of the demo', () => {
  it('is of the release that the link names now, and nothing outside of it', async () => {
    for (const name of ['one', 'two']) {
      await mkdir(join(folder, name))
      await writeFile(join(folder, name, 'index.html'), `<h1>${name}</h1>`)
      await writeFile(join(folder, name, '.env'), 'SECRET=1')
    }
    await writeFile(join(folder, 'outside.txt'), 'outside')
    await symlink('../outside.txt', join(folder, 'one/link.txt'))
    const site = await serveFolder(join(folder, 'current'), 0)
    const read = async (path: string): Promise<[number, string]> => {
      const answer = await fetch(`http://127.0.0.1:${site.port}${path}`)
      return [answer.status, await answer.text()]
    }
    try {
      expect((await read('/'))[0]).toBe(404)
      await symlink('one', join(folder, 'current'))
      expect(await read('/')).toEqual([200, '<h1>one</h1>'])
      await symlink('two', join(folder, 'next'))
      await rename(join(folder, 'next'), join(folder, 'current'))
      expect(await read('/index.html')).toEqual([200, '<h1>two</h1>'])
      await symlink('one', join(folder, 'next'))
      await rename(join(folder, 'next'), join(folder, 'current'))
      for (const path of ['/.env', '/link.txt', '/%2e%2e/outside.txt', '/..%2foutside.txt', '/missing', '/%zz']) {
        expect([path, (await read(path))[0]]).toEqual([path, 404])
      }
    } finally {
      await site.stop()
    }
  })

  it('comes from a repository that is made once and takes pushes', async () => {
    const bare = join(folder, 'repositories/sample.git')
    await ensureRepository(bare)
    const git = (...args: string[]): string => execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim()
    const first = git('--git-dir', bare, 'rev-parse', 'main')
    git('clone', '--quiet', bare, 'clone')
    git(
      '-C',
      'clone',
      '-c',
      'user.name=a',
      '-c',
      'user.email=a@example.org',
      'commit',
      '--quiet',
      '--allow-empty',
      '-m',
      'Second',
    )
    git('-C', 'clone', 'push', '--quiet')
    await ensureRepository(bare)
    expect(git('--git-dir', bare, 'rev-parse', 'main~1')).toBe(first)
    expect(git('--git-dir', bare, 'ls-tree', '-r', '--name-only', 'main').split('\n')).toContain(
      '.amezmo/before.deploy',
    )
  })
})
