// Who holds something on disk, told from every other process: also from a later one with the same pid, after a reboot, and in
// another container.
import { readFile, readlink } from 'node:fs/promises'

/** This process as one line: `<boot and process table> <pid> <start time>`. */
export async function identity(): Promise<string> {
  return `${await processTable()} ${process.pid} ${await startTime(process.pid)}`
}

/** Whether the process of that line has ended; null when it belongs to another process table, so that nobody here can tell. */
export async function isGone(holder: string): Promise<boolean | null> {
  const [table, pid, started] = holder.split(' ')
  if (table !== (await processTable())) return null
  return (await startTime(Number(pid))) !== started
}

async function processTable(): Promise<string> {
  const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => 'unknown')).trim()
  return `${boot}/${await readlink('/proc/self/ns/pid').catch(() => 'unknown')}`
}

/** Field 22 of /proc/<pid>/stat (the name before may hold anything, up to the last bracket); `gone` when there is none. */
async function startTime(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  if (text === null) return 'gone'
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? 'gone'
}
