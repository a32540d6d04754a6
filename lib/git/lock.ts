// One holder at a time of a mirror, among processes and after kills. The holder is the file with the highest number that isn't
// marked as released: a dead holder's file is never taken away before its successor's stands, so two can't both step in.
import { randomUUID } from 'node:crypto'
import { link, readFile, readdir, rename, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { identity, isGone } from './holder.ts'

/** Let go after work that went well, or that failed. */
const [released, failed] = ['released', 'failed']
const touchEveryMs = 2_000
/** Without a common process table the holder is known by its file's age only. */
const silentMs = 30_000
const lookAgainMs = 100

/**
 * Waits for the lock named `path` (files `path.<n>` beside it), runs `work`, lets go. Rejects as `signal` says while waiting.
 * `work` is told whether the holder before it ended well: after one that was killed or failed there may be things to tidy up.
 */
export async function withLock<T>(
  path: string,
  work: (isTidy: boolean) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const { file, isTidy } = await acquire(path, signal)
  const touching = setInterval(() => void utimes(file, new Date(), new Date()).catch(() => undefined), touchEveryMs)
  let end = failed
  try {
    const result = await work(isTidy)
    end = released
    return result
  } finally {
    clearInterval(touching)
    // On a full disk nothing can be written; an emptied file says as much.
    await writeWhole(file, end).catch(() => truncate(file))
  }
}

async function acquire(path: string, signal?: AbortSignal): Promise<{ file: string; isTidy: boolean }> {
  const me = await identity()
  for (;;) {
    signal?.throwIfAborted()
    const newest = await highest(path)
    const before = newest > 0 ? await stateOf(`${path}.${newest}`) : 'released'
    if (before === 'held') {
      await pause(lookAgainMs, undefined, signal ? { signal } : {})
      continue
    }
    const mine = `${path}.${newest + 1}`
    if (!(await createWhole(mine, me))) continue
    if ((await highest(path)) === newest + 1) {
      await removeLower(path, newest + 1)
      return { file: mine, isTidy: before === 'released' }
    }
    await rm(mine, { force: true })
  }
}

/** Numbers of the lock's files, from its folder's listing. */
async function numbers(path: string): Promise<number[]> {
  const start = `${basename(path)}.`
  const names = await readdir(dirname(path))
  return names
    .filter((name) => name.startsWith(start) && /^[0-9]+$/.test(name.slice(start.length)))
    .map((name) => Number(name.slice(start.length)))
}

async function highest(path: string): Promise<number> {
  return Math.max(0, ...(await numbers(path)))
}

async function removeLower(path: string, number: number): Promise<void> {
  for (const lower of await numbers(path)) if (lower < number) await rm(`${path}.${lower}`, { force: true })
}

/** `lost`: let go after a failure, or its holder is gone. A file that vanished meanwhile has a successor: look again. */
async function stateOf(file: string): Promise<'held' | 'released' | 'lost'> {
  try {
    const holder = await readFile(file, 'utf8')
    if (holder === released) return 'released'
    if (holder === failed || holder === '') return 'lost'
    const isLost = (await isGone(holder)) ?? Date.now() - (await stat(file)).mtimeMs > silentMs
    return isLost ? 'lost' : 'held'
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'held'
    throw error
  }
}

/** Creates `file` with its whole text at once; false when it exists. */
async function createWhole(file: string, text: string): Promise<boolean> {
  const temporary = `${file}-${randomUUID()}`
  try {
    await writeFile(temporary, text)
    await link(temporary, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await rm(temporary, { force: true })
  }
}

async function writeWhole(file: string, text: string): Promise<void> {
  const temporary = `${file}-${randomUUID()}`
  try {
    await writeFile(temporary, text)
    await rename(temporary, file)
  } finally {
    await rm(temporary, { force: true })
  }
}
