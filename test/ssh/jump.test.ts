// Servers that are reached through others: two real OpenSSH servers, of which one alone knows where the other is.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ServerAddress } from '@/lib/deploy/types.ts'
import { openConnector } from '@/lib/ssh/connector.ts'
import type { OpenConnector } from '@/lib/ssh/connector.ts'
import { fingerprint, generateKeyPair, publicKeyOf } from '@/lib/ssh/keys.ts'
import { canMakeMachines, startHost, startPlain } from '../hosts/hosts.ts'
import type { Host } from '../hosts/hosts.ts'
import { connectionContract, read, run } from './contract.ts'
import { openRelay } from './relay.ts'

connectionContract('OpenSSH through a jump host', async () => {
  const [jump, target] = await Promise.all([startPlain(), startPlain()])
  return {
    address: { ...target.address, via: jump.address },
    stop: async () => void (await Promise.all([jump.stop(), target.stop()])),
  }
})

describe('a jump host', () => {
  let jump: Host
  let target: Host
  let relay: Awaited<ReturnType<typeof openRelay>>
  let behind: ServerAddress
  const connectors: OpenConnector[] = []
  const connector = (options = {}): OpenConnector => {
    const opened = openConnector(options)
    connectors.push(opened)
    return opened
  }
  beforeAll(async () => {
    ;[jump, target] = await Promise.all([startHost(), startPlain()])
    relay = await openRelay(jump.address)
    behind = { ...target.address, via: relay.address }
  })
  afterEach(async () => {
    await Promise.all(connectors.splice(0).map((opened) => opened.close()))
  })
  afterAll(async () => {
    await relay.close()
    await Promise.all([jump.stop(), target.stop()])
  })
  const greeting = async (opened: OpenConnector, address: ServerAddress): Promise<string> =>
    (await run(await opened.connect(address), 'echo in')).output

  it.runIf(canMakeMachines())('looks up the name of the server where it is', async () => {
    await jump.shell('echo "127.0.0.1 inner.test" >>/etc/hosts')
    const inner = { ...target.address, host: 'inner.test' }
    await expect(connector().connect(inner)).rejects.toMatchObject({ code: 'unreachable' })
    expect(await greeting(connector(), { ...inner, via: relay.address })).toBe('in\n')
    expect((await connector().hostKey({ ...inner, via: relay.address })).hostKey).toBe(target.address.hostKey)
  })

  it('carries the connections to all servers behind it over one of its own, without a command on it', async () => {
    const before = relay.accepted()
    const pool = connector({ standby: 'cat' })
    const other = await startPlain()
    const outputs = await Promise.all([
      greeting(pool, behind),
      greeting(pool, { ...other.address, via: relay.address }),
      pool.hostKey({ ...other.address, via: relay.address }),
    ])
    expect(outputs.slice(0, 2)).toEqual(['in\n', 'in\n'])
    expect(relay.accepted() - before).toBe(1)
    expect(await greeting(pool, relay.address)).toBe('in\n')
    expect(relay.accepted() - before).toBe(1)
    await pool.close()
    await other.stop()
  })

  it('may itself be behind others', async () => {
    const middle = await startPlain()
    const far = { ...behind, via: { ...middle.address, via: relay.address } }
    expect(await greeting(connector(), far)).toBe('in\n')
    await middle.stop()
    await expect(connector().connect(far)).rejects.toMatchObject({
      code: 'unreachable',
      details: { jump: middle.address.id },
      message: expect.stringMatching(/^The jump host .* can’t reach /),
    })
  })

  it('has its own key checked, and is named when it lets nobody through', async () => {
    const { privateKey } = generateKeyPair()
    const hostKey = publicKeyOf(privateKey)
    const where = `${relay.address.host}:${relay.address.port}`
    const through = (via: Partial<ServerAddress>) =>
      connector().connect({ ...behind, via: { ...relay.address, ...via } })
    await expect(through({ hostKey })).rejects.toMatchObject({
      code: 'host_key_changed',
      details: {
        jump: relay.address.id,
        expected: fingerprint(hostKey),
        presented: fingerprint(relay.address.hostKey ?? ''),
      },
      message: 'The jump host 127.0.0.1 presents another host key than the confirmed one.',
    })
    await expect(through({ hostKey: null })).rejects.toMatchObject({
      code: 'invalid',
      details: { jump: jump.address.id },
    })
    await expect(through({ privateKey })).rejects.toMatchObject({
      code: 'forbidden',
      message: `The jump host ${where} refused the key for this user.`,
    })
    const changed = connector().connect({ ...behind, hostKey })
    await expect(changed).rejects.toMatchObject({ code: 'host_key_changed', details: { server: target.address.id } })
    await expect(changed).rejects.not.toMatchObject({ details: { jump: expect.anything() } })
    await expect(connector().connect({ ...behind, port: 1 })).rejects.toMatchObject({
      code: 'unreachable',
      message: `The jump host ${where} can’t reach 127.0.0.1:1: Connection refused.`,
    })
  })

  it.runIf(canMakeMachines())('says that it forwards nothing', async () => {
    const strict = await startHost()
    await strict.shell('echo "AllowTcpForwarding no" >>/etc/host/sshd_config')
    await strict.powerCut()
    await strict.boot()
    await expect(connector().connect({ ...behind, via: strict.address })).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('its sshd must allow AllowTcpForwarding'),
    })
    await strict.stop()
  })

  it('that is lost ends what runs through it, and is dialled anew', async () => {
    const pool = connector()
    const connection = await pool.connect(behind)
    const channel = await connection.exec('echo first; cat')
    const parts: string[] = []
    const reading = (async () => {
      for await (const bytes of channel.output) {
        parts.push(Buffer.from(bytes).toString())
        relay.cut()
      }
    })()
    await expect(reading).rejects.toMatchObject({ code: 'unreachable' })
    expect(parts).toEqual(['first\n'])
    await expect(channel.exit).rejects.toMatchObject({ code: 'unreachable' })
    await connection.closed
    expect(await greeting(pool, behind)).toBe('in\n')
  })

  it('that went silent is noticed by the keepalives of either connection', async () => {
    const silent = await openRelay(jump.address)
    const connection = await connector({ keepaliveMs: 20 }).connect({ ...behind, via: silent.address })
    const channel = await connection.exec('cat')
    silent.freeze()
    await connection.closed
    await expect(read(channel)).rejects.toMatchObject({ code: 'unreachable' })
    await silent.close()
  })

  it('is let go when nobody needs a server behind it any more', async () => {
    const pool = connector({ idleMs: 200 })
    const own = await pool.connect(relay.address)
    const connection = await pool.connect(behind)
    own.end()
    expect((await run(connection, 'echo held')).output).toBe('held\n')
    connection.end()
    await connection.closed
    await own.closed
  })
})
