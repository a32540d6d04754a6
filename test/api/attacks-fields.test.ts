// Attacks that fields are for, over HTTP: each is refused with the field that is wrong, nothing is changed, and no refusal repeats a secret.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { insertReadyEnvironment } from '../panel/deployments.ts'
import { openApi, type Api } from './server.ts'

let api: Api
let environmentId: string
let projectId: string
let serverId: string
beforeAll(async () => {
  api = await openApi()
  environmentId = await insertReadyEnvironment(api.ctx)
  projectId = (await api.ctx.db.prisma.environment.findUniqueOrThrow({ where: { id: environmentId } })).projectId
  serverId = (await api.ctx.db.prisma.server.findFirstOrThrow()).id
})
afterAll(() => api.close())

/** Sends the body with each of the values at `path`, and expects that just this is what is wrong with it. */
async function refuses(method: string, address: string, body: object, path: string, values: unknown[]): Promise<void> {
  const changes = () => api.ctx.db.prisma.auditEntry.count()
  const before = await changes()
  for (const value of values) {
    const { status, body: answer } = await api.call(method, address, { body: put(body, path.split('.'), value) })
    const said = `${path} = ${JSON.stringify(value)}: ${JSON.stringify(answer)}`
    expect(status, said).toBe(400)
    const { problems } = (answer as { error: { details: { problems: { path: string }[] } } }).error.details
    expect(
      problems.every((one) => one.path === path || one.path.startsWith(`${path}.`)),
      said,
    ).toBe(true)
  }
  expect(await changes()).toBe(before)
}

function put(body: unknown, [name, ...rest]: string[], value: unknown): unknown {
  if (name === undefined) return value
  const inner = put((body as Record<string, unknown>)[name], rest, value)
  return Array.isArray(body) ? body.with(Number(name), inner) : { ...(body as object), [name]: inner }
}

const shell = ['$(id)', '`id`', 'a;id', 'a&id', 'a|id', 'a\nb', 'a\rb', 'a\0b', "a'b", 'a"b', '-a', '~a', 'a*', 'a b']
const project = { name: 'New', repositoryUrl: 'https://git.example/new.git' }
const server = { name: 'web-9', host: 'web9.example', user: 'deploy' }
const place = () => ({
  projectId,
  name: 'New',
  branch: 'main',
  permissions: { owner: 'www-data', group: 'deployer', mode: 'off' },
  servers: [{ serverId, root: '/srv/new' }],
})

it('attacks 1 and 4: branches, tags and commits', async () => {
  const odd = [...shell, '--upload-pack=id', '-oProxyCommand=id', 'a..b', 'a@{1}', '../a', '/a', 'a.lock', '\u202ea']
  await refuses('POST', `/environments/${environmentId}/deployments`, {}, 'ref', odd)
  await refuses('POST', '/environments', place(), 'branch', odd)
})

it('attacks 1, 4 and 39: addresses of repositories', async () => {
  const host = ['ext::sh -c id', '-oProxyCommand=id', '--upload-pack=id', 'ssh://-oProxyCommand=id/x', 'git@-oProxy:x']
  const scheme = ['file:///etc', 'http://git.example/x', 'git://git.example/x', 'gopher://127.0.0.1/x', 'ftp://a/x']
  const hidden = ['https://user:secret@git.example/x', 'https://git.example/x?y#z', 'https://git.example/../x']
  const local = ['/etc', '/srv/git/../../etc', '//evil.example/x', '\\\\evil\\x']
  await refuses('POST', '/projects', project, 'repositoryUrl', [...shell, ...host, ...scheme, ...hidden, ...local])
  await refuses('PATCH', `/projects/${projectId}`, {}, 'repositoryUrl', [...host, ...scheme, ...hidden, ...local])
})

it('attack 1: hosts, users and ports of servers, and who owns files', async () => {
  await refuses('POST', '/servers', server, 'host', [
    ...shell,
    '[::1]',
    'a@b',
    'a:22',
    '10:22',
    ':::',
    'http://a',
    '-oProxyCommand=id',
  ])
  await refuses('POST', '/servers', server, 'user', [...shell, 'a:b', '1a'])
  await refuses('POST', '/servers', server, 'port', [0, 65_536, -1, 1.5, '22;id', {}])
  await refuses('POST', '/environments', place(), 'permissions.owner', shell)
  await refuses('POST', '/environments', place(), 'permissions.group', shell)
})

it('attack 1: names that cannot be seen, or look like other ones', async () => {
  const names = ['', ' ', 'a\0', 'a\nb', '\u202egnp', 'a\u200bb', '\ud800', '\u2066a', 'x'.repeat(81)]
  await refuses('POST', '/projects', project, 'name', names)
  await refuses('POST', '/servers', server, 'name', names)
  await refuses('POST', '/environments', place(), 'name', names)
})

it('attack 7: folders of environments', async () => {
  const odd = ['/', '//', '/etc', '/etc/x', '/usr/bin', '/var', '/home', '/srv/../etc', '/srv/a/..', '/srv/./a', 'srv']
  await refuses('POST', '/environments', place(), 'servers.0.root', [
    ...odd,
    '/srv/a/',
    '/srv/a\n',
    '/srv/a\0',
    '/srv/$(id)',
  ])
})

it('attack 39: addresses of health checks', async () => {
  const options = { healthCheck: { url: 'https://shop.example/up' } }
  const odd = [
    'gopher://127.0.0.1:6379/_x',
    'file:///etc/passwd',
    'dict://a',
    '//a',
    'http:',
    'http://a b',
    'http://a\nb',
    '-K/etc/x',
  ]
  await refuses('PATCH', `/environments/${environmentId}`, { options }, 'options.healthCheck.url', odd)
})

it('attack 42: no refusal repeats what was typed as a secret', async () => {
  const secret = 'tok-5ecret\nwith a line'
  for (const [method, path, body] of [
    ['POST', '/projects', { ...project, access: 'token', token: secret }],
    ['PATCH', `/projects/${projectId}`, { access: 'token', token: secret }],
    ['PUT', `/environments/${environmentId}/variables`, { text: `A B=${secret}\nTOKEN=${secret}`, dialect: 'php' }],
    ['PATCH', `/environments/${environmentId}/variables`, { set: { 'A;B': secret, TOKEN: `${secret}\0` } }],
    ['PUT', `/environments/${environmentId}/files`, { path: '../x', content: `${secret}\0` }],
  ] as const) {
    const { status, body: answer } = await api.call(method, path, { body })
    expect(status, path).toBe(400)
    expect(JSON.stringify(answer)).not.toContain('5ecret')
  }
})

it('attack 37: names don’t become formulas in what a spreadsheet opens', async () => {
  const entry = { actor: 'user:1', action: 'thing.do', subject: 'thing:1', data: {} }
  for (const actorName of ['=cmd|x', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', 'a;=1', 'a","=1'])
    await api.ctx.db.prisma.auditEntry.create({ data: { ...entry, actorName } })
  const { body, headers } = await api.call('GET', '/audit/export?format=csv&action=thing')
  expect(headers.get('content-type')).toBe('text/csv; charset=utf-8')
  const cells = String(body)
    .split('\r\n')
    .slice(1, -1)
    .map((line) => /user:1,(.*),thing\.do/.exec(line)![1])
  expect(cells).toEqual(['"a"",""=1"', '"a;=1"', `"' =1"`, `"'\t=1"`, "'@SUM(A1)", "'-1", "'+1", "'=cmd|x"])
})
