// A PostgreSQL of one's own for tests: gone with its files at the end, also when the tests were killed.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startPostgres } from '../scripts/embedded-postgres.ts'

export type OwnPostgres = {
  url: string
  /** Of the server, and of whatever else a test needs; removed at the end. */
  folder: string
  /** @param keep what is done with the folder when the server has stopped and it is still there */
  stop(keep?: (folder: string) => Promise<void>): Promise<void>
}

// The end of stdin is the end of whoever started it. The server, in a session of its own, would not notice that by itself.
const afterwards = `read -r _
pid=$(head -n 1 "$1/postgres/data/postmaster.pid" 2>/dev/null) && kill -INT "$pid"
while [ -e "$1/postgres/data/postmaster.pid" ] && kill -0 "$pid"; do sleep 0.1; done 2>/dev/null
rm -rf "$1"`

/** Ends the server in `folder`/postgres and removes the folder once this process is gone, however it went. */
export function startHeir(folder: string): { leave(): Promise<void> } {
  const heir = spawn('sh', ['-c', afterwards, 'sh', folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  return {
    /** The server was stopped: removes the folder now. */
    async leave() {
      const gone = once(heir, 'exit')
      heir.kill('SIGKILL')
      await gone
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** @param name begins the name of its folder; `from`: a folder of one that has stopped, which it begins as a copy of */
export async function startOwnPostgres(
  name: string,
  { database, settings = [], from }: { database?: string; settings?: string[]; from?: string } = {},
): Promise<OwnPostgres> {
  const folder = await mkdtemp(join(tmpdir(), `${name}-`))
  const heir = startHeir(folder)
  // Nothing here needs to survive a power cut.
  const hasty = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']
  try {
    if (from) await copyFolder(from, folder)
    const server = await startPostgres(join(folder, 'postgres'), { database, settings: [...hasty, ...settings] })
    return {
      url: server.url,
      folder,
      async stop(keep) {
        await server.stop()
        await keep?.(folder)
        await heir.leave()
      },
    }
  } catch (error) {
    await heir.leave()
    throw error
  }
}

/** What is in it, with owners and rights, as the server is particular about those. */
export async function copyFolder(from: string, to: string): Promise<void> {
  await promisify(execFile)('cp', ['-a', `${from}/.`, to])
}
