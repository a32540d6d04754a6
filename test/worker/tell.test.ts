// Deployments are told: to chats, programs, mail and Git hosts that fail, come back, and have heard everything once in the end.
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { Pool, PoolClient } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { settle, takeMessage } from '@/lib/store/messages.ts'
import { sendMail } from '@/lib/worker/tell-mail.ts'
import { tellOnce, watchMessages } from '@/lib/worker/telling.ts'
import { openHttp, openMail, openTelling } from './tell-place.ts'

let place: Awaited<ReturnType<typeof openTelling>>
let http: Awaited<ReturnType<typeof openHttp>>
let mail: Awaited<ReturnType<typeof openMail>>
const secret = 'a secret of sixteen'

beforeAll(async () => {
  ;[place, http, mail] = await Promise.all([openTelling(), openHttp(), openMail()])
})
afterAll(async () => {
  await place.close()
  await Promise.all([http.close(), mail.close()])
})
beforeEach(async () => {
  await place.empty()
  http.heard.length = http.answers.length = mail.mails.length = mail.refusals.length = 0
  mail.refused.clear()
  place.settings.smtpUrl = mail.url
})

const bodies = (): unknown[] => http.heard.map(({ body }) => JSON.parse(body) as unknown)
const states = async (id: string) => (await place.messages(id)).map(({ event, state }) => `${event} ${state}`)

describe('what happens to a deployment', () => {
  it('is written down for those who want it, and for nobody else', async () => {
    const all = await place.channel({ kind: 'slack', ...at('/all') })
    const ends = await place.channel({ kind: 'slack', ...at('/ends') }, { events: ['failed'] })
    const other = await place.channel({ kind: 'slack', ...at('/x') }, { environmentIds: ['another'] })
    const id = await place.deployment()
    await place.claimed(id)
    await place.finished(id, 'A hook failed.')
    expect(await states(all)).toEqual(['queued waiting', 'started waiting', 'failed waiting'])
    expect(await states(ends)).toEqual(['failed waiting'])
    expect(await states(other)).toEqual([])
  })

  it('is told to a chat in order, once, although it fails for a while', async () => {
    const channel = await place.channel({ kind: 'slack', ...at('/hook/T0/secret-path') })
    http.answers.push({ status: 503 }, { status: 429, headers: { 'retry-after': '7200' } }, { status: 500 })
    const id = await place.deployment()
    await place.finished(id)
    await place.tell()
    expect(await states(channel)).toEqual(['queued waiting', 'succeeded waiting'])
    expect(http.heard).toHaveLength(1)
    await place.due()
    await place.tell()
    await place.due()
    await place.tell()
    await place.due()
    await place.tell()
    expect(await states(channel)).toEqual(['queued sent', 'succeeded sent'])
    expect(http.heard).toHaveLength(5)
    expect(JSON.stringify(bodies()[4])).toContain('succeeded')
  })

  it('is given up after the last try, and where it is refused', async () => {
    const gone = await place.channel({ kind: 'slack', ...at('/gone') }, { events: ['failed'] })
    http.answers.push({ status: 410, body: 'No such hook /gone' })
    await place.finished(await place.deployment(), 'No.')
    await place.tell()
    expect(await place.messages(gone)).toMatchObject([
      { state: 'failed', attempts: 1, answer: '410 Gone No such hook [redacted]' },
    ])
    await place.empty()
    const closed = await place.channel({ kind: 'slack', ...at('/closed') }, { events: ['failed'] })
    http.answers.push(...Array.from({ length: 9 }, () => ({ status: 403 })))
    await place.finished(await place.deployment(), 'No.')
    for (let tries = 0; tries < 4; tries++) {
      await place.due()
      await place.tell()
    }
    expect(await place.messages(closed)).toMatchObject([{ state: 'failed', attempts: 3 }])
    await place.empty()
    http.answers.length = 0
    const broken = await place.channel({ kind: 'slack', ...at('/broken') }, { events: ['failed'] })
    http.answers.push(...Array.from({ length: 12 }, () => ({ status: 500 })))
    await place.finished(await place.deployment(), 'No.')
    for (let tries = 0; tries < 12; tries++) {
      await place.due()
      await place.tell()
    }
    expect(await place.messages(broken)).toMatchObject([{ state: 'failed', attempts: 10 }])
  })

  it('is sent once by two workers at a time, and again by another when one has died', async () => {
    const channel = await place.channel({ kind: 'slack', ...at('/hook') }, { events: ['queued'] })
    const ids = await Promise.all(Array.from({ length: 12 }, () => place.deployment()))
    // Somebody took one and died.
    expect(await takeMessage(place.db)).not.toBeNull()
    await place.db.pool.query(`UPDATE "Message" SET "leaseUntil" = "createdAt"`)
    const workers = await Promise.all([watchMessages(place.worker), watchMessages(place.worker)])
    await expect
      .poll(async () => (await states(channel)).filter((one) => one === 'queued sent').length, { timeout: 20_000 })
      .toBe(12)
    await Promise.all(workers.map((one) => one.stop()))
    expect(http.heard).toHaveLength(ids.length)
  })

  it.each([
    ['is told once', 200, 'succeeded sent'],
    ['is tried again', 503, 'succeeded waiting'],
  ])('%s, although the database is away when an answer of %i has come', async (_, status, state) => {
    const channel = await place.channel({ kind: 'slack', ...at('/hook') }, { events: ['succeeded'] })
    http.answers.push({ status })
    await place.finished(await place.deployment())
    const { pool } = place.db
    let breaks = 1
    const query = (sql: string, values: unknown[]): Promise<unknown> => {
      if (sql.includes('"answer" = $4') && breaks-- > 0)
        return Promise.reject(Object.assign(new Error('terminating connection'), { code: '57P01' }))
      return pool.query(sql, values)
    }
    const breaking = { query, connect: () => pool.connect() } as unknown as Pool
    await tellOnce({ ...place.worker, db: { ...place.db, pool: breaking } }, new AbortController().signal)
    expect(breaks).toBe(-1)
    expect(await states(channel)).toEqual([state])
    expect(http.heard).toHaveLength(1)
  })

  it('goes on waiting when the database does not come back', async () => {
    const channel = await place.channel({ kind: 'slack', ...at('/hook') }, { events: ['succeeded'] })
    await place.finished(await place.deployment())
    const stopping = new AbortController()
    const query = (): Promise<unknown> => {
      stopping.abort(new Error('stopped'))
      return Promise.reject(Object.assign(new Error('terminating connection'), { code: '57P01' }))
    }
    const broken = { query, connect: () => place.db.pool.connect() } as unknown as Pool
    const telling = tellOnce({ ...place.worker, db: { ...place.db, pool: broken } }, stopping.signal)
    await expect(telling).rejects.toMatchObject({ name: 'AbortError' })
    expect(await states(channel)).toEqual(['succeeded waiting'])
  })
})

describe('a channel that doesn’t answer', () => {
  it('holds up nobody else: of each one message is under way at a time', async () => {
    const [silent, other] = [
      await place.channel({ kind: 'slack', ...at('/silent') }, { events: ['queued'] }),
      await place.channel({ kind: 'slack', ...at('/other') }, { events: ['queued'] }),
    ]
    for (let n = 0; n < 3; n++) await place.deployment()
    const taken = [await takeMessage(place.db), await takeMessage(place.db), await takeMessage(place.db)]
    expect(new Set(taken.map((one) => one?.channel.id))).toEqual(new Set([silent, other, undefined]))
    await settle(place.db, taken[0]!, { state: 'sent', answer: '' })
    expect((await takeMessage(place.db))?.channel.id).toBe(taken[0]!.channel.id)
  })

  it('is asked by one at a time, though another takes a message while one is being taken', async () => {
    await place.channel({ kind: 'slack', ...at('/hook') }, { events: ['queued'] })
    for (let n = 0; n < 3; n++) await place.deployment()
    const { pool } = place.db
    let goOn: () => void = () => {}
    const isLetGo = new Promise<void>((resolve) => (goOn = resolve))
    let arrive: () => void = () => {}
    const isTaken = new Promise<void>((resolve) => (arrive = resolve))
    /** Its transaction ends when it is let go. */
    async function connect(): Promise<PoolClient> {
      const client = await pool.connect()
      const query = async (sql: string, values?: unknown[]): Promise<unknown> => {
        if (sql === 'COMMIT') arrive()
        if (sql === 'COMMIT') await isLetGo
        return client.query(sql, values)
      }
      return { query, release: () => client.release() } as unknown as PoolClient
    }
    const one = takeMessage({ ...place.db, pool: { connect } as Pool })
    await isTaken
    let isOver = false
    const other = takeMessage(place.db).finally(() => (isOver = true))
    const waits = `SELECT 1 FROM pg_locks WHERE "locktype" = 'advisory' AND NOT "granted"`
    await expect.poll(async () => isOver || (await pool.query(waits)).rowCount === 1).toBe(true)
    goOn()
    expect([(await one)?.event, await other]).toEqual(['queued', null])
  })
})

describe('those who are told', () => {
  it('are chats whose markup and mentions nothing can use', async () => {
    for (const kind of ['slack', 'discord', 'teams'])
      await place.channel({ kind, ...at(`/${kind}`) }, { events: ['failed'] })
    const id = await place.deployment()
    await place.finished(id, 'Hook [a](https://evil.example) *failed* <@1>\n@here')
    await place.tell()
    const [slack, discord, teams] = ['/slack', '/discord', '/teams'].map(
      (path) => http.heard.find((one) => one.path === path)!.body,
    )
    expect(slack).not.toMatch(/<|"mrkdwn"[^:]/)
    expect(slack).toContain('&lt;!channel&gt;')
    expect(slack).toContain(`https://panel.example/deployments/${id}`)
    expect(JSON.parse(discord!)).toMatchObject({
      allowed_mentions: { parse: [] },
      embeds: [
        {
          description: expect.stringContaining(
            String.raw`\[a\]\(https\://evil.example\) \*failed\* \<\@1\> \@here`,
          ) as string,
        },
      ],
    })
    expect(teams).not.toContain('"TextBlock"')
    expect(teams).toContain('"type":"AdaptiveCard"')
  })

  it('are programs that can tell who signed', async () => {
    await place.channel({ kind: 'webhook', ...at('/program'), secret } as { kind: string }, { events: ['failed'] })
    http.answers.push({ status: 502 })
    const id = await place.deployment('a'.repeat(40))
    await place.finished(id, 'No.')
    await place.tell()
    await place.due()
    await place.tell()
    const [first, second] = http.heard
    const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(second!.headers['x-fairlead-signature']))!
    expect(v1).toBe(createHmac('sha256', secret).update(`${t}.${second!.body}`).digest('hex'))
    expect(second!.headers['x-fairlead-delivery']).toBe(first!.headers['x-fairlead-delivery'])
    expect(JSON.parse(second!.body)).toMatchObject({
      event: 'failed',
      deployment: { id, commit: 'a'.repeat(40), failure: { message: 'No.' }, environment: { slug: 'production' } },
    })
  })

  it('are people who have mail', async () => {
    const channel = await place.channel(
      { kind: 'email', to: ['ada@example.org', 'bob@example.org'] } as { kind: string },
      {
        events: ['failed'],
      },
    )
    mail.refusals.push('451 Later')
    await place.finished(await place.deployment(), '<b>No</b>')
    await place.tell()
    expect(await place.messages(channel)).toMatchObject([{ state: 'waiting', answer: '451 Later' }])
    await place.due()
    await place.tell()
    expect(await states(channel)).toEqual(['failed sent'])
    expect(mail.mails).toHaveLength(1)
    expect(mail.mails[0]).toMatchObject({ to: ['ada@example.org', 'bob@example.org'] })
    expect(mail.mails[0]!.text).toMatch(/^Subject: Shop \/ production: Deployment \d+ failed$/m)
    expect(mail.mails[0]!.text).toContain('&lt;b&gt;No&lt;/b&gt;')
    place.settings.smtpUrl = null
    await place.finished(await place.deployment(), 'No.')
    await place.tell()
    expect((await place.messages(channel))[1]).toMatchObject({ state: 'failed', attempts: 1 })
  })

  it('have mail once each, although others of them are refused it for a while or for good', async () => {
    const to = ['ada@example.org', 'ada@example.org', 'boss@example.org', 'gone@example.org', 'eve@bücher.example']
    const channel = await place.channel({ kind: 'email', to } as { kind: string }, { events: ['failed'] })
    mail.refused.set('boss@example.org', '451 4.7.1 Greylisted').set('gone@example.org', '550 5.1.1 No such user')
    await place.finished(await place.deployment(), 'No.')
    await place.tell()
    const both = 'Not taken for boss@example.org (451 4.7.1 Greylisted), gone@example.org (550 5.1.1 No such user)'
    expect(await place.messages(channel)).toMatchObject([{ state: 'waiting', answer: both }])
    await place.due()
    await place.tell()
    expect(await place.messages(channel)).toMatchObject([{ state: 'waiting', answer: both }])
    mail.refused.delete('boss@example.org')
    await place.due()
    await place.tell()
    const one = 'Not taken for gone@example.org (550 5.1.1 No such user)'
    expect(await place.messages(channel)).toMatchObject([{ state: 'failed', attempts: 3, answer: one }])
    // Somebody has made the mailbox, and presses “Send again”.
    mail.refused.clear()
    await place.again(channel)
    await place.tell()
    expect(await states(channel)).toEqual(['failed sent'])
    const readers = [['ada@example.org', 'eve@xn--bcher-kva.example'], ['boss@example.org'], ['gone@example.org']]
    expect(mail.mails.map((one) => one.to)).toEqual(readers)
    // What has arrived everywhere is sent to all again.
    await place.again(channel)
    await place.tell()
    expect(mail.mails[3]!.to).toHaveLength(4)
  })

  it('hold nobody up who stops, whatever their mail server does', async () => {
    const lines: Socket[] = []
    const stopping = new AbortController()
    const silent = createServer((line) => {
      lines.push(line.on('error', () => {}))
      stopping.abort(new Error('stopped'))
    }).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const smtpUrl = `smtp://127.0.0.1:${(silent.address() as AddressInfo).port}`
    const told = { title: 'x', line: 'x', failure: null, tone: 'plain' as const, url: null }
    const mailing = { to: ['ada@example.org'], told, messageId: '<1@example.org>' }
    const limits = { signal: stopping.signal, limitMs: 60_000 }
    await expect(sendMail({ smtpUrl, from: 'ops@example.org' }, mailing, limits)).rejects.toThrow('stopped')
    for (const line of lines) line.destroy()
    silent.close()
    await once(silent, 'close')
  })

  const sha = 'b'.repeat(40)
  it.each([
    ['github', 'shop/site', `/repos/shop/site/statuses/${sha}`, 'authorization', 'Bearer t0ken', 'success'],
    ['gitea', 'shop/site', `/repos/shop/site/statuses/${sha}`, 'authorization', 'token t0ken', 'success'],
    ['gitlab', 'team/shop/site', `/projects/team%2Fshop%2Fsite/statuses/${sha}`, 'private-token', 't0ken', 'success'],
  ])('are commits on %s', async (kind, repository, path, header, value, state) => {
    const channel = await place.channel({ kind, apiUrl: http.url, token: 't0ken', repository } as { kind: string })
    const id = await place.deployment(sha)
    await place.claimed(id)
    http.answers.push({ status: 502 })
    await place.tell()
    await place.finished(id)
    await place.due()
    await place.tell()
    expect(await states(channel)).toEqual(['queued dropped', 'started dropped', 'succeeded sent'])
    expect(http.heard.map((one) => one.path)).toEqual([path, path])
    expect(http.heard[1]!.headers[header]).toBe(value)
    const name = kind === 'gitlab' ? 'name' : 'context'
    expect(bodies()[1]).toMatchObject({
      state,
      [name]: 'fairlead/production',
      target_url: `https://panel.example/deployments/${id}`,
    })
  })

  it.each([
    ['github', { permissions: { pull: true, push: false } }, 'failed'],
    ['github', { permissions: { pull: true, push: true } }, 'sent'],
    ['gitea', { permissions: { admin: false, pull: true, push: false } }, 'failed'],
    ['gitea', { id: 1 }, 'sent'],
    ['gitlab', { permissions: { project_access: { access_level: 20 }, group_access: null } }, 'failed'],
    ['gitlab', { permissions: { project_access: { access_level: 20 }, group_access: { access_level: 30 } } }, 'sent'],
    ['gitlab', { permissions: { project_access: null, group_access: null } }, 'sent'],
  ])('are repositories on %s that a test only reads; where they answer %j it is %s', async (kind, said, state) => {
    const channel = await place.channel({ kind, apiUrl: http.url, token: 't0ken', repository: 'shop/site' } as {
      kind: string
    })
    // Hosts say much of a repository before they come to rights.
    http.answers.push({ body: JSON.stringify({ about: 'x'.repeat(10_000), ...said }) })
    await place.db.prisma.message.create({ data: { channelId: channel, event: 'test' } })
    await place.tell()
    expect(http.heard).toMatchObject([{ method: 'GET' }])
    const words = state === 'failed' ? 'but not write there' : 'shop/site was read.'
    expect(await place.messages(channel)).toMatchObject([{ state, answer: expect.stringContaining(words) as string }])
  })

  it('are commits that say to everybody that a deployment failed, and to nobody without a sign-in why', async () => {
    for (const kind of ['github', 'gitlab', 'gitea'])
      await place.channel({ kind, apiUrl: http.url, token: 't0ken', repository: 'shop/site' } as { kind: string })
    await place.finished(await place.deployment(sha), '10.0.0.5:22 refused the key for this user.')
    await place.tell()
    expect(bodies()).toHaveLength(3)
    for (const body of bodies())
      expect(body).toMatchObject({ description: expect.stringMatching(/^Could not be deployed \(\d+\)$/) as string })
  })

  it('are commits that something newer took the place of, unless that brings them along', async () => {
    await place.channel(
      { kind: 'github', apiUrl: http.url, token: 't0ken', repository: 'shop/site' } as { kind: string },
      {
        events: ['superseded'],
      },
    )
    const passedBy = await place.deployment(sha)
    await place.db.prisma.deployment.update({ where: { id: passedBy }, data: { status: 'queued' } })
    await place.superseded(passedBy)
    await place.tell()
    const overtaken = await place.deployment(sha)
    await place.db.prisma.deployment.update({ where: { id: overtaken }, data: { attempt: 1 } })
    await place.superseded(overtaken)
    await place.tell()
    const marks = bodies().map((body) => body as { state: string; description: string })
    expect(marks.map(({ state, description }) => `${state}: ${description.replace(/ \(.*/, '')}`)).toEqual([
      'error: A newer one took its place',
      'success: Is part of what is live',
    ])
  })

  it('are chats that hear whether a newer one took the place, or what is live had it already', async () => {
    await place.channel({ kind: 'slack', ...at('/hook') }, { events: ['superseded'] })
    await place.superseded(await place.deployment())
    const overtaken = await place.deployment()
    await place.db.prisma.deployment.update({ where: { id: overtaken }, data: { attempt: 1 } })
    await place.superseded(overtaken)
    await place.tell()
    const [first, second] = http.heard.map(({ body }) => body)
    expect(first).toContain('was superseded by a newer one')
    expect(second).toContain('was not needed: what is live has its commit')
  })

  it('are never marked with what an older deployment of the same commit says late', async () => {
    const channel = await place.channel(
      { kind: 'github', apiUrl: http.url, token: 't0ken', repository: 'shop/site' } as { kind: string },
      { events: ['succeeded', 'failed'] },
    )
    const first = await place.deployment(sha)
    http.answers.push({ status: 500 })
    await place.finished(first, 'No.')
    await place.tell()
    await place.finished(await place.deployment(sha))
    await place.tell()
    await place.due()
    await place.tell()
    expect(await states(channel)).toEqual(['failed dropped', 'succeeded sent'])
  })
})

function at(path: string): { url: string } {
  return { url: `${http.url}${path}` }
}
