import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { openConnector } from '@/lib/ssh/connector.ts'
import { generateKeyPair } from '@/lib/ssh/keys.ts'
import type { Sandbox } from '@/scripts/sandbox.ts'
import { startSandbox } from '@/scripts/sandbox.ts'
import { connectionContract, run } from './contract.ts'
import type { Subject } from './contract.ts'

function addressOf(sandbox: Sandbox, privateKey: string): Subject['address'] {
  return { id: 'sandbox', host: '127.0.0.1', port: sandbox.port, user: 'anyone', privateKey, hostKey: sandbox.hostKey }
}

connectionContract('the sandbox', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-'))
  const sandbox = await startSandbox({ folder })
  const { privateKey, publicKey } = generateKeyPair()
  await sandbox.authorize(publicKey)
  return {
    address: addressOf(sandbox, privateKey),
    stop: async () => {
      await sandbox.stop()
      await rm(folder, { recursive: true })
    },
  }
})

describe('the sandbox', () => {
  const folders: string[] = []
  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
  })

  it('keeps its host key and who may log in, and lets detached commands outlive the connection', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sandbox-'))
    folders.push(folder)
    const { privateKey, publicKey } = generateKeyPair()
    const first = await startSandbox({ folder })
    const connector = openConnector()
    await expect(connector.connect(addressOf(first, privateKey))).rejects.toMatchObject({ code: 'forbidden' })
    await first.authorize(publicKey)
    await first.authorize(`${publicKey} again`)
    const connection = await connector.connect(addressOf(first, privateKey))
    expect((await run(connection, 'pwd')).output).toBe(`${first.home}\n`)
    const fifo = await run(
      connection,
      'mkfifo go && { setsid sh -c \'read line <go; echo "$line" >came; echo >done\' </dev/null >/dev/null 2>&1 & } ; echo $?',
    )
    expect(fifo.output).toBe('0\n')
    await connector.close()
    await first.stop()

    const second = await startSandbox({ folder })
    expect(second.hostKey).toBe(first.hostKey)
    const later = openConnector()
    const again = await later.connect(addressOf(second, privateKey))
    expect((await run(again, 'mkfifo done; echo later >go; cat done; cat came')).output).toBe('\nlater\n')
    await later.close()
    await second.stop()
    expect((await readFile(join(folder, 'authorized_keys'), 'utf8')).trim().split('\n')).toHaveLength(1)
    expect((await stat(join(folder, 'host_key'))).mode & 0o777).toBe(0o600)
  })
})
