// The two repositories that are deployed: small (20 files) and middle (5,000 files, 60 MB), and what changes between commits.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export type Size = 'small' | 'middle'
const shapes: Record<Size, { files: number; bytes: number; changed: number }> = {
  small: { files: 20, bytes: 2_000, changed: 3 },
  middle: { files: 5_000, bytes: 12_000, changed: 20 },
}

/** The same for the same arguments; text that compresses about as source code does. */
function content(file: number, version: number, bytes: number): string {
  const lines: string[] = []
  for (let length = 0, line = 0; length < bytes; line++) {
    const hash = createHash('sha256').update(`${file} ${version} ${line}`).digest('hex')
    const text = `export const value_${line} = compute('${hash}', { retries: 3, timeout: 1000 })`
    lines.push(text)
    length += text.length + 1
  }
  return lines.join('\n').slice(0, bytes)
}

const pathOf = (file: number): string => `src/part-${file % 50}/module-${file}.js`

export type BenchRepository = {
  size: Size
  name: string
  /** A bare repository. */
  path: string
  /** Changes a few files and pushes; returns the new commit. */
  commit(): string
  /** Path and content of a file that the last commit changed: whether it is what is served. */
  changed(): { path: string; text: string }
}

export function makeRepository(folder: string, size: Size, name: string = size): BenchRepository {
  const { files, bytes, changed } = shapes[size]
  const path = join(folder, `${name}.git`)
  const work = join(folder, `${name}-work`)
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@example.org', ...args], {
      cwd: work,
      encoding: 'utf8',
    })
  const write = (file: number, version: number): void => {
    mkdirSync(dirname(join(work, pathOf(file))), { recursive: true })
    writeFileSync(join(work, pathOf(file)), content(file, version, bytes))
  }
  mkdirSync(work, { recursive: true })
  git('init', '--quiet', '--initial-branch=main')
  for (let file = 0; file < files; file++) write(file, 0)
  git('add', '--all')
  git('commit', '--quiet', '--message', 'First')
  execFileSync('git', ['clone', '--quiet', '--bare', work, path])
  // As a Git host keeps it: every first fetch would wait for packing otherwise.
  execFileSync('git', ['-C', path, 'repack', '-a', '-d', '--quiet'])
  git('remote', 'add', 'origin', path)
  let version = 0
  return {
    size,
    name,
    path,
    commit() {
      version += 1
      for (let n = 0; n < changed; n++) write((version * 37 + n * 13) % files, version)
      git('commit', '--quiet', '--all', '--message', `Change ${version}`)
      git('push', '--quiet', 'origin', 'main')
      return git('rev-parse', 'HEAD').trim()
    },
    changed() {
      const file = (version * 37) % files
      return { path: pathOf(file), text: content(file, version, bytes) }
    },
  }
}
