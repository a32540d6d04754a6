// Reading one mirror: refs, commits, files. Nothing here speaks to a remote but `fetch`, which is given.
import { createHash } from 'node:crypto'
import type { Commit, Mirror } from '../deploy/types.ts'
import { PanelError } from '../errors.ts'
import { makeChange } from './change.ts'
import { GitExit } from './failure.ts'
import { checkRefName } from './ref-name.ts'
import { parseRefs } from './refs.ts'
import type { GitCall } from './run.ts'
import { readTar } from './tar.ts'

/** What a mirror needs to know of its surroundings. */
export type MirrorParts = {
  /** The bare repository. */
  path: string
  /** Where payloads are spooled. */
  spool: string
  git(args: string[], options?: Pick<GitCall, 'env' | 'input' | 'signal'>): Promise<Buffer>
  fetch(signal?: AbortSignal): Promise<void>
}

/** Most bytes that `files` takes into memory. Hooks are scripts; what is larger in their folders was put there by mistake. */
const readBytes = 16 * 1_048_576

const commitFormat = '--format=%H%x00%s%x00%an%x00%ae%x00%cI'

/** A `Mirror` of lib/deploy/types.ts over the bare repository at `parts.path`. */
export function makeMirror(parts: MirrorParts): Mirror {
  const { git } = parts

  /** The commit that a full ref or SHA names, or null. */
  const peel = async (name: string): Promise<string | null> => {
    const sha = await orNull(git(['rev-parse', '--verify', '--quiet', `${name}^{commit}`]))
    return sha && sha.toString().trim()
  }

  const shaOf = async (ref: string): Promise<string> => {
    checkRefName(ref)
    const full = /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(ref)
    const names = ref.startsWith('refs/') ? [ref] : [`refs/heads/${ref}`, `refs/tags/${ref}`]
    const short = /^[0-9a-f]{7,63}$/.test(ref)
    for (const name of full ? [ref, ...names] : short ? [...names, ref] : names) {
      const sha = await peel(name)
      if (sha !== null) return sha
    }
    throw new PanelError('not_found', `There is no branch, tag or commit “${ref}” in the repository.`, { ref })
  }

  const log = async (args: string[]): Promise<Commit[]> => {
    const fields = (await git(['log', '-z', commitFormat, ...args])).toString().split('\0')
    const commits: Commit[] = []
    for (let at = 0; at + 4 < fields.length; at += 5) {
      const [sha = '', subject = '', author = '', authorEmail = '', time = ''] = fields.slice(at, at + 5)
      commits.push({ sha, subject, author, authorEmail, at: isoTime(time) })
    }
    return commits
  }

  /** What lies below `folders` in a commit, as lines of ls-tree. */
  const listed = async (sha: string, folders: string[]): Promise<Buffer> => {
    const commit = /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(sha) ? sha : await shaOf(sha)
    try {
      return await git(['ls-tree', '-r', '-z', '--long', '--full-tree', `${commit}^{commit}`, '--', ...folders])
    } catch (error) {
      if (error instanceof GitExit) throw new PanelError('not_found', `There is no commit “${sha}” in the repository.`)
      throw error
    }
  }

  return {
    fetch: (options) => parts.fetch(options?.signal),
    async refs() {
      const format = '--format=%(objectname) %(refname)%0a%(*objectname) %(refname)'
      const lines = (await git(['for-each-ref', format, 'refs/heads', 'refs/tags'])).toString()
      return parseRefs(lines.replace(/^ .*$/gm, ''), ' ')
    },
    async resolve(ref) {
      checkRefName(ref)
      // A branch, most of the time: found by the same process that reads its commit.
      const branch = ref.startsWith('refs/') ? ref : `refs/heads/${ref}`
      const isSha = /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(ref)
      const found = isSha ? null : await orNull(log(['--max-count=1', '--end-of-options', branch]))
      const [commit] = found ?? (await log(['--max-count=1', '--end-of-options', await shaOf(ref)]))
      if (!commit) throw new PanelError('not_found', `There is no commit “${ref}” in the repository.`, { ref })
      return commit
    },
    async commits(ref, { limit = 50, search } = {}) {
      const searching = search ? ['--regexp-ignore-case', '--fixed-strings', `--grep=${search}`] : []
      return log([`--max-count=${limit}`, ...searching, '--end-of-options', await shaOf(ref)])
    },
    async between(from, to) {
      const [base, sha] = [await shaOf(from), await shaOf(to)]
      const names = await git(['diff-tree', '-r', '-z', '--no-renames', '--name-only', base, sha])
      return {
        commits: await log(['--end-of-options', `${base}..${sha}`]),
        files: names.toString('latin1').split('\0').length - 1,
      }
    },
    async files(sha, folders) {
      const found = await listed(sha, folders)
      const lines = found.toString('latin1').split('\0').filter(Boolean)
      if (lines.length === 0) return []
      checkSize(lines, folders)
      // As an archive: the same conversions of line ends as in what is shipped.
      const present = folders.filter((folder) => lines.some((line) => isBelow(line, folder)))
      const archive = await git(['archive', '--format=tar', '--end-of-options', `${sha}^{tree}`, ...present])
      return readTar(archive)
        .filter((entry) => entry.type === 'file')
        .map(({ path, bytes }) => ({ path, bytes, sha256: createHash('sha256').update(bytes).digest('hex') }))
    },
    change: (base, sha) => makeChange(parts, base, sha),
  }
}

/** What git gives, or null when it ends with an error. */
async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof GitExit) return null
    throw error
  }
}

function isBelow(line: string, folder: string): boolean {
  const path = line.slice(line.indexOf('\t') + 1)
  return path === folder || path.startsWith(`${folder}/`)
}

function checkSize(lines: string[], folders: string[]): void {
  let bytes = 0
  for (const line of lines) bytes += Number(/^\S+ blob \S+ +(\d+)\t/.exec(line)?.[1] ?? 0)
  if (bytes <= readBytes) return
  const message = `More than ${readBytes / 1_048_576} MiB, which is too much to be read`
  const problems = folders
    .filter((folder) => lines.some((line) => isBelow(line, folder)))
    .map((path) => ({ path, message }))
  throw new PanelError('invalid', 'The folders of hooks hold files that are too large.', { problems })
}

/** A commit may claim any time; one that no clock can show becomes the epoch. */
function isoTime(text: string): string {
  const time = new Date(text)
  return (Number.isNaN(time.getTime()) ? new Date(0) : time).toISOString()
}
