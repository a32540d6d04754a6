// A project whose deployments are told, and those who are told: small servers that take HTTP and mail, and do as the test says.
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { createServer as createLine } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import pino from 'pino'
import type { ToldEvent } from '@/lib/deploy/telling.ts'
import { openSecrets } from '@/lib/secrets.ts'
import { makeDue } from '@/lib/store/channels.ts'
import { openDatabase } from '@/lib/store/database.ts'
import { appendEvents } from '@/lib/store/events.ts'
import type { LockedDeployment } from '@/lib/store/events.ts'
import { inTransaction } from '@/lib/store/transaction.ts'
import { tellOnce } from '@/lib/worker/telling.ts'
import type { TellWorker } from '@/lib/worker/telling.ts'
import { testDatabase } from '../database.ts'
import { insertEnvironment, request } from '../store/fixtures.ts'

type Heard = { method: string; path: string; headers: IncomingHttpHeaders; body: string }
type Answer = { status?: number; headers?: Record<string, string>; body?: string }

/** Hears what it is sent; answers as the queue says, and 200 when that is empty. */
export async function openHttp() {
  const heard: Heard[] = []
  const answers: Answer[] = []
  const server = createServer((asked, response) => {
    const parts: Buffer[] = []
    asked.on('data', (part: Buffer) => parts.push(part))
    asked.on('end', () => {
      const body = Buffer.concat(parts).toString()
      heard.push({ method: asked.method ?? '', path: asked.url ?? '', headers: asked.headers, body })
      const answer = answers.shift() ?? {}
      response.writeHead(answer.status ?? 200, answer.headers).end(answer.body ?? 'ok')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    heard,
    answers,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => closed(server),
  }
}

/** Takes mail; `refusals` are said instead of taking one, `refused` instead of taking it for such an address. */
export async function openMail() {
  const mails: { to: string[]; text: string }[] = []
  const refusals: string[] = []
  const refused = new Map<string, string>()
  const server = createLine((line) => {
    let rest = ''
    let to: string[] = []
    let text: string | null = null
    const say = (words: string): void => void line.write(`${words}\r\n`)
    const hear = (words: string): void => {
      if (text !== null && words !== '.') text += `${words}\n`
      else if (text !== null) {
        mails.push({ to, text })
        ;[to, text] = [[], null]
        say('250 2.0.0 Taken')
      } else if (/^EHLO/i.test(words)) say('250 mail.example')
      else if (/^MAIL/i.test(words)) say(refusals.shift() ?? '250 Fine')
      else if (/^RCPT/i.test(words)) {
        const address = words.replace(/^.*<(.*)>.*$/, '$1')
        const refusal = refused.get(address)
        if (refusal === undefined) to.push(address)
        say(refusal ?? '250 Fine')
      } else if (/^DATA/i.test(words)) {
        text = ''
        say('354 Go on')
      } else if (/^QUIT/i.test(words)) line.end('221 Bye\r\n')
      else say('250 Fine')
    }
    line.on('error', () => {})
    line.on('data', (part) => {
      const lines = (rest + part.toString()).split('\r\n')
      rest = lines.pop() ?? ''
      lines.forEach(hear)
    })
    say('220 mail.example')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    mails,
    refusals,
    refused,
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => closed(server),
  }
}

async function closed(server: Server): Promise<void> {
  server.close()
  await once(server, 'close')
}

export async function openTelling() {
  const database = await testDatabase()
  const db = openDatabase(database.url)
  const secrets = openSecrets(randomBytes(32))
  const environmentId = await insertEnvironment(db)
  const { projectId } = await db.prisma.environment.findUniqueOrThrow({ where: { id: environmentId } })
  const settings = {
    publicUrl: 'https://panel.example',
    privateHosts: ['127.0.0.1'],
    smtpUrl: null as string | null,
    mailFrom: null,
  }
  const worker: TellWorker = { db, secrets, settings, log: pino({ level: 'silent' }) }
  const { signal } = new AbortController()

  return {
    db,
    environmentId,
    projectId,
    settings,
    worker,
    async channel(config: { kind: string }, more: { events?: ToldEvent[]; environmentIds?: string[] } = {}) {
      const { id } = await db.prisma.channel.create({
        data: {
          projectId,
          name: config.kind,
          kind: config.kind,
          config: secrets.encrypt(JSON.stringify(config)),
          shown: '',
          events: ['queued', 'started', 'succeeded', 'failed'],
          createdBy: 'Ada',
          ...more,
        },
      })
      return id
    },
    /** A deployment of a commit, queued. */
    async deployment(commit = randomBytes(20).toString('hex')) {
      const { id } = await request(db, environmentId)
      await db.prisma.deployment.update({
        where: { id },
        data: { revision: commit, status: 'running', requestedByName: 'Ada <!channel> @everyone' },
      })
      return id
    },
    claimed: (id: string) => append(id, { type: 'claimed', data: { worker: randomUUID(), attempt: 1, epoch: '1' } }),
    finished: (id: string, message?: string) =>
      append(id, {
        type: 'finished',
        data: message
          ? { status: 'failed', failure: { code: 'command_failed', message } }
          : { status: 'succeeded', failure: null },
      }),
    superseded: (id: string) => append(id, { type: 'finished', data: { status: 'superseded', failure: null } }),
    /** Nobody waits for the time of the next try. */
    async due(): Promise<void> {
      await db.pool.query(`UPDATE "Message" SET "dueAt" = clock_timestamp()`)
    },
    /** Somebody presses “Send again” at the channel's first message. */
    async again(channelId: string): Promise<void> {
      const { id } = await db.prisma.message.findFirstOrThrow({ where: { channelId }, orderBy: { id: 'asc' } })
      await makeDue(db.prisma, id)
    },
    /** Until nothing is due. */
    async tell(): Promise<void> {
      while (await tellOnce(worker, signal));
    },
    async messages(channelId: string) {
      const rows = await db.prisma.message.findMany({ where: { channelId }, orderBy: { id: 'asc' } })
      return rows.map(({ event, state, attempts, answer }) => ({ event, state, attempts, answer }))
    },
    async empty(): Promise<void> {
      await db.prisma.channel.deleteMany()
      await db.prisma.deployment.deleteMany()
    },
    async close(): Promise<void> {
      await db.close()
      await database.drop()
    },
  }

  function append(id: string, event: Parameters<typeof appendEvents>[2][number]): Promise<void> {
    return inTransaction(db.pool, async (client) => {
      const { rows } = await client.query<LockedDeployment>(
        `SELECT "id", "environmentId", "nextSeq", "status" FROM "Deployment" WHERE "id" = $1 FOR UPDATE`,
        [id],
      )
      await appendEvents(client, rows[0]!, [event])
    })
  }
}
