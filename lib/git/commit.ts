// A commit as git stores it (gitformat: headers, an empty line, the message).
import type { Commit } from '../deploy/types.ts'
import type { GitObject } from './objects.ts'

/** Null for what only git itself reads rightly: another encoding than UTF-8, or a header of an unknown form. */
export function parseCommit({ sha, bytes }: GitObject): (Commit & { tree: string }) | null {
  const text = bytes.toString()
  const end = text.indexOf('\n\n')
  const head = end < 0 ? text : text.slice(0, end)
  const tree = /^tree ([0-9a-f]+)$/m.exec(head)?.[1]
  const author = /^author ([^<>\n]*)<([^<>\n]*)> -?\d+ [+-]\d+$/m.exec(head)
  const committed = /^committer [^<>\n]*<[^<>\n]*> (\d{1,12}) [+-]\d+$/m.exec(head)?.[1]
  if (!tree || !author || !committed || /^encoding /m.test(head)) return null
  return {
    sha,
    tree,
    subject: subjectOf(end < 0 ? '' : text.slice(end + 2)),
    author: (author[1] ?? '').trim(),
    authorEmail: (author[2] ?? '').trim(),
    at: new Date(Number(committed) * 1000).toISOString(),
  }
}

/** The lines of the first paragraph, joined by spaces, as git's `%s` does. */
function subjectOf(message: string): string {
  const lines = message.split('\n').map((line) => line.replace(/[ \t\r]+$/, ''))
  const first = lines.findIndex((line) => line !== '')
  if (first < 0) return ''
  const end = lines.indexOf('', first)
  return lines.slice(first, end < 0 ? undefined : end).join(' ')
}
