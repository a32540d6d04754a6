// A PostgreSQL that is not our child: known by the file that it keeps in its data folder.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** The server that holds the data folder, or null. A pid of another program is not one. */
export async function holder(data: string): Promise<number | null> {
  const pid = Number((await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')[0])
  if (!Number.isInteger(pid) || pid <= 0) return null
  const program = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')
  return program.trim() === 'postgres' ? pid : null
}

/** Not our child, so nobody tells us: asks until nobody holds the folder. Keeps no process alive by itself. */
export async function holderGone(data: string, everyMs = 500): Promise<void> {
  while ((await holder(data)) !== null) await delay(everyMs, undefined, { ref: false })
}

/** Fast shutdown of whoever holds the folder. Resolves when it is gone. */
export async function stopHolder(data: string): Promise<void> {
  const pid = await holder(data)
  if (pid === null) return
  process.kill(pid, 'SIGINT')
  while ((await holder(data)) === pid) await delay(25)
}
