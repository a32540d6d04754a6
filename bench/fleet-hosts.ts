// Several test hosts at once: one login key for all of them, and an OpenSSH configuration in which they are h1, h2 …
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { generateKeyPair } from '@/lib/ssh/keys.ts'
import { startHost, type Host } from '@/test/hosts/hosts.ts'

export type Fleet = {
  hosts: Host[]
  /** For `ssh -F`: hosts by the names h1, h2 …, the key that each of them takes, no questions. */
  sshConfig: string
  /** Makes the folder, which belongs to the login user, on the first `count` hosts. */
  folder(path: string, count: number): Promise<void>
  stop(): Promise<void>
}

/** `certificate`: PEM file of the Git host, which git on the hosts is to trust. */
export async function startFleet(count: number, certificate: string, diskMb: number): Promise<Fleet> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-fleet-'))
  const key = generateKeyPair('bench')
  await writeFile(join(folder, 'key'), key.privateKey, { mode: 0o600 })
  const pem = await readFile(certificate, 'utf8')
  const hosts: Host[] = []
  // Five at a time: each of them makes keys, namespaces and a login.
  for (let at = 0; at < count; at += 5)
    hosts.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(5, count - at) }, () => furnished(key.publicKey, pem, diskMb)),
      )),
    )
  const sshConfig = join(folder, 'ssh_config')
  await writeFile(sshConfig, configOf(hosts, join(folder, 'key')))
  return {
    hosts,
    sshConfig,
    async folder(path, wanted) {
      const make = `mkdir -p ${path} && chown deployer:deployer ${path}`
      await Promise.all(hosts.slice(0, wanted).map((host) => host.shell(make)))
    },
    async stop() {
      await Promise.all(hosts.map((host) => host.stop()))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function furnished(publicKey: string, pem: string, diskMb: number): Promise<Host> {
  const host = await startHost({ diskMb })
  await host.shell(`cd /home/deployer
    echo '${publicKey}' >>.ssh/authorized_keys
    cat >git-host.pem <<'END'\n${pem}END
    printf '[http]\\n\\tsslCAInfo = /home/deployer/git-host.pem\\n' >.gitconfig`)
  return host
}

function configOf(hosts: Host[], key: string): string {
  const each = hosts.map((host, at) => `Host h${at + 1}\n  HostName 127.0.0.1\n  Port ${host.address.port}\n`)
  // OpenSSH's own key exchange would flatter us: it costs a quarter of a second of CPU on each side.
  return `${each.join('')}Host *
  User deployer
  IdentityFile ${key}
  IdentitiesOnly yes
  StrictHostKeyChecking no
  UserKnownHostsFile /dev/null
  LogLevel ERROR
  KexAlgorithms curve25519-sha256
`
}

/** Runs `ssh` with a command on h`number`; `input` is its stdin. */
export async function sshTo(fleet: Fleet, number: number, command: string, input?: Buffer): Promise<void> {
  const running = promisify(execFile)('ssh', ['-F', fleet.sshConfig, `h${number}`, command])
  running.child.stdin!.end(input)
  await running
}
