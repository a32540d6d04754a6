// The data folder of a PostgreSQL: made once, and given to whoever the server runs as.
import { execFile } from 'node:child_process'
import { lchown, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PanelError } from '../lib/errors.ts'
import type { Programs } from './postgres-programs.ts'

const run = promisify(execFile)

/** Makes the empty data folder of a server whose superuser is `user`. @throws PanelError unavailable */
export async function initialise(
  { initdb, owner }: Programs,
  data: string,
  user: string,
  password: string,
): Promise<void> {
  const secret = await mkdtemp(join(tmpdir(), 'fairlead-'))
  // Left by a start that was ended halfway: without PG_VERSION there is nothing in it yet.
  await rm(data, { recursive: true, force: true })
  await mkdir(data, { mode: 0o700 })
  try {
    await writeFile(join(secret, 'password'), password, { mode: 0o600 })
    if (owner !== null) {
      await chownAll(data, owner)
      await chownAll(secret, owner)
    }
    await run(
      ...initdb([
        ...['-D', data, '-U', user, '-A', 'scram-sha-256', `--pwfile=${join(secret, 'password')}`],
        ...['-E', 'UTF8', '--locale-provider=builtin', '--locale=C.UTF-8', '--no-instructions'],
      ]),
    )
  } catch (cause) {
    throw new PanelError(
      'unavailable',
      `PostgreSQL could not make its folder ${data}: ${(cause as Error).message}`,
      {},
      { cause },
    )
  } finally {
    await rm(secret, { recursive: true, force: true })
  }
}

/** Gives a folder with everything in it to this uid and gid. */
export async function chownAll(path: string, owner: number): Promise<void> {
  await lchown(path, owner, owner)
  for (const entry of await readdir(path, { withFileTypes: true, recursive: true }))
    await lchown(join(entry.parentPath, entry.name), owner, owner)
}
