import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PanelError } from '@/lib/errors.ts'
import { startAnswering } from '../panel/answering.ts'
import { openApi, type Api } from './server.ts'

let api: Api
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

const idOf = (answer: { body: unknown }): string => (answer.body as { id: string }).id
const hostKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ'
const fingerprint = `SHA256:${'A'.repeat(43)}`

describe('servers over the API', () => {
  it('are added, trusted by a fingerprint, checked and removed', async () => {
    const lines = [{ id: 'disk', label: 'Disk', verdict: 'warning', detail: '1 GB left', remedy: 'Free some.' }]
    const worker = await startAnswering(api.ctx, ({ kind }) => {
      if (kind === 'hostKey') return { hostKey, fingerprint }
      if (kind === 'check') return { lines }
      throw new PanelError('unreachable', 'Nobody answers there.')
    })
    try {
      const added = await api.call('POST', '/servers', { body: { name: 'web-1', host: '192.0.2.4', user: 'deploy' } })
      expect(added).toMatchObject({
        status: 201,
        body: { port: 22, fingerprint: null, publicKey: expect.stringMatching(/^ssh-ed25519 /) },
      })
      const path = `/servers/${idOf(added)}`
      expect(await api.call('POST', `${path}/check`)).toMatchObject({
        status: 409,
        body: { error: { code: 'conflict' } },
      })
      expect(await api.call('GET', `${path}/host-key`)).toMatchObject({ status: 200, body: { hostKey, fingerprint } })
      const other = `SHA256:${'B'.repeat(43)}`
      expect(await api.call('PUT', `${path}/host-key`, { body: { fingerprint: other } })).toMatchObject({
        status: 409,
        body: { error: { code: 'host_key_changed' } },
      })
      expect(await api.call('PUT', `${path}/host-key`, { body: { fingerprint } })).toMatchObject({
        status: 200,
        body: { fingerprint },
      })
      expect(await api.call('POST', `${path}/check`, { body: { root: '/srv/app' } })).toMatchObject({
        status: 200,
        body: { verdict: 'warning', lines },
      })
      expect(await api.call('GET', '/servers', { token: await api.token('admin') })).toMatchObject({
        body: { items: [{ name: 'web-1' }], next: null },
      })
      expect(await api.call('DELETE', path, { token: await api.token('developer') })).toMatchObject({ status: 404 })
      expect(await api.call('DELETE', path)).toMatchObject({ status: 200, body: null })
      expect(await api.call('GET', path)).toMatchObject({ status: 404 })
    } finally {
      await worker.stop()
    }
  })

  it('refuse what they cannot be, field by field', async () => {
    expect(
      await api.call('POST', '/servers', { body: { name: 'x', host: '-oProxyCommand=x', port: 99_999, user: 'a b' } }),
    ).toMatchObject({
      status: 400,
      body: { error: { details: { problems: [{ path: 'host' }, { path: 'port' }, { path: 'user' }] } } },
    })
  })
})

describe('projects over the API', () => {
  it('are made, changed, asked for their branches and removed, without telling a secret', async () => {
    const body = {
      name: 'Shop',
      repositoryUrl: 'https://git.example.org/shop.git',
      access: 'token',
      token: 'hunter2hunter2',
    }
    const made = await api.call('POST', '/projects', { body })
    expect(made).toMatchObject({ status: 201, body: { slug: 'shop', access: 'token' } })
    expect(JSON.stringify(made.body)).not.toContain('hunter2')
    const path = `/projects/${idOf(made)}`
    expect(await api.call('PATCH', path, { body: { name: 'Store' } })).toMatchObject({
      status: 200,
      body: { name: 'Store' },
    })
    expect(await api.call('GET', `${path}/refs`)).toMatchObject({ status: 503, body: { error: { code: 'no_worker' } } })
    const refs = [{ name: 'main', kind: 'branch', sha: 'a'.repeat(40) }]
    const worker = await startAnswering(api.ctx, () => refs)
    try {
      expect(await api.call('GET', `${path}/refs`)).toMatchObject({ status: 200, body: refs })
    } finally {
      await worker.stop()
    }
    expect(await api.call('GET', '/projects')).toMatchObject({ body: { items: [{ name: 'Store' }] } })
    expect(await api.call('DELETE', path)).toMatchObject({ status: 200 })
  })
})

describe('environments over the API', () => {
  it('are made with hooks and variables, changed, and removed', async () => {
    const server = idOf(
      await api.call('POST', '/servers', { body: { name: 'web-7', host: '192.0.2.7', user: 'deploy' } }),
    )
    const project = idOf(
      await api.call('POST', '/projects', {
        body: { name: 'Blog', repositoryUrl: 'https://git.example.org/blog.git' },
      }),
    )
    const body = {
      projectId: project,
      name: 'Production',
      branch: 'main',
      servers: [{ serverId: server, root: '/srv/blog' }],
    }
    const made = await api.call('POST', '/environments', { body })
    expect(made).toMatchObject({
      status: 201,
      body: { slug: 'production', projectSlug: 'blog', live: null, targets: [{ root: '/srv/blog' }] },
    })
    const path = `/environments/${idOf(made)}`
    const other = idOf(
      await api.call('POST', '/environments', {
        body: { ...body, name: 'Staging', servers: [{ serverId: server, root: '/srv/staging' }] },
      }),
    )

    expect(
      await api.call('PUT', `${path}/hooks/rollback/before`, { body: { text: 'echo back', timeoutMs: 5000 } }),
    ).toMatchObject({
      status: 200,
      body: { event: 'rollback/before', text: 'echo back', timeoutMs: 5000, number: 1 },
    })
    expect(
      await api.call('PUT', `${path}/hooks/after.pull`, { body: { text: 'make', environmentId: other, event: 'x' } }),
    ).toMatchObject({
      body: { environmentId: idOf(made), event: 'after.pull' },
    })
    expect(await api.call('PUT', `${path}/hooks/after.lunch`, { body: { text: 'x' } })).toMatchObject({ status: 400 })
    expect(await api.call('DELETE', `${path}/hooks/after.pull`)).toMatchObject({ status: 200 })
    expect(await api.call('GET', `${path}/hooks`)).toMatchObject({ body: [{ event: 'rollback/before' }] })

    expect((await api.call('GET', `${path}/variables`)).body).toBeNull()
    expect(await api.call('PUT', `${path}/variables`, { body: { text: 'KEY=value\n', basedOn: null } })).toMatchObject({
      status: 200,
      body: { number: 1, names: ['KEY'] },
    })
    expect(await api.call('PUT', `${path}/variables`, { body: { text: 'KEY=other\n', basedOn: null } })).toMatchObject({
      status: 409,
    })
    expect(await api.call('GET', `${path}/variables`, { token: await api.token('viewer') })).toMatchObject({
      status: 403,
    })

    expect(await api.call('PATCH', path, { body: { id: other, branch: 'release' } })).toMatchObject({
      status: 200,
      body: { branch: 'release' },
    })
    expect(await api.call('GET', `/environments?projectId=${project}`)).toMatchObject({
      body: { items: [{ branch: 'release' }, { branch: 'main' }], next: null },
    })
    const first = await api.call('GET', `/environments?projectId=${project}&limit=1`)
    expect(first).toMatchObject({ body: { items: [{ branch: 'release' }], next: expect.any(String) } })
    const rest = `/environments?projectId=${project}&limit=1&cursor=${(first.body as { next: string }).next}`
    expect(await api.call('GET', rest)).toMatchObject({ body: { items: [{ branch: 'main' }], next: null } })
    expect(await api.call('GET', '/environments?name=blog/staging')).toMatchObject({
      body: { items: [{ slug: 'staging' }], next: null },
    })
    expect(await api.call('GET', '/environments?name=blog/nowhere')).toMatchObject({ body: { items: [] } })
    expect(await api.call('GET', `/environments?cursor=${project}`)).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid', details: { problems: [{ path: 'cursor' }] } } },
    })
    expect(await api.call('DELETE', path)).toMatchObject({ status: 200 })
    expect(await api.call('GET', path)).toMatchObject({ status: 404 })
  })
})
