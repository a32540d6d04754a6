// Fetches that outlived the process they were started by.
import { readFile, readdir } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'

const patienceMs = 10_000

/**
 * Ends what still fetches into the mirror at `path`. Only whoever holds the mirror's lock may call this: then any such process
 * was left behind by a holder that was killed. Known by the GIT_DIR that we start git with; git tidies up on SIGTERM.
 */
export async function endOrphans(path: string): Promise<void> {
  const until = Date.now() + patienceMs
  for (let orphans = await fetching(path); orphans.length > 0; orphans = await fetching(path)) {
    for (const pid of orphans) signal(pid, Date.now() < until ? 'SIGTERM' : 'SIGKILL')
    await pause(50)
  }
}

async function fetching(path: string): Promise<number[]> {
  const found: number[] = []
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^[0-9]+$/.test(name)) continue
    // Other users' processes can't be read, and one that has just ended has nothing left to read.
    const command = await readFile(`/proc/${name}/cmdline`, 'latin1').catch(() => '')
    if (!command.split('\0').includes('fetch')) continue
    const environment = await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '')
    if (environment.split('\0').includes(`GIT_DIR=${path}`)) found.push(Number(name))
  }
  return found
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
