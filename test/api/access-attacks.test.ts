// Attacks on access over HTTP, by the numbers of the checklist that they come from (docs/attacks.md says where the others are).
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PanelRole, Role } from '@/lib/access.ts'
import { pathParameters } from '@/lib/api/operation.ts'
import { everyOperation } from '@/lib/api/register.ts'
import { actorOfUser } from '@/lib/panel/people-actor.ts'
import { changeProjectRole, removeMember } from '@/lib/panel/members.ts'
import { createToken, revokeToken } from '@/lib/panel/people.ts'
import { systemActor } from '@/lib/panel/context.ts'
import { findPerson, insertUser } from '@/lib/store/people.ts'
import { insertReadyEnvironment } from '../panel/deployments.ts'
import { openApi, type Api } from './server.ts'

let api: Api
let mine: Awaited<ReturnType<typeof place>>
let theirs: Awaited<ReturnType<typeof place>>
beforeAll(async () => {
  api = await openApi()
  mine = await place()
  theirs = await place()
})
afterAll(() => api.close())

/** A project with an environment that has a deployment, on a server that is asked for by id. */
async function place() {
  const environmentId = await insertReadyEnvironment(api.ctx)
  const { projectId } = await api.ctx.db.prisma.environment.findUniqueOrThrow({ where: { id: environmentId } })
  await api.call('POST', `/environments/${environmentId}/deployments`)
  const server = await api.ctx.db.prisma.server.findFirstOrThrow()
  return { environmentId, projectId, serverId: server.id }
}

async function member(role: PanelRole, projects: Record<string, Role> = {}) {
  const email = `${randomUUID()}@example.org`
  const { id } = await insertUser(api.ctx.db.prisma, { email, name: role, passwordHash: '', role })
  for (const [projectId, given] of Object.entries(projects))
    await api.ctx.db.prisma.membership.create({ data: { userId: id, projectId, role: given } })
  const actor = actorOfUser((await findPerson(api.ctx.db.prisma, id))!)
  const most = (['owner', 'admin', 'developer', 'viewer'] as const).find((one) =>
    [role, ...Object.values(projects)].includes(one),
  )!
  return { actor, ...(await createToken(api.ctx, actor, { name: 'x', role: most })) }
}

type Operation = ReturnType<typeof everyOperation>[number]
/** The address of an operation, with everything in it that is named by the path. */
function addressOf({ entry }: Operation, at: { environmentId: string; projectId: string; serverId: string }): string {
  const id = entry.path.startsWith('/servers') ? at.serverId : at.projectId
  const values: Record<string, string> = { ...at, id, number: '1', event: 'after.pull', path: 'app.log' }
  return entry.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? 'x')
}
const inProject = everyOperation().filter(({ entry }) => pathParameters(entry.path).length > 0)
const entries = () => api.ctx.db.prisma.auditEntry.count()

describe('attack 22: ids of what one does not see', () => {
  it('are not found, in every operation that has one in its path', async () => {
    const { secret } = await member('member', { [mine.projectId]: 'admin' })
    // Both have environments on one server, so they know that it exists.
    const unseen = { ...theirs, serverId: randomUUID() }
    const before = await entries()
    let found = 0
    for (const one of inProject) {
      const body = one.entry.method === 'GET' ? {} : { body: {} }
      const { status } = await api.call(one.entry.method, addressOf(one, unseen), { token: secret, ...body })
      // A body that is no use is refused before anything is looked up.
      expect([400, 404], one.name).toContain(status)
      if (status === 404) found++
    }
    expect(found).toBeGreaterThan(inProject.length / 2)
    expect(await entries()).toBe(before)
  })

  it('do not become found by a path that is half one’s own', async () => {
    const { secret } = await member('member', { [mine.projectId]: 'developer' })
    const own = `/environments/${mine.environmentId}`
    const extra = await api.call('POST', `/environments/${theirs.environmentId}/deployments`)
    const { number } = extra.body as { number: number }
    expect(await api.call('GET', `${own}/deployments/${number}`, { token: secret })).toMatchObject({ status: 404 })
    const body = { to: theirs.environmentId }
    expect(await api.call('POST', `${own}/releases/1/promote`, { token: secret, body })).toMatchObject({ status: 404 })
  })
})

describe('attack 23: another id in the body than in the path', () => {
  it('counts for nothing', async () => {
    const { secret } = await member('member', { [mine.projectId]: 'developer' })
    const before = await api.ctx.db.prisma.deployment.count({ where: { environmentId: theirs.environmentId } })
    const body = { environmentId: theirs.environmentId, id: theirs.environmentId }
    const path = `/environments/${mine.environmentId}/deployments?environmentId=${theirs.environmentId}`
    expect(await api.call('POST', path, { token: secret, body })).toMatchObject({
      body: { environmentId: mine.environmentId },
    })
    const turned = `/environments/${theirs.environmentId}/deployments?environmentId=${mine.environmentId}`
    expect(
      await api.call('POST', turned, { token: secret, body: { environmentId: mine.environmentId } }),
    ).toMatchObject({
      status: 404,
    })
    expect(await api.ctx.db.prisma.deployment.count({ where: { environmentId: theirs.environmentId } })).toBe(before)
  })

  it('and a key named __proto__ gives nobody a right', async () => {
    const { secret } = await member('member', { [mine.projectId]: 'viewer' })
    const body = `{"__proto__": {"role": "owner", "environmentId": "${mine.environmentId}"}, "ref": "main"}`
    const path = `/environments/${mine.environmentId}/deployments`
    expect(await api.call('POST', path, { token: secret, body })).toMatchObject({ status: 403 })
    expect(({} as { role?: string }).role).toBeUndefined()
  })
})

describe('attack 24: whoever may only look', () => {
  it('changes nothing, by whatever operation', async () => {
    const { secret } = await member('viewer')
    const before = await entries()
    for (const one of everyOperation()) {
      const body = one.entry.method === 'GET' ? {} : { body: {} }
      // Streams end by themselves only when the deployment has.
      if (one.entry.produces === 'text/event-stream') continue
      const { status } = await api.call(one.entry.method, addressOf(one, mine), { token: secret, ...body })
      if (one.entry.role !== 'viewer') expect([400, 403, 404], one.name).toContain(status)
    }
    expect(await entries()).toBe(before)
  })

  it('and a method that only reads cannot be made to write', async () => {
    const path = `/environments/${mine.environmentId}`
    const before = await entries()
    for (const name of ['x-http-method-override', 'x-method-override'])
      expect(await api.call('GET', `${path}?_method=DELETE`, { headers: { [name]: 'DELETE' } })).toMatchObject({
        status: 200,
      })
    expect(await entries()).toBe(before)
  })
})

describe('attack 26: an open stream', () => {
  async function stream(secret: string) {
    const url = `${api.url}/api/v1/environments/${mine.environmentId}/deployments/1/events`
    const answer = await fetch(url, { headers: { authorization: `Bearer ${secret}` } })
    const pieces = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    while (!text.includes('event: caught-up')) text += (await pieces.read()).value ?? ''
    return async () => {
      let rest = ''
      for (let piece = await pieces.read(); !piece.done; piece = await pieces.read()) rest += piece.value
      return rest
    }
  }
  const system = systemActor('test')

  it('ends at once when its person is removed, although nothing happens in it', async () => {
    const { actor, secret } = await member('developer')
    const rest = await stream(secret)
    await removeMember(api.ctx, system, { id: actor.id })
    expect(await rest()).toContain('event: signed-out')
  })

  it('ends at once when its token is revoked', async () => {
    const { actor, token, secret } = await member('developer')
    const rest = await stream(secret)
    await revokeToken(api.ctx, actor, { id: token.id })
    expect(await rest()).toContain('event: signed-out')
  })

  it('ends when the role in the project goes, and is not found from then on', async () => {
    const { actor, secret } = await member('member', { [mine.projectId]: 'viewer' })
    const rest = await stream(secret)
    await changeProjectRole(api.ctx, system, { id: actor.id, projectId: mine.projectId, role: null })
    await rest()
    const path = `/environments/${mine.environmentId}/deployments/1/events`
    expect(await api.call('GET', path, { token: secret })).toMatchObject({ status: 404 })
  })
})

describe('attack 26: a download that has begun', () => {
  it('breaks off once its person is removed, however slowly it is taken', async () => {
    const { actor, secret } = await member('developer')
    const { id } = await api.ctx.db.prisma.deployment.findFirstOrThrow({
      where: { environmentId: mine.environmentId, number: 1 },
    })
    // More than all buffers on the way hold.
    await api.ctx.db.pool.query(
      `INSERT INTO "LogChunk" ("deploymentId", "segment", "step", "offset", "firstLine", "lines", "bytes")
       SELECT $1, 'main', 1, n * 65536, n, 1, convert_to(repeat('x', 65536), 'UTF8') FROM generate_series(0, 999) n`,
      [id],
    )
    const url = `${api.url}/api/v1/environments/${mine.environmentId}/deployments/1/log`
    const take = (token: string) => fetch(url, { headers: { authorization: `Bearer ${token}` } })
    const all = await (await take(await api.token('viewer'))).arrayBuffer()
    expect(all.byteLength).toBeGreaterThan(65_536_000)
    const reader = (await take(secret)).body!.getReader()
    let taken = (await reader.read()).value!.length
    await removeMember(api.ctx, systemActor('test'), { id: actor.id })
    const rest = async () => {
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) taken += piece.value.length
    }
    await expect(rest()).rejects.toThrow()
    expect(await api.call('GET', '/projects', { token: secret })).toMatchObject({ status: 401 })
    expect(taken).toBeLessThan(all.byteLength)
  })
})

describe('attack 28: a stream', () => {
  it('is of a deployment that one sees, chosen by id', async () => {
    const { secret } = await member('member', { [mine.projectId]: 'admin' })
    const path = `/environments/${theirs.environmentId}/deployments/1`
    for (const part of ['', '/events', '/log'])
      expect(await api.call('GET', path + part, { token: secret })).toMatchObject({ status: 404 })
    for (const place of ['..%2f1', '%2e%2e', '1%00', '-1', '1e3'])
      expect([400, 404]).toContain((await api.call('GET', `${path}/../${place}/log`, { token: secret })).status)
  })
})

describe('attack 29: signed out', () => {
  it('nothing answers, whatever headers say', async () => {
    const attempts: Record<string, string>[] = [
      {},
      { authorization: '' },
      { authorization: 'Basic b3duZXI6b3duZXI=' },
      { authorization: 'Bearer fl_' },
      { 'x-middleware-subrequest': 'proxy:proxy:proxy:proxy:proxy', 'x-fairlead-path': '/', 'x-nonce': 'x' },
      { cookie: 'authjs.session-token=x; __Secure-authjs.session-token=x' },
      { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1', 'x-forwarded-user': 'owner' },
    ]
    for (const one of everyOperation()) {
      const headers = attempts[everyOperation().findIndex(({ name }) => name === one.name) % attempts.length]!
      const answer = await fetch(`${api.url}/api/v1${addressOf(one, mine)}`, { method: one.entry.method, headers })
      expect([401, 429], one.name).toContain(answer.status)
      await answer.text()
    }
  })

  it('attack 21: a token in the address is none', async () => {
    const token = await api.token('owner')
    for (const query of [`token=${token}`, `access_token=${token}`, `authorization=Bearer%20${token}`]) {
      const answer = await fetch(`${api.url}/api/v1/projects?${query}`)
      expect(answer.status).toBe(401)
      expect(await answer.text()).not.toContain(token)
    }
  })
})

describe('attacks 20 and 38: bodies and caches', () => {
  it('a body that is too large, too deep or no text is refused', async () => {
    const path = `/environments/${mine.environmentId}/deployments`
    expect(await api.call('POST', path, { body: `{"ref":"${'x'.repeat(9_000_000)}"}` })).toMatchObject({ status: 413 })
    const deep = `{"ref":${'['.repeat(50_000)}${']'.repeat(50_000)}}`
    expect(await api.call('POST', path, { body: deep })).toMatchObject({ status: 400 })
    for (const body of ['[]', 'null', '"x"', '{', '\u0000'])
      expect(await api.call('POST', path, { body })).toMatchObject({ status: 400 })
  })

  it('no answer is kept by anything on its way', async () => {
    for (const one of everyOperation().filter(({ entry }) => entry.method === 'GET' && entry.produces === undefined)) {
      const { headers } = await api.call('GET', addressOf(one, mine))
      expect(headers.get('cache-control'), one.name).toBe('no-store')
    }
  })
})
