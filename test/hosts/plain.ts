import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { prepare, untilUp } from './place.ts'
import type { Host } from './place.ts'

/** One plain sshd on loopback, as the present user. */
export async function startPlain(): Promise<Host> {
  const { folder, port, address } = await prepare(userInfo().username)
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${folder}/host_key`,
    `AuthorizedKeysFile ${folder}/authorized_keys`,
    'PidFile none',
    'UsePAM no',
    'StrictModes no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'MaxStartups 100:30:200',
    'UseDNS no',
    '',
  ]
  await writeFile(join(folder, 'sshd_config'), config.join('\n'))
  if (userInfo().uid === 0) await mkdir('/run/sshd', { recursive: true })
  const start = () => spawn('/usr/sbin/sshd', ['-D', '-e', '-f', join(folder, 'sshd_config')], { stdio: 'ignore' })
  let sshd = start()
  await untilUp(port, folder)
  let roots = 0
  return {
    address,
    kind: 'plain',
    root: async () => {
      const root = join(folder, 'webroot', String((roots += 1)))
      await mkdir(root, { recursive: true })
      return root
    },
    shell: async (command) => (await promisify(execFile)('sh', ['-c', command])).stdout,
    powerCut: () => endProcess(sshd),
    boot: async () => {
      sshd = start()
      await untilUp(port, folder)
    },
    stop: async () => {
      await endProcess(sshd)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function endProcess(child: ReturnType<typeof spawn>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}
