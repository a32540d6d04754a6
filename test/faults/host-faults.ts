// What goes wrong with a server and the line to it. Each does it and gives how it is put right again.
import { readFile, readdir, readlink } from 'node:fs/promises'
import type { LabHost } from '../hosts/lab.ts'
import type { Heal, Scene } from './kinds.ts'

export async function cut(host: LabHost): Promise<Heal> {
  await host.unplug(true)
  return () => host.unplug(false)
}

export async function hole(host: LabHost): Promise<Heal> {
  await host.hole()
  return () => host.line(0, 0)
}

export async function loss(host: LabHost): Promise<Heal> {
  await host.line(0, 50)
  return () => host.line(0, 0)
}

export async function delay(host: LabHost): Promise<Heal> {
  await host.line(150, 0)
  return () => host.line(0, 0)
}

export async function powerCut(host: LabHost): Promise<Heal> {
  await host.losePower()
  return () => host.boot()
}

/** What needs a reboot to be written to again: the disk is checked on the way. */
export async function breakDisk(host: LabHost): Promise<Heal> {
  await host.breakDisk()
  return async () => {
    await host.losePower()
    await host.boot()
  }
}

/** Big steps first: the last block is taken as well. */
export async function fillDisk(host: LabHost): Promise<Heal> {
  await host.shell(`for size in 1048576 65536 4096 1024; do
      dd if=/dev/zero bs=$size 2>/dev/null >>/fill || :
    done`)
  return async () => void (await host.shell('rm -f /fill'))
}

export async function fillInodes(host: LabHost): Promise<Heal> {
  await host.shell(`mkdir /inodes && perl -e 'while (open(F, ">", "/inodes/" . $n++)) { close F }'`)
  return async () => void (await host.shell('rm -rf /inodes'))
}

export async function revokeKey(host: LabHost): Promise<Heal> {
  const keys = '/home/deployer/.ssh/authorized_keys'
  await host.shell(`mv ${keys} ${keys}.off`)
  await reset(host)
  return async () => void (await host.shell(`mv ${keys}.off ${keys}`))
}

export async function withdrawSudo(host: LabHost): Promise<Heal> {
  await host.shell(`cp -p /etc/sudoers /said/.sudoers && sed -i '/^deployer/d' /etc/sudoers`)
  return async () => void (await host.shell('cat /said/.sudoers >/etc/sudoers'))
}

/** The one being made, else the one that is live: whoever tidied up has hit the wrong one. */
export async function removeRelease(host: LabHost, { root, release, live }: Scene): Promise<void> {
  await host.shell(`cd ${root}/release 2>/dev/null || exit 0
    gone="${live}"
    if [ -n "${release}" ] && [ -d "${release}" ]; then gone="${release}"; fi
    # Somebody may be writing there just then, and rm gives up on a directory that isn't empty any more.
    tries=0
    until [ -z "$gone" ] || rm -rf "$gone" || [ "$((tries += 1))" -gt 100 ]; do :; done`)
}

export async function moveClock(host: LabHost): Promise<Heal> {
  await host.shell('echo -86400 >/said/.clock')
  return async () => void (await host.shell('rm -f /said/.clock'))
}

/** Every session ends at once. */
export async function reset(host: LabHost): Promise<void> {
  for (const pid of await sshds(host)) if (String(pid) !== host.init()) tell(pid, 'SIGKILL')
}

/** The kernel still takes connections, and nobody answers. */
export async function hang(host: LabHost): Promise<Heal> {
  const held = await sshds(host)
  for (const pid of held) tell(pid, 'SIGSTOP')
  return async () => {
    for (const pid of held) tell(pid, 'SIGCONT')
  }
}

/** It may have ended by itself. */
function tell(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    return
  }
}

/** Pids, as seen from here, of the host's sshd and its sessions. */
async function sshds(host: LabHost): Promise<number[]> {
  const space = await readlink(`/proc/${host.init()}/ns/pid`)
  const found: number[] = []
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    if ((await readlink(`/proc/${pid}/ns/pid`).catch(() => '')) !== space) continue
    if ((await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).startsWith('sshd')) found.push(Number(pid))
  }
  return found
}
