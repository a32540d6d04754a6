import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { prepare, untilUp } from './place.ts'
import type { Host } from './place.ts'

// The server lives as long as whoever started it: a killed test leaves nothing behind.
const untilStdinEnds = `exec 3<&0
/usr/sbin/sshd -D -e -f "$1/sshd_config" </dev/null >>"$1/log" 2>&1 3<&- &
read -r _ <&3
kill $!
wait`

/** One plain sshd on loopback, as the present user. */
export async function startPlain(): Promise<Host> {
  const { folder, port, address } = await prepare(userInfo().username)
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${folder}/host_key`,
    `AuthorizedKeysFile ${folder}/authorized_keys ${folder}/home/.ssh/authorized_keys`,
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
  await mkdir(join(folder, 'home'))
  if (userInfo().uid === 0) await mkdir('/run/sshd', { recursive: true })
  const start = () => spawn('sh', ['-c', untilStdinEnds, 'sh', folder], { stdio: ['pipe', 'ignore', 'ignore'] })
  let sshd = start()
  await untilUp(address, folder)
  let roots = 0
  return {
    address,
    kind: 'plain',
    inside: () => '',
    root: async () => {
      const root = join(folder, 'webroot', String((roots += 1)))
      await mkdir(root, { recursive: true })
      return root
    },
    shell: async (command) => (await promisify(execFile)('sh', ['-c', command])).stdout,
    person: async (command) =>
      (await promisify(execFile)('sh', ['-c', command], { env: { ...process.env, HOME: join(folder, 'home') } }))
        .stdout,
    powerCut: () => endServer(sshd),
    boot: async () => {
      sshd = start()
      await untilUp(address, folder)
    },
    stop: async () => {
      await endServer(sshd)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function endServer(child: ReturnType<typeof spawn>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.stdin?.end()
  await gone
}
