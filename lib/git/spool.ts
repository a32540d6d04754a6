// Where payloads lie until they have been sent: one folder a process, so that whatever a killed one left is known as such.
import { randomUUID } from 'node:crypto'
import { mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { identity, isGone } from './holder.ts'

/** A folder of another process table is kept for so long, in ms: nobody here can tell whether its process lives. */
const keptMs = 86_400_000

/** Makes a folder of our own in `spool` (made, 0700, when it isn't there) and returns its path. */
export async function openSpool(spool: string): Promise<string> {
  const own = join(spool, randomUUID())
  await mkdir(own, { recursive: true, mode: 0o700 })
  await writeFile(join(own, 'holder'), await identity())
  return own
}

/** Removes folders in `spool` whose process is gone. */
export async function removeAbandoned(spool: string): Promise<void> {
  for (const name of await readdir(spool).catch(() => [])) {
    const folder = join(spool, name)
    const holder = await readFile(join(folder, 'holder'), 'utf8').catch(() => '')
    const info = await stat(folder).catch(() => null)
    if (info === null) continue
    // Without a holder it is being made, or its maker was killed just then: its age tells, too.
    if ((await isGone(holder)) ?? Date.now() - info.mtimeMs > keptMs) await rm(folder, { recursive: true, force: true })
  }
}
