// Real repositories in temporary folders, and what a server does with a change.
import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TreeChange } from '../../lib/deploy/types.ts'

export function temporaryFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'fairlead-git-')))
}

/** A repository with a working tree and a fixed author. */
export class Repository {
  readonly path: string
  constructor(path: string) {
    this.path = path
    mkdirSync(path, { recursive: true })
    this.git('init', '-q', '-b', 'main')
  }
  git(...args: string[]): string {
    const identity = {
      GIT_AUTHOR_NAME: 'Ada',
      GIT_AUTHOR_EMAIL: 'ada@example.org',
      GIT_COMMITTER_NAME: 'Ada',
      GIT_COMMITTER_EMAIL: 'ada@example.org',
    }
    const env = { ...process.env, ...identity, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }
    return execFileSync('git', args, {
      cwd: this.path,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim()
  }
  write(path: string, text: string | Uint8Array, mode = 0o644): void {
    const file = join(this.path, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    chmodSync(file, mode)
  }
  remove(path: string): void {
    rmSync(join(this.path, path), { recursive: true })
  }
  /** Commits everything there is and gives the SHA. */
  commit(message: string): string {
    this.git('add', '-A')
    this.git('commit', '-q', '--allow-empty', '-m', message)
    return this.git('rev-parse', 'HEAD')
  }
}

/** Does to `folder` what the program on a server does: removes what is listed, then unpacks. Checks length and hash. */
export async function applyChange(folder: string, change: TreeChange): Promise<void> {
  if (change.base === null) rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const name of ['tree.delete', 'tree.tar'] as const) {
    const payload = change.payloads.find((one) => one.name === name)
    if (!payload) continue
    const chunks: Uint8Array[] = []
    for await (const chunk of payload.open()) chunks.push(chunk)
    const bytes = Buffer.concat(chunks)
    if (bytes.length !== payload.length || createHash('sha256').update(bytes).digest('hex') !== payload.sha256)
      throw new Error(`${name} is not what was announced`)
    if (name === 'tree.tar') execFileSync('tar', ['-xp', '-f', '-', '-C', folder], { input: bytes })
    else
      for (const path of bytes.toString().split('\0').slice(0, -1))
        execFileSync('rm', ['-d', '--', path], { cwd: folder })
  }
}

/** path → `d`, `l <target>` or `<mode> <text>` of everything below `folder`; links aren't followed. */
export function snapshot(folder: string, below = ''): Record<string, string> {
  const found: Record<string, string> = {}
  for (const name of readdirSync(join(folder, below)).sort()) {
    const path = join(below, name)
    const info = lstatSync(join(folder, path))
    if (info.isDirectory()) Object.assign(found, { [path]: 'd' }, snapshot(folder, path))
    else if (info.isSymbolicLink()) found[path] = `l ${readlinkSync(join(folder, path))}`
    else found[path] = `${(info.mode & 0o7777).toString(8)} ${readFileSync(join(folder, path), 'utf8')}`
  }
  return found
}

/** The same counts that a change announces, of what lies on disk. */
export function countsOf(found: Record<string, string>): { files: number; directories: number; links: number } {
  const values = Object.values(found)
  const directories = values.filter((value) => value === 'd').length
  const links = values.filter((value) => value.startsWith('l ')).length
  return { files: values.length - directories - links, directories, links }
}

/** Another process that holds the lock at `path` until its stdin ends. */
export async function heldByAnother(path: string) {
  const program = new URL('lock-holder.ts', import.meta.url).pathname
  const child = spawn(process.execPath, ['--import', 'tsx', program, path], { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return child
}
