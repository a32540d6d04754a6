import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openConnector } from '@/lib/ssh/connector.ts'
import { fingerprint } from '@/lib/ssh/keys.ts'
import { canMakeMachines, startHost, startPlain } from '../hosts/hosts.ts'
import type { Host } from '../hosts/hosts.ts'
import { connectionContract, run } from './contract.ts'

connectionContract('OpenSSH on loopback', startPlain)

if (canMakeMachines()) {
  connectionContract('OpenSSH on a machine of its own', () => startHost())
  connectionContract('OpenSSH with a busybox userland', () => startHost({ userland: 'busybox' }))

  describe('a test machine', () => {
    let machine: Host
    const connector = openConnector()
    beforeAll(async () => {
      machine = await startHost({ userland: 'busybox', diskMb: 32 })
    })
    afterAll(async () => {
      await connector.close()
      await machine.stop()
    })

    it('has its own users, disk, processes and userland, and keeps its disk over a power cut', async () => {
      const connection = await connector.connect(machine.address)
      const root = await machine.root()
      expect((await run(connection, 'id -un; sudo -n -u www-data id -un')).output).toBe('deployer\nwww-data\n')
      expect((await run(connection, 'readlink "$(command -v tar)"; echo $PATH')).output).toMatch(
        /busybox\n\/opt\/busybox\n$/,
      )
      const full = await run(connection, `dd if=/dev/zero of=${root}/big bs=1M count=64; rm ${root}/big`)
      expect(full.stderr).toContain('No space left on device')
      await run(connection, `echo kept >${root}/note; sync`)
      const follow = await connection.exec('cat')
      await machine.powerCut()
      await expect(follow.exit).rejects.toMatchObject({ code: 'unreachable' })
      await expect(connector.connect(machine.address)).rejects.toMatchObject({ code: 'unreachable' })
      await machine.boot()
      const again = await connector.connect(machine.address)
      expect((await run(again, `cat ${root}/note`)).output).toBe('kept\n')
      expect((await machine.shell('id -un')).trim()).toBe('root')
    })

    it('is refused after it got another host key, until that one is confirmed', async () => {
      const { hostKey } = machine.address
      const warm = await connector.connect(machine.address)
      await machine.shell('cd /etc/host && cp host_key before && echo y | ssh-keygen -q -t ed25519 -N "" -f host_key')
      const written = (await machine.shell('cat /etc/host/host_key.pub')).split(' ').slice(0, 2).join(' ')
      await machine.powerCut()
      await warm.closed
      await machine.boot()
      await expect(connector.connect(machine.address)).rejects.toMatchObject({
        code: 'host_key_changed',
        details: { server: machine.address.id, expected: fingerprint(hostKey!), presented: fingerprint(written) },
      })
      expect(await connector.hostKey(machine.address)).toEqual({ hostKey: written, fingerprint: fingerprint(written) })
      const confirmed = await connector.connect({ ...machine.address, hostKey: written })
      expect((await run(confirmed, 'id -un')).output).toBe('deployer\n')

      await machine.shell('cd /etc/host && rm host_key && ssh-keygen -q -t ecdsa -N "" -f host_key')
      await machine.powerCut()
      await machine.boot()
      await expect(connector.connect(machine.address)).rejects.toMatchObject({ code: 'host_key_changed' })
      await machine.shell('cp /etc/host/before /etc/host/host_key')
      await machine.powerCut()
      await machine.boot()
      expect((await run(await connector.connect(machine.address), 'echo back')).output).toBe('back\n')
    })
  })
}
