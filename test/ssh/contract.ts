import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Channel, Connection, ServerAddress } from '@/lib/deploy/types.ts'
import { openConnector } from '@/lib/ssh/connector.ts'
import { fingerprint, generateKeyPair, publicKeyOf } from '@/lib/ssh/keys.ts'
import { openRelay } from './relay.ts'

/** A server under test; `stop` ends it. */
export type Subject = { address: ServerAddress; stop(): Promise<void> }

export async function read(channel: Channel): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const bytes of channel.output) parts.push(bytes)
  return Buffer.concat(parts)
}

/** Runs a command with this input; what came out and how it ended. */
export async function run(connection: Connection, command: string, input: Uint8Array | string = '') {
  const channel = await connection.exec(command)
  const output = read(channel)
  if (input.length > 0) await channel.write(Buffer.from(input))
  channel.end()
  return { output: (await output).toString(), ...(await channel.exit), stderr: channel.stderr() }
}

/** What every connection has to do, whatever server is at the other end. */
export function connectionContract(name: string, start: () => Promise<Subject>): void {
  describe(`a connection to ${name}`, () => {
    let subject: Subject
    let connection: Connection
    const connector = openConnector()
    beforeAll(async () => {
      subject = await start()
      connection = await connector.connect(subject.address)
    }, 60_000)
    afterAll(async () => {
      await connector.close()
      await subject.stop()
    }, 30_000)

    it('runs a command and keeps output and errors apart', async () => {
      expect(await run(connection, 'echo out; echo err >&2')).toEqual({
        output: 'out\n',
        stderr: 'err\n',
        code: 0,
        signal: null,
      })
    })

    it('carries 5 MB of input and output byte for byte', async () => {
      const bytes = Buffer.alloc(5_000_000)
      for (let i = 0; i < bytes.length; i += 1) bytes[i] = (i * 31 + (i >> 8) * 7) & 255
      const channel = await connection.exec('cat')
      const output = read(channel)
      for (let i = 0; i < bytes.length; i += 70_001) await channel.write(bytes.subarray(i, i + 70_001))
      channel.end()
      expect(
        createHash('sha256')
          .update(await output)
          .digest('hex'),
      ).toBe(createHash('sha256').update(bytes).digest('hex'))
      expect(await channel.exit).toEqual({ code: 0, signal: null })
    })

    it.each([1, 65, 127, 255])('reports exit code %i', async (code) => {
      expect(await run(connection, `exit ${code}`)).toMatchObject({ code, signal: null })
    })

    it('reports an end by signal as no code at all', async () => {
      expect(await run(connection, 'kill -KILL $$')).toMatchObject({ code: null, signal: 'SIGKILL' })
    })

    it('waits for the exit code of a command that closes its output first', async () => {
      const channel = await connection.exec('exec >&- 2>&-; read line; exit 7')
      const output = read(channel)
      await channel.write(Buffer.from('go\n'))
      channel.end()
      expect((await output).length).toBe(0)
      expect(await channel.exit).toEqual({ code: 7, signal: null })
    })

    it('waits for the exit code when input and output have both ended before', async () => {
      const channel = await connection.exec('exec >&- 2>&- <&-; sleep 0.3; exit 9')
      channel.end()
      expect((await read(channel)).length).toBe(0)
      expect(await channel.exit).toEqual({ code: 9, signal: null })
    })

    it('keeps the last 8 KiB of a long stderr', async () => {
      const { stderr, code } = await run(
        connection,
        'i=0; while [ $i -lt 4000 ]; do echo "line number $i" >&2; i=$((i+1)); done',
      )
      expect(code).toBe(0)
      expect(stderr.length).toBe(8192)
      expect(stderr.endsWith('line number 3999\n')).toBe(true)
    })

    it('runs more commands at once than a connection has channels, and never more than eight', async () => {
      const channels = await Promise.all(Array.from({ length: 8 }, () => connection.exec('read line; echo "$line"')))
      let opened = false
      const ninth = connection.exec('echo ninth').then((channel) => {
        opened = true
        return channel
      })
      await connection.roundTripMs()
      await connection.roundTripMs()
      expect(opened).toBe(false)
      const outputs = channels.map(read)
      for (const [i, channel] of channels.entries()) {
        await channel.write(Buffer.from(`${i}\n`))
        channel.end()
      }
      expect((await Promise.all(outputs)).map(String)).toEqual(channels.map((_, i) => `${i}\n`))
      expect(String(await read(await ninth))).toBe('ninth\n')
      const many = await Promise.all(Array.from({ length: 20 }, (_, i) => run(connection, `echo ${i}`)))
      expect(many.map(({ output }) => output)).toEqual(many.map((_, i) => `${i}\n`))
    })

    it('keeps a command waiting in advance, which gives way to others', async () => {
      const command = 'read line; echo "$line"'
      const ready = openConnector({ standby: command })
      const holding = await ready.connect(subject.address)
      const answer = async (text: string): Promise<string> => {
        const channel = await holding.exec(command)
        const output = read(channel)
        await channel.write(Buffer.from(`${text}\n`))
        channel.end()
        return String(await output)
      }
      for (const text of ['one', 'two', 'three']) expect(await answer(text)).toBe(`${text}\n`)
      const eight = await Promise.all(Array.from({ length: 8 }, () => holding.exec('cat')))
      for (const channel of eight) channel.end()
      await Promise.all(eight.map((channel) => channel.exit))
      const texts = Array.from({ length: 20 }, (_, i) => `number ${i}`)
      expect(await Promise.all(texts.map(answer))).toEqual(texts.map((text) => `${text}\n`))
      holding.end()
      await ready.close()
    })

    it('holds back an endless command instead of filling memory, and lets go of it', async () => {
      const relay = await openRelay(subject.address)
      const relayed = await connector.connect(relay.address)
      const channel = await relayed.exec('while :; do echo 0123456789012345678901234567890123456789; done')
      for await (const bytes of channel.output) {
        expect(bytes.length).toBeGreaterThan(0)
        break
      }
      const other = await relayed.exec('head -c 30000000 /dev/zero')
      let length = 0
      for await (const bytes of other.output) length += bytes.length
      expect(length).toBe(30_000_000)
      // While nobody read it, the endless command had as long as 30 MB took, and sent what its window allows.
      expect(relay.carried()).toBeGreaterThan(30_000_000)
      expect(relay.carried()).toBeLessThan(40_000_000)
      channel.close()
      await channel.exit
      expect((await run(relayed, 'echo alive')).output).toBe('alive\n')
      relayed.end()
      await relay.close()
    })

    it('refuses to write to a command that has ended, without hanging', async () => {
      const channel = await connection.exec('exit 3')
      const output = read(channel)
      const block = Buffer.alloc(1_000_000)
      await expect(
        (async () => {
          for (;;) await channel.write(block)
        })(),
      ).rejects.toMatchObject({ code: 'unavailable' })
      await output
      expect((await channel.exit).code).toBe(3)
    })

    it('measures a round trip', async () => {
      expect(await connection.roundTripMs()).toBeGreaterThan(0)
    })

    it('shares one connection among holders and leaves it warm', async () => {
      const other = await connector.connect(subject.address)
      expect(other.closed).toBe(connection.closed)
      const follow = await other.exec('cat')
      other.end()
      await follow.exit
      await expect(other.exec('true')).rejects.toMatchObject({ code: 'unreachable' })
      expect((await run(connection, 'echo still')).output).toBe('still\n')
    })

    it('reports a cut line to readers, writers and waiters, and connects anew', async () => {
      const relay = await openRelay(subject.address)
      const cuttable = await connector.connect(relay.address)
      const channel = await cuttable.exec('echo first; cat')
      const parts: string[] = []
      const reading = (async () => {
        for await (const bytes of channel.output) {
          parts.push(Buffer.from(bytes).toString())
          relay.cut()
        }
      })()
      await expect(reading).rejects.toMatchObject({ code: 'unreachable' })
      expect(parts.join('')).toBe('first\n')
      await expect(channel.exit).rejects.toMatchObject({ code: 'unreachable' })
      await expect(channel.write(Buffer.from('x'))).rejects.toMatchObject({ code: 'unreachable' })
      await cuttable.closed
      await expect(cuttable.exec('true')).rejects.toMatchObject({ code: 'unreachable' })
      await expect(cuttable.roundTripMs()).rejects.toMatchObject({ code: 'unreachable' })
      const again = await connector.connect(relay.address)
      expect((await run(again, 'echo again')).output).toBe('again\n')
      again.end()
      await relay.close()
    })

    it('reads the host key without signing in', async () => {
      const { hostKey, fingerprint: shown } = await connector.hostKey(subject.address)
      expect(hostKey).toBe(subject.address.hostKey)
      expect(shown).toBe(fingerprint(hostKey))
    })

    it('refuses another host key than the pinned one, and an unconfirmed one', async () => {
      const pinned = publicKeyOf(generateKeyPair().privateKey)
      await expect(connector.connect({ ...subject.address, hostKey: pinned })).rejects.toMatchObject({
        code: 'host_key_changed',
        details: { expected: fingerprint(pinned), presented: fingerprint(subject.address.hostKey ?? '') },
      })
      await expect(connector.connect({ ...subject.address, hostKey: null })).rejects.toMatchObject({ code: 'invalid' })
    })

    it('says that the host key changed when the server has no key of the pinned type any more', async () => {
      const hostKey = `ecdsa-sha2-nistp256 ${Buffer.from('another').toString('base64')}`
      await expect(connector.connect({ ...subject.address, hostKey })).rejects.toMatchObject({
        code: 'host_key_changed',
      })
    })

    it('says forbidden for a key that the server refuses, and shows nothing of it', async () => {
      const { privateKey } = generateKeyPair()
      const refusal = await connector.connect({ ...subject.address, privateKey }).catch((error: unknown) => error)
      expect(refusal).toMatchObject({ code: 'forbidden' })
      expect(JSON.stringify(refusal, Object.getOwnPropertyNames(refusal))).not.toContain(privateKey.slice(60, 100))
    })
  })
}
