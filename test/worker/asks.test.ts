import { randomBytes, randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import pino from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Commit, ServerAddress } from '@/lib/deploy/types.ts'
import { openMirrors } from '@/lib/git/mirrors.ts'
import { readBranches } from '@/lib/panel/projects.ts'
import { checkServer, confirmHostKey, getServer, readHostKey } from '@/lib/panel/servers.ts'
import { openSecrets } from '@/lib/secrets.ts'
import { readSettings } from '@/lib/settings.ts'
import { openConnector } from '@/lib/ssh/connector.ts'
import { fingerprint, publicKeyOf } from '@/lib/ssh/keys.ts'
import { openDatabase } from '@/lib/store/database.ts'
import type { Database } from '@/lib/store/database.ts'
import { heartbeat } from '@/lib/store/workers.ts'
import { startAnswering } from '@/lib/worker/asks.ts'
import type { Answering } from '@/lib/worker/asks.ts'
import type { Answerer } from '@/lib/worker/questions.ts'
import { openRecent } from '@/lib/worker/recent.ts'
import { testDatabase } from '../database.ts'
import type { TestDatabase } from '../database.ts'
import { Repository, temporaryFolder } from '../git/fixtures.ts'
import { startHost } from '../hosts/hosts.ts'
import type { Host } from '../hosts/hosts.ts'
import { owner } from '../panel/panel.ts'
import { openRelay } from '../ssh/relay.ts'
import { addAsk, askWorkers } from './asking.ts'

let own: TestDatabase
let db: Database
let host: Host
let worker: Answerer
let folder: string
let repository: Repository
let shas: string[]
const connector = openConnector()
const workers: Answering[] = []

beforeAll(async () => {
  own = await testDatabase()
  db = openDatabase(own.url)
  host = await startHost()
  folder = temporaryFolder()
  repository = new Repository(join(folder, 'shop'))
  shas = ['first', 'second', 'Third thing'].map((message) => repository.commit(message))
  for (const tag of ['v10', 'v2']) repository.git('tag', tag)
  repository.git('branch', 'feature', shas[0]!)
  const mirrors = await openMirrors({ folder: join(folder, 'mirrors'), localPrefixes: [folder] })
  const log = pino({ level: 'silent' })
  worker = {
    db,
    secrets: openSecrets(randomBytes(32)),
    connector,
    mirrors,
    hooks: openRecent(8),
    panelId: randomUUID(),
    log,
  }
})
afterEach(async () => {
  await Promise.all(workers.splice(0).map((answering) => answering.stop()))
})
afterAll(async () => {
  await connector.close()
  await host.stop()
  await db.close()
  await own.drop()
  await rm(folder, { recursive: true })
})

async function start(): Promise<void> {
  workers.push(await startAnswering(worker))
}

async function addServer(more: Partial<ServerAddress> = {}): Promise<string> {
  const { host: name, port, user, privateKey, hostKey } = { ...host.address, ...more }
  const row = { name: randomUUID(), host: name, port, user, publicKey: publicKeyOf(privateKey), hostKey }
  return (await db.prisma.server.create({ data: { ...row, privateKey: worker.secrets.encrypt(privateKey) } })).id
}

async function addProject(repositoryUrl = repository.path): Promise<string> {
  const data = { name: 'Shop', slug: randomUUID(), repositoryUrl, access: 'none' }
  return (await db.prisma.project.create({ data })).id
}

describe('questions to workers', () => {
  it('gives the host key that a server presents, confirmed or not', async () => {
    await start()
    const serverId = await addServer({ hostKey: null })
    const { answer } = await askWorkers(db, 'hostKey', { serverId })
    const hostKey = host.address.hostKey!
    expect(answer).toEqual({ hostKey, fingerprint: fingerprint(hostKey) })
  })

  it('lists branches and tags, and commits with a search', async () => {
    await start()
    const projectId = await addProject()
    const { answer } = await askWorkers(db, 'refs', { projectId })
    expect(answer).toEqual([
      { name: 'feature', kind: 'branch', sha: shas[0] },
      { name: 'main', kind: 'branch', sha: shas[2] },
      { name: 'v2', kind: 'tag', sha: shas[2] },
      { name: 'v10', kind: 'tag', sha: shas[2] },
    ])
    const subjects = async (search?: string, ref = 'main') =>
      ((await askWorkers(db, 'commits', { projectId, ref, ...(search ? { search } : {}) })).answer as Commit[]).map(
        ({ subject }) => subject,
      )
    expect(await subjects()).toEqual(['Third thing', 'second', 'first'])
    expect(await subjects('THIRD')).toEqual(['Third thing'])
    expect(await subjects(shas[2]!.slice(0, 8), 'feature')).toEqual(['Third thing'])
    const newest = repository.commit('pushed just now')
    expect(await subjects('pushed')).toEqual(['pushed just now'])
    repository.git('reset', '-q', '--hard', `${newest}~1`)
  })

  it.each([
    ['a server that is gone', 'hostKey', { serverId: randomUUID() }, 'not_found'],
    ['a project that is gone', 'refs', { projectId: randomUUID() }, 'not_found'],
    ['another kind', 'weather', { serverId: randomUUID() }, 'invalid'],
    ['another input', 'check', { serverId: 'x' }, 'invalid'],
  ])('refuses %s, and goes on', async (_name, kind, input, code) => {
    await start()
    expect(await askWorkers(db, kind, input)).toMatchObject({ state: 'refused', answer: null, error: { code } })
    expect(await askWorkers(db, 'refs', { projectId: await addProject() })).toMatchObject({ state: 'answered' })
  })

  it('refuses with the code and the words that git or the server gave', async () => {
    await start()
    const projectId = await addProject(join(folder, 'nothing'))
    expect(await askWorkers(db, 'refs', { projectId })).toMatchObject({
      error: { code: 'not_found', message: expect.stringContaining('nothing') },
    })
    const branch = { projectId: await addProject(), ref: 'gone' }
    expect(await askWorkers(db, 'commits', branch)).toMatchObject({
      error: { code: 'not_found', details: { ref: 'gone' } },
    })
    const serverId = await addServer({ port: 1 })
    expect(await askWorkers(db, 'hostKey', { serverId })).toMatchObject({ error: { code: 'unreachable' } })
    const unconfirmed = await addServer({ hostKey: null })
    expect(await askWorkers(db, 'check', { serverId: unconfirmed })).toMatchObject({ error: { code: 'conflict' } })
  })

  it('gives the panel what its functions expect', async () => {
    await start()
    await heartbeat(db, { id: randomUUID(), hostname: 'here', version: '1' })
    const settings = readSettings({ DATABASE_URL: own.url, FAIRLEAD_LOG_LEVEL: 'silent' })
    const ctx = { db, secrets: worker.secrets, settings }
    const id = await addServer({ hostKey: null })
    const { fingerprint: shown } = await readHostKey(ctx, owner, { id })
    expect((await confirmHostKey(ctx, owner, { id, fingerprint: shown })).fingerprint).toBe(shown)
    const report = await checkServer(ctx, owner, { id, root: await host.root() })
    expect(report.verdict).toBe('ok')
    expect((await getServer(ctx, owner, { id })).check).toEqual(report)
    expect(await readBranches(ctx, owner, { id: await addProject() })).toHaveLength(4)
  })

  it('answers what was asked before it listened, and what nobody told it of', async () => {
    const before = await addAsk(db, 'refs', { projectId: await addProject() })
    await start()
    expect(await askWorkers(db, 'refs', { projectId: await addProject() }, { silently: true })).toMatchObject({
      state: 'answered',
    })
    expect((await db.prisma.ask.findUniqueOrThrow({ where: { id: before } })).state).toBe('answered')
  })

  it('shares many questions between two workers; each is answered once', async () => {
    await start()
    await start()
    const projectId = await addProject()
    await db.pool.query(`CREATE TABLE written (id text)`)
    await db.pool.query(
      `CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO written VALUES (NEW.id); RETURN NEW; END $$`,
    )
    await db.pool.query(`CREATE TRIGGER note AFTER UPDATE OF answer ON "Ask" FOR EACH ROW EXECUTE FUNCTION note()`)
    const answers = await Promise.all(Array.from({ length: 24 }, () => askWorkers(db, 'refs', { projectId })))
    expect(new Set(answers.map(({ state }) => state))).toEqual(new Set(['answered']))
    const { rows } = await db.pool.query(
      `SELECT count(*)::int AS all, count(DISTINCT id)::int AS different FROM written`,
    )
    expect(rows[0]).toEqual({ all: 24, different: 24 })
  })

  it('gives up before the deadline of a question, and when it is stopped', async () => {
    const relay = await openRelay(host.address)
    relay.freeze()
    const serverId = await addServer({ port: relay.address.port })
    await start()
    expect(await askWorkers(db, 'hostKey', { serverId }, { deadlineMs: 1500 })).toMatchObject({
      error: { code: 'timed_out' },
    })
    const asked = askWorkers(db, 'hostKey', { serverId })
    const before = relay.accepted()
    await expect.poll(() => relay.accepted(), { interval: 5 }).toBeGreaterThan(before)
    await workers.splice(0)[0]!.stop()
    expect(await asked).toMatchObject({ state: 'refused', error: { code: 'unavailable' } })
    await relay.close()
  })

  it('goes on when its connections to the database were cut', async () => {
    await start()
    await db.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    )
    await expect
      .poll(() => askWorkers(db, 'refs', { projectId: '' }).catch(() => null))
      .toMatchObject({ error: { code: 'invalid' } })
  })
})
