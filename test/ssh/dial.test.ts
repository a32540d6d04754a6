import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ServerAddress } from '@/lib/deploy/types.ts'
import type { OpenConnector } from '@/lib/ssh/connector.ts'
import { openConnector } from '@/lib/ssh/connector.ts'
import { fingerprint, generateKeyPair, publicKeyOf } from '@/lib/ssh/keys.ts'
import type { Sandbox } from '@/scripts/sandbox.ts'
import { startSandbox } from '@/scripts/sandbox.ts'
import { read, run } from './contract.ts'
import { openRelay } from './relay.ts'

describe('connecting', () => {
  let folder: string
  let sandbox: Sandbox
  let address: ServerAddress
  let relay: Awaited<ReturnType<typeof openRelay>>
  const connectors: OpenConnector[] = []
  const connector = (options = {}): OpenConnector => {
    const opened = openConnector(options)
    connectors.push(opened)
    return opened
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dial-'))
    sandbox = await startSandbox({ folder })
    const { privateKey, publicKey } = generateKeyPair()
    await sandbox.authorize(publicKey)
    address = { id: 'a', host: '127.0.0.1', port: sandbox.port, user: 'x', privateKey, hostKey: sandbox.hostKey }
  })
  afterEach(async () => {
    await Promise.all(connectors.splice(0).map((opened) => opened.close()))
  })
  afterAll(async () => {
    await sandbox.stop()
    await rm(folder, { recursive: true })
  })

  it('tries again when a busy server drops connections before the handshake', async () => {
    relay = await openRelay(address)
    relay.refuseNext(2)
    const connection = await connector().connect(relay.address)
    expect((await run(connection, 'echo in')).output).toBe('in\n')
    expect(relay.accepted()).toBe(3)
    await relay.close()
  })

  it('gives up on a server that always drops connections, as unreachable', async () => {
    relay = await openRelay(address)
    relay.refuseNext(1000)
    await expect(connector().connect(relay.address)).rejects.toMatchObject({
      code: 'unreachable',
      details: { server: 'a', host: '127.0.0.1' },
    })
    expect(relay.accepted()).toBe(4)
    await relay.close()
  })

  it('asks a server that refuses the key only once', async () => {
    relay = await openRelay(address)
    const { privateKey } = generateKeyPair()
    await expect(connector().connect({ ...relay.address, privateKey })).rejects.toMatchObject({ code: 'forbidden' })
    expect(relay.accepted()).toBe(1)
    await relay.close()
  })

  it('says timed_out for a server that accepts and says nothing', async () => {
    relay = await openRelay(address)
    relay.freeze()
    await expect(connector().connect(relay.address, { timeoutMs: 200 })).rejects.toMatchObject({ code: 'timed_out' })
    await expect(connector().hostKey(relay.address, { timeoutMs: 200 })).rejects.toMatchObject({ code: 'timed_out' })
    await relay.close()
  })

  it('says unreachable at once where nothing listens', async () => {
    relay = await openRelay(address)
    await relay.close()
    await expect(connector().connect(relay.address)).rejects.toMatchObject({ code: 'unreachable' })
    await expect(connector().hostKey(relay.address)).rejects.toMatchObject({ code: 'unreachable' })
  })

  it('stops waiting when it is told to, and others who wait for the same server get their connection', async () => {
    relay = await openRelay(address)
    const both = connector()
    const abort = new AbortController()
    const first = both.connect(relay.address, { signal: abort.signal })
    const second = both.connect(relay.address)
    abort.abort(new Error('no longer wanted'))
    await expect(first).rejects.toThrow('no longer wanted')
    expect((await run(await second, 'echo second')).output).toBe('second\n')
    expect(relay.accepted()).toBe(1)
    await relay.close()
  })

  it('ends a connection that nobody holds, but not before', async () => {
    const short = connector({ idleMs: 1 })
    const one = await short.connect(address)
    const two = await short.connect(address)
    one.end()
    expect((await run(two, 'echo held')).output).toBe('held\n')
    two.end()
    await two.closed
  })

  it('hands the same connection out again for as long as its keepalives are answered', async () => {
    relay = await openRelay(address)
    const pool = connector({ keepaliveMs: 10 })
    const first = await pool.connect(relay.address)
    for (let i = 0; i < 5; i += 1) {
      const before = relay.carried()
      await expect.poll(() => relay.carried(), { interval: 1 }).toBeGreaterThan(before)
      await first.roundTripMs()
      expect((await pool.connect(relay.address)).closed).toBe(first.closed)
    }
    expect(relay.accepted()).toBe(1)
    await relay.close()
  })

  it('uses another connection for another user, key or pinned key', async () => {
    const pool = connector()
    const first = await pool.connect(address)
    expect((await pool.connect({ ...address, user: 'y' })).closed).not.toBe(first.closed)
    const { privateKey, publicKey } = generateKeyPair()
    await sandbox.authorize(publicKey)
    expect((await pool.connect({ ...address, privateKey })).closed).not.toBe(first.closed)
    const hostKey = publicKeyOf(generateKeyPair().privateKey)
    await expect(pool.connect({ ...address, hostKey })).rejects.toMatchObject({ code: 'host_key_changed' })
  })

  it('notices a line that went silent, by unanswered keepalives', async () => {
    relay = await openRelay(address)
    const connection = await connector({ keepaliveMs: 20 }).connect(relay.address)
    const channel = await connection.exec('cat')
    relay.freeze()
    await connection.closed
    await expect(channel.exit).rejects.toMatchObject({ code: 'unreachable' })
    await expect(read(channel)).rejects.toMatchObject({ code: 'unreachable' })
    await relay.close()
  })

  it('does not let a flood of errors fill memory while the output is not read', async () => {
    relay = await openRelay(address)
    const connection = await connector().connect(relay.address)
    const flood = await connection.exec('yes output & yes error >&2')
    /** How much came from the server while that many zeros were read. */
    const carriedFor = async (zeros: number): Promise<number> => {
      const before = relay.carried()
      expect((await read(await connection.exec(`head -c ${zeros} /dev/zero`))).length).toBe(zeros)
      return relay.carried() - before
    }
    // It stops when a window's worth of output waits; which of the two floods comes first until then is the server's affair.
    await carriedFor(30_000_000)
    expect(await carriedFor(30_000_000)).toBeLessThan(35_000_000)
    flood.close()
    await flood.exit
    await relay.close()
  })

  it('waits for a free session on a server that allows fewer than eight', async () => {
    const { privateKey: hostKey } = generateKeyPair()
    let open = 0
    const server = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
      client.on('error', () => {})
      client.on('authentication', (context) => context.accept())
      client.on('session', (accept, reject) => {
        if (open === 2) return reject()
        open += 1
        const session = accept()
        session.on('close', () => (open -= 1))
        session.on('exec', (take, _refuse, info) => {
          const channel = take()
          channel.on('data', () => {})
          channel.on('end', () => {
            channel.write(info.command)
            channel.exit(0)
            channel.end()
          })
        })
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
    const { port } = server.address() as { port: number }
    const connection = await connector().connect({ ...address, port, hostKey: publicKeyOf(hostKey) })
    const outputs = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((command) => run(connection, command)))
    expect(outputs.map(({ output }) => output)).toEqual(['a', 'b', 'c', 'd', 'e'])
    await connectors[0]?.close()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  })
})

describe('key pairs', () => {
  it('makes keys that OpenSSH reads, every time', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keys-'))
    for (let i = 0; i < 400; i += 1) {
      const pair = generateKeyPair('someone')
      expect(pair.publicKey).toBe(`${publicKeyOf(pair.privateKey)} someone`)
    }
    const { privateKey, publicKey } = generateKeyPair('someone')
    const file = join(folder, 'key')
    await writeFile(file, privateKey, { mode: 0o600 })
    expect(execFileSync('ssh-keygen', ['-y', '-f', file]).toString().trim()).toBe(publicKey)
    expect(execFileSync('ssh-keygen', ['-l', '-f', file]).toString()).toContain(fingerprint(publicKey))
    await rm(folder, { recursive: true })
  })
})
