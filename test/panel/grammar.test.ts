// Hostile values in every field that later reaches a shell, git or a server.
import { describe, expect, it } from 'vitest'
import {
  emailText,
  hostText,
  nameText,
  portNumber,
  refText,
  repositoryUrl,
  rootPath,
  slugOf,
  unixUser,
} from '@/lib/api/grammar.ts'

const injections = [
  '$(id)',
  '`id`',
  'a;id',
  'a&id',
  'a|id',
  'a\nid',
  'a\rid',
  'a\0id',
  "a'id",
  'a"id',
  '-oProxyCommand=id',
  '*',
  '~root',
  '',
  ' ',
]

const fields = [
  [
    'host',
    hostText,
    ['example.com', 'web-1', '192.0.2.7', '2001:db8::1', 'under_score.lan'],
    ['[::1]', 'a b', 'user@host', 'host:22', '.a', 'аdmin.example', 'a..b'],
  ],
  ['user', unixUser, ['deployer', 'www-data', '_app', 'Deploy.1'], ['1user', 'root:x', 'a b', 'ünix', 'x'.repeat(33)]],
  [
    'ref',
    refText,
    ['main', 'release/1.2', 'v1.0.0', 'ab12cd3', 'füür'],
    [
      '--upload-pack=id',
      'a..b',
      'a^',
      'HEAD~1',
      'a/-b',
      '/a',
      'a/',
      'a.lock',
      '@{u}',
      '.a',
      'a\u202eb',
      'a:b',
      'a\ud800',
    ],
  ],
  [
    'repository',
    repositoryUrl,
    [
      'https://git.example/a/b.git',
      'ssh://git@git.example:2222/a/b',
      'git@git.example:a/b.git',
      '/srv/git/a.git',
      'https://[::1]:8443/a',
    ],
    [
      'ext::sh -c id',
      'http://git.example/a.git',
      'file:///etc',
      'https://user:secret@git.example/a',
      'git@-oProxyCommand=id:a',
      'git@host:-a',
      '/srv/../etc',
      'ssh://-oX/a',
      'fd::1',
      'https://git.example/a?b=c#d',
    ],
  ],
  [
    'root',
    rootPath,
    ['/webroot', '/srv/app', '/var/www/site-1', '/home/deployer/app', '/usr/local/site'],
    [
      'webroot',
      '/',
      '/etc',
      '/etc/app',
      '/usr',
      '/usr/share',
      '/home',
      '/var',
      '/a/../etc',
      '/a/',
      '//a',
      '/a/./b',
      '/webroot\n',
      '/a b',
      '/a/-b',
      '/$(id)',
      '/proc/self',
    ],
  ],
  ['email', emailText, ['Ann@Example.com'], ['ann', 'a@b@c', 'a b@c', '<a@b>', 'a\ud800@b']],
] as const

describe('the grammar of', () => {
  it.each(fields)('%s takes what is usual', (_, schema, good) => {
    for (const text of good) expect(schema.safeParse(text).success, text).toBe(true)
  })

  it.each(fields)('%s refuses what is hostile', (_, schema, __, bad) => {
    for (const text of [...bad, ...injections]) expect(schema.safeParse(text).success, JSON.stringify(text)).toBe(false)
  })

  it('names refuses what cannot be seen, and takes any script', () => {
    for (const text of ['Läden – Shop', '網站', '$(id)']) expect(nameText.safeParse(text).success, text).toBe(true)
    for (const text of ['', '  ', 'a\nb', 'a\0', 'a\u202eb', 'a\u200bb', 'a\u061cb', 'a\ud800b', 'x'.repeat(81)])
      expect(nameText.safeParse(text).success, JSON.stringify(text)).toBe(false)
  })

  it('ports is a number from 1 to 65535', () => {
    expect(portNumber.parse('22')).toBe(22)
    for (const port of [0, 65536, 2.5, '22;id', '-1', 'x'])
      expect(portNumber.safeParse(port).success, String(port)).toBe(false)
  })

  it('slugs is a-z, 0-9 and dashes, never empty', () => {
    expect(['Läden – Shop!', '網站', '--a--', 'A'.repeat(80)].map(slugOf)).toEqual([
      'laden-shop',
      'x',
      'a',
      'a'.repeat(60),
    ])
  })
})
