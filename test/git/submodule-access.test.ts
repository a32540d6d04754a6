import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startSandbox } from '../../scripts/sandbox.ts'
import type { RepositoryAddress } from '../../lib/deploy/types.ts'
import { parseAddress } from '../../lib/git/address.ts'
import { openMirrors } from '../../lib/git/mirrors.ts'
import { isPublic } from '../../lib/git/reach.ts'
import { accessFor, resolveUrl } from '../../lib/git/submodule-address.ts'
import { generateKeyPair } from '../../lib/ssh/keys.ts'
import { Repository, temporaryFolder } from './fixtures.ts'
import { startLfsHost } from './lfs-server.ts'

describe('addresses of submodules', () => {
  it.each([
    ['https://x.example/acme/shop.git', '../lib.git', 'https://x.example/acme/lib.git'],
    ['https://x.example/acme/shop/', '../../other/lib', 'https://x.example/other/lib'],
    ['https://x.example/shop', '../lib', 'https://x.example/lib'],
    ['https://x.example/shop', './lib', 'https://x.example/shop/lib'],
    ['git@x.example:acme/shop.git', '../lib.git', 'git@x.example:acme/lib.git'],
    ['git@x.example:shop.git', '../lib.git', 'git@x.example:lib.git'],
    ['ssh://git@x.example:22/acme/shop', '.././../lib', 'ssh://git@x.example:22/lib'],
    ['/srv/git/shop', '../lib', '/srv/git/lib'],
    ['/srv/a:b/shop', '../lib', '/srv/a:b/lib'],
    ['https://x.example/acme/shop', 'https://y.example/lib', 'https://y.example/lib'],
  ])('count from %s: %s', (parent, url, found) => expect(resolveUrl(parent, url)).toBe(found))

  it.each([
    ['https://x.example/shop', '../../lib'],
    ['https://x.example/shop', '../../y.example/lib'],
    ['git@x.example:shop.git', '../../lib'],
    ['/srv', '../../lib'],
    ['https://x.example/a/shop', '../b/../../../lib'],
    ['https://x.example/a/shop', '../'],
  ])('do not lead out of %s: %s', (parent, url) => expect(() => resolveUrl(parent, url)).toThrow())
})

describe('who a submodule is asked as', () => {
  const token = { kind: 'token', user: 'ada', token: 's3cret' } as const
  const key = { kind: 'key', privateKey: 'key' } as const
  const access = async (url: string, given: RepositoryAddress['access'], submodule: string): Promise<unknown> => {
    const address = { id: 'one', url, access: given }
    const home = { parsed: await parseAddress(url, []), address }
    try {
      const found = accessFor(home, await parseAddress(submodule, []))
      return [found.url, found.access.kind]
    } catch (error) {
      return String(error)
    }
  }
  const https = 'https://x.example/acme/shop.git'

  it.each([
    ['https://x.example/acme/lib', 'token'],
    ['https://x.example/other/lib', 'none'],
    ['https://x.example/lib', 'none'],
    ['https://x.example:8443/acme/lib', 'none'],
    ['https://x.example.evil.example/acme/lib', 'none'],
    ['https://x.example@evil.example/acme/lib', 'none'],
    ['https://evil.example/acme/lib', 'none'],
    ['https://evil.example/x.example/acme/lib', 'none'],
  ])('of a project with a token: %s', async (url, kind) =>
    expect(await access(https, token, url)).toEqual([url.replace('x.example@', ''), kind]),
  )

  it('is the same over ssh in words, where the project is asked over https', async () => {
    expect(await access(https, token, 'git@x.example:acme/lib.git')).toEqual([
      'https://x.example/acme/lib.git',
      'token',
    ])
    expect(await access(https, token, 'ssh://git@x.example/other/lib')).toEqual(['https://x.example/other/lib', 'none'])
    expect(await access(https, token, 'git@evil.example:acme/lib')).toMatch(/own host and owner only/)
    expect(await access(https, token, 'ssh://git@x.example:2222/acme/lib')).toMatch(/own host and owner only/)
  })

  it('of a project with a key is the project’s own host and owner', async () => {
    const ssh = 'git@x.example:acme/shop.git'
    expect(await access(ssh, key, 'git@x.example:acme/lib')).toEqual(['git@x.example:acme/lib', 'key'])
    expect(await access(ssh, key, 'ssh://git@x.example/acme/lib')).toEqual(['ssh://git@x.example/acme/lib', 'key'])
    expect(await access(ssh, key, 'https://x.example/acme/lib')).toEqual(['https://x.example/acme/lib', 'none'])
    for (const url of ['git@x.example:other/lib', 'root@x.example:acme/lib', 'git@evil.example:acme/lib'])
      expect(await access(ssh, key, url), url).toMatch(/own host and owner only/)
    expect(await access(ssh, key, 'git://x.example/acme/lib')).toMatch(/Git’s own protocol/)
  })
})

it('knows addresses of private networks in every dress', () => {
  const closed =
    '127.0.0.1 10.1.2.3 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 192.88.99.1 224.0.0.1 255.255.255.255'
  const closed6 =
    '::1 :: fe80::1 fc00::1 fd12::1 ff02::1 ::ffff:10.0.0.1 ::ffff:a9fe:a9fe 64:ff9b::7f00:1 2002:7f00:1:: 3fff::1 5f00::1 ::127.0.0.1'
  expect([...closed.split(' '), ...closed6.split(' ')].filter(isPublic)).toEqual([])
  expect(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '::ffff:8.8.8.8'].filter(isPublic).length).toBe(5)
  expect(['', 'example.org', '2130706433', '127.1'].filter(isPublic)).toEqual([])
})

describe('over the network', () => {
  let folder: string
  let shop: Repository
  let library: Repository
  const closing: (() => unknown)[] = []
  beforeEach(() => {
    folder = temporaryFolder()
    shop = new Repository(join(folder, 'acme/shop'))
    library = new Repository(join(folder, 'acme/library'))
    library.write('lib.txt', 'one')
  })
  afterEach(async () => {
    for (const close of closing.splice(0)) await close()
    rmSync(folder, { recursive: true })
  })

  function link(path: string, sha: string, url: string): void {
    shop.git('config', '-f', '.gitmodules', `submodule.${path}.path`, path)
    shop.git('config', '-f', '.gitmodules', `submodule.${path}.url`, url)
    shop.git('add', '.gitmodules')
    shop.git('update-index', '--add', '--cacheinfo', `160000,${sha},${path}`)
  }

  it('shows the token to the project’s owner on its host, and to nobody else', async () => {
    const host = await startLfsHost(folder)
    const other = await startLfsHost(folder, { isOpen: true })
    closing.push(
      () => host.close(),
      () => other.close(),
      () => delete process.env.GIT_SSL_CAINFO,
    )
    process.env.GIT_SSL_CAINFO = host.certificate
    const first = library.commit('first')
    link('own', first, '../../library/.git')
    link('other', first, `${other.origin.replace('127.0.0.1', 'localhost')}/acme/library/.git`)
    shop.git('commit', '-q', '-m', 'linked')
    const sha = shop.git('rev-parse', 'HEAD')
    const address = { id: 'one', url: `${host.origin}/acme/shop/.git`, access: host.access }
    const wanted = { submodules: true, lfs: true, within: '' }
    const open = async (privateHosts: string[]) =>
      (await openMirrors({ folder: join(folder, 'mirrors'), localPrefixes: [], privateHosts })).open(address, wanted)
    const closed = await open([])
    await closed.fetch()
    await expect(closed.change(null, sha)).rejects.toMatchObject({
      message: expect.stringContaining('private network'),
    })
    expect(other.asked).toEqual([])
    const asked = host.asked.length
    other.instead = (response) =>
      void response.writeHead(302, { location: `${host.origin}/acme/library/.git/info/refs` }).end()
    await expect((await open(['localhost'])).change(null, sha)).rejects.toThrow('The submodule other can’t be fetched')
    expect(host.asked.length).toBe(asked)
    other.instead = null
    const change = await (await open(['localhost'])).change(null, sha)
    await change.dispose()
    expect(change.contents.submodules?.map(({ path }) => path)).toEqual(['other', 'own'])
    expect(new Set(host.shown(/acme\/library/))).toEqual(new Set([host.authorization]))
    expect(other.asked.length).toBeGreaterThan(0)
    expect(new Set(other.asked.map(([, , authorization]) => authorization))).toEqual(new Set([undefined]))
    expect(spawnSync('grep', ['-rlF', 's3cret', join(folder, 'mirrors')], { encoding: 'utf8' }).stdout).toBe('')
  })

  it('asks for files in Git LFS with what the host gives over ssh', async () => {
    const host = await startLfsHost(folder)
    const sandbox = await startSandbox({ folder: join(folder, 'ssh') })
    closing.push(
      () => host.close(),
      () => sandbox.stop(),
      () => delete process.env.GIT_SSL_CAINFO,
    )
    process.env.GIT_SSL_CAINFO = host.certificate
    const { privateKey, publicKey } = generateKeyPair('deploy key')
    await sandbox.authorize(publicKey)
    shop.write('.gitattributes', '*.bin filter=lfs\n')
    shop.write('a.bin', host.keep('contents'))
    const sha = shop.commit('first')
    const url = `ssh://git@127.0.0.1:${sandbox.port}${shop.path}`
    const mirrors = await openMirrors({
      folder: join(folder, 'mirrors'),
      localPrefixes: [],
      privateHosts: ['127.0.0.1'],
    })
    const mirror = await mirrors.open(
      { id: 'one', url, access: { kind: 'key', privateKey } },
      { submodules: true, lfs: true, within: '' },
    )
    await mirror.fetch()
    await expect(mirror.change(null, sha)).rejects.toMatchObject({ message: expect.stringContaining('over ssh') })
    const header = { Authorization: host.authorization }
    const answer = JSON.stringify({ href: `${host.origin}/acme/shop/.git/info/lfs`, header })
    mkdirSync(join(folder, 'bin'))
    const asked = join(folder, 'asked')
    const program = `#!/bin/sh\nprintf '%s\\n' "$@" >${asked}\nprintf '%s' '${answer}'\n`
    writeFileSync(join(folder, 'bin/git-lfs-authenticate'), program, { mode: 0o755 })
    const path = process.env.PATH
    process.env.PATH = `${join(folder, 'bin')}:${path}`
    closing.push(() => (process.env.PATH = path))
    const change = await mirror.change(null, sha)
    await change.dispose()
    expect(change.contents.lfs).toEqual({ files: 1, bytes: 8 })
    expect(readFileSync(asked, 'utf8')).toBe(`${shop.path}\ndownload\n`)
    expect(host.shown(/batch$/)).toEqual([host.authorization])
  })
})
