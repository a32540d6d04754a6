import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parseAddress } from '../../lib/git/address.ts'
import { isRefName } from '../../lib/git/ref-name.ts'
import { temporaryFolder } from './fixtures.ts'

const folder = temporaryFolder()
mkdirSync(join(folder, 'open/repository'), { recursive: true })
mkdirSync(join(folder, 'closed'))
mkdirSync(join(folder, 'open-not'))
symlinkSync('../closed', join(folder, 'open/leads-out'))
afterAll(() => rmSync(folder, { recursive: true }))

const local = (path: string) => parseAddress(path, [join(folder, 'open')])

describe('parseAddress', () => {
  it.each([
    ['https://github.com/acme/shop.git', { kind: 'https', url: 'https://github.com/acme/shop.git' }],
    ['https://ada@git.example:8443/shop', { kind: 'https', url: 'https://git.example:8443/shop', user: 'ada' }],
    ['ssh://git@git.example:2222/acme/shop.git', { kind: 'ssh', url: 'ssh://git@git.example:2222/acme/shop.git' }],
    ['git@github.com:acme/shop.git', { kind: 'ssh', url: 'git@github.com:acme/shop.git' }],
    ['git://[2001:db8::1]/shop.git', { kind: 'git', url: 'git://[2001:db8::1]/shop.git' }],
  ])('reads %s', async (url, expected) => {
    expect(await parseAddress(url, [])).toMatchObject(expected)
  })

  it.each([
    '',
    '--upload-pack=touch /tmp/x',
    '-oProxyCommand=id',
    'ext::sh -c id',
    'ext::sh',
    'fd::17',
    'http://github.com/acme/shop.git',
    'ftp://github.com/acme/shop.git',
    'file:///etc',
    '/etc',
    'ssh://-oProxyCommand=id/shop',
    'ssh://git@-oProxyCommand=id/shop',
    'git@-oProxyCommand=id:shop',
    'git@host:-u',
    'ssh://git@host/-x',
    'https://ada:secret@git.example/shop',
    'https://git.example/shop?x',
    'https://git.example:99999/shop',
    'https://git.example/a b',
    'https://git.example/a\nb',
    '../shop',
  ])('refuses %j', async (url) => {
    await expect(parseAddress(url, [])).rejects.toMatchObject({ code: 'invalid' })
  })

  it('reads folders of this machine only inside the allowed ones, also by way of links and dots', async () => {
    const expected = { kind: 'local', url: join(folder, 'open/repository') }
    expect(await local(`${folder}/open/repository`)).toEqual(expected)
    expect(await local(`file://${folder}/open/repository`)).toEqual(expected)
    for (const path of ['open/../closed', 'open/leads-out', 'open-not', 'closed'])
      await expect(local(`${folder}/${path}`), path).rejects.toMatchObject({ code: 'invalid' })
    await expect(local(`${folder}/open/nothing`)).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('isRefName', () => {
  it('takes what git takes and refuses options and revision syntax', () => {
    for (const name of ['main', 'feature/a+b', '$(id)', "it's;&|<>", 'ünï', 'v1.2.3', 'a'.repeat(250)])
      expect(isRefName(name), name).toBe(true)
    const bad = [
      '',
      '@',
      '-x',
      '--upload-pack=x',
      'a b',
      'a..b',
      'a~1',
      'a^',
      'a:b',
      'a?',
      'a*',
      'a[b',
      'a\\b',
      'a@{1}',
    ]
    for (const name of [
      ...bad,
      '/a',
      'a/',
      'a//b',
      'a.',
      '.a',
      'a/.b',
      'a.lock',
      'a.lock/b',
      'a\u0000b',
      'a\nb',
      'a'.repeat(251),
    ])
      expect(isRefName(name), name).toBe(false)
  })
})
