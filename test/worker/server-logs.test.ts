// Logs of a server's programs, from the file over OpenSSH and a worker to what a panel function answers.
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mask } from '@/lib/redact/redactor.ts'
import { openMirrors } from '@/lib/git/mirrors.ts'
import { listLogFiles, readLogText } from '@/lib/panel/server-logs.ts'
import { openConnector } from '@/lib/ssh/connector.ts'
import { publicKeyOf } from '@/lib/ssh/keys.ts'
import { farewell, heartbeat } from '@/lib/store/workers.ts'
import { startAnswering, type Answering } from '@/lib/worker/asks.ts'
import { openRecent } from '@/lib/worker/recent.ts'
import { temporaryFolder } from '../git/fixtures.ts'
import { startHost, type Host } from '../hosts/hosts.ts'
import { as, openPanel, refused } from '../panel/panel.ts'
import { insertEnvironment } from '../store/fixtures.ts'

let panel: Awaited<ReturnType<typeof openPanel>>
let host: Host
let root: string
let environmentId: string
let answering: Answering
let beating: NodeJS.Timeout
const folder = temporaryFolder()
const connector = openConnector()
const viewer = as('viewer')
const pem = 'one line of a key\nand another one\nand the last'

beforeAll(async () => {
  panel = await openPanel()
  const { db, secrets } = panel.ctx
  host = await startHost()
  root = await host.root()
  await host.person(`mkdir -p '${root}/logs'`)
  const { host: name, port, user, privateKey, hostKey } = host.address
  const server = { name: 'web1', host: name, port, user, publicKey: publicKeyOf(privateKey), hostKey }
  const { id: serverId } = await db.prisma.server.create({
    data: { ...server, privateKey: secrets.encrypt(privateKey) },
  })
  environmentId = await insertEnvironment(db)
  await db.prisma.target.create({ data: { environmentId, serverId, root } })
  // What was a secret once is one for ever.
  for (const [index, text] of [`OLD=an-old-password\n`, `NEW=the-new-password\nKEY="${pem}"\n`].entries())
    await db.prisma.variableSet.create({
      data: { environmentId, number: index + 1, text: secrets.encrypt(text), sha256: '', createdBy: 'Ada' },
    })
  const log = pino({ level: 'silent' })
  const mirrors = await openMirrors({ folder: join(folder, 'mirrors'), localPrefixes: [folder] })
  const worker = { db, secrets, connector, mirrors, hooks: openRecent<never>(1), panelId: randomUUID(), log }
  answering = await startAnswering(worker)
  const beat = () => heartbeat(db, { id: 'w', hostname: 'here', version: '0' })
  await beat()
  beating = setInterval(() => void beat(), 1_000)
})
afterAll(async () => {
  clearInterval(beating)
  await answering.stop()
  await farewell(panel.ctx.db, 'w')
  await connector.close()
  await host.stop()
  await panel.close()
  await rm(folder, { recursive: true, force: true })
})

const read = (path: string, cursor?: string) => readLogText(panel.ctx, viewer, { environmentId, path, cursor })
/** Adds to a file, byte for byte. */
async function add(path: string, text: string | Buffer): Promise<void> {
  await host.person(`echo '${Buffer.from(text).toString('base64')}' | base64 -d >> '${root}/logs/${path}'`)
}

describe('logs on a server', () => {
  it('are listed, the newest first', async () => {
    await add('a.log', 'one\n')
    await add('b.log', 'four\n')
    await host.person(`touch -d @1000 '${root}/logs/a.log'`)
    const { files, server, isCut } = await listLogFiles(panel.ctx, viewer, { environmentId })
    expect(server).toBe('web1')
    expect(isCut).toBe(false)
    expect(files.map(({ path, bytes }) => [path, bytes])).toEqual([
      ['b.log', 5],
      ['a.log', 4],
    ])
    expect(files[1]!.changedAt).toBe('1970-01-01T00:16:40.000Z')
  })

  it('are followed without a gap, and secrets of now and before are masked, also those that come in parts', async () => {
    await add('app.log', 'with the-new-password and an-old-pass')
    let part = await read('app.log')
    let all = part.text
    for (const text of ['word.\nthen one line of a ke', 'y\nand another one\nand the la', 'st, and nothing more\n']) {
      await add('app.log', text)
      part = await read('app.log', part.cursor)
      all += part.text
    }
    expect(all).toBe(`with ${mask} and ${mask}.\nthen ${mask}, and nothing more\n`)
    expect(part).toMatchObject({ hasMore: false, isNew: false })
    expect(await read('app.log', part.cursor)).toMatchObject({ text: '' })
  })

  it('come with whole characters only', async () => {
    const bytes = Buffer.from('Grüße 🚀\n')
    await add('utf.log', bytes.subarray(0, 3))
    const first = await read('utf.log')
    await add('utf.log', bytes.subarray(3, 9))
    const second = await read('utf.log', first.cursor)
    await add('utf.log', bytes.subarray(9))
    const third = await read('utf.log', second.cursor)
    expect([first.text, second.text, third.text]).toEqual(['Gr', 'üße ', '🚀\n'])
  })

  it('show the end of a large file, whole lines, whatever stands at its edge, and then all that follows', async () => {
    const write = `i=0; while [ $i -lt 20000 ]; do echo "line $i: the-new-password"; i=$((i+1)); done >> '${root}/logs/large.log'`
    await host.person(write)
    const end = await read('large.log')
    expect(end.text).toMatch(/^line \d+: \[redacted\]\n/)
    // A secret at the very end may go on in the next line: it waits for that.
    expect(end.text).toMatch(/\nline 19999: $/)
    expect(end.text).not.toContain('password')
    expect(end.bytes).toBeGreaterThan(500_000)
    await host.person(write)
    let [text, cursor, hasMore] = ['', end.cursor, true]
    while (hasMore) {
      const part = await read('large.log', cursor)
      text += part.text
      ;[cursor, hasMore] = [part.cursor, part.hasMore]
    }
    const added = Array.from({ length: 20_000 }, (_, n) => `line ${n}: ${mask}\n`).join('')
    expect(text).toBe(`${mask}\n${added}`.slice(0, -`${mask}\n`.length))
  })

  it('begin anew after a rotation', async () => {
    await add('rotated.log', 'before\n')
    const { cursor } = await read('rotated.log')
    await host.person(
      `mv '${root}/logs/rotated.log' '${root}/logs/rotated.log.1'; echo after > '${root}/logs/rotated.log'`,
    )
    expect(await read('rotated.log', cursor)).toMatchObject({ isNew: true, text: 'after\n' })
  })

  it('never come from elsewhere, nor from a place that somebody chose', async () => {
    await host.person(`ln -s /etc/passwd '${root}/logs/passwd'`)
    await expect(read('passwd')).rejects.toEqual(refused('forbidden'))
    await expect(read('../release')).rejects.toEqual(refused('invalid'))
    await expect(read('gone.log')).rejects.toEqual(refused('not_found'))
    const { cursor } = await read('a.log')
    await expect(read('b.log', cursor)).rejects.toEqual(refused('invalid'))
    await expect(read('a.log', Buffer.from('{"from":3}').toString('base64url'))).rejects.toEqual(refused('invalid'))
    const guest = { ...viewer, role: 'member' as const }
    await expect(listLogFiles(panel.ctx, guest, { environmentId })).rejects.toEqual(refused('not_found'))
    await expect(readLogText(panel.ctx, guest, { environmentId, path: 'a.log' })).rejects.toEqual(refused('not_found'))
  })

  it('hold nothing of a secret configuration file', async () => {
    const { db, secrets } = panel.ctx
    const content = secrets.encrypt('key = of-a-secret-file\n')
    const revision = { number: 1, content, sha256: '', size: 23, isText: true, isSecret: true, mode: '0640' }
    const revisions = { create: { ...revision, createdBy: 'Ada' } }
    await db.prisma.configFile.create({ data: { environmentId, target: 'release', path: 'key.ini', revisions } })
    await add('files.log', 'loaded of-a-secret-file from:\n  key = of-a-secret-file\n\n--\n')
    expect((await read('files.log')).text).toContain(`loaded ${mask} from:\n  ${mask}\n`)
  })

  it('are none where there is no folder', async () => {
    await host.person(`rm -rf '${root}/logs'`)
    expect(await listLogFiles(panel.ctx, viewer, { environmentId })).toMatchObject({
      files: [],
      folder: `${root}/logs`,
    })
  })
})
