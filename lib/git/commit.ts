// A commit as git stores it (gitformat: headers, an empty line, the message).
import type { Commit } from '../deploy/types.ts'
import type { GitObject } from './objects.ts'

/** A name and an address without spaces around them, and a time that a calendar of four digits can show. */
const person = /^((?:[^<>\s](?:[^<>]*[^<>\s])?)?) ?<([^<>\s]*)> (\d{1,11}) [+-]\d{4}$/

/** Null for what only git itself reads rightly: another encoding than UTF-8, or a header of an unknown form. */
export function parseCommit({ sha, bytes }: GitObject): (Commit & { tree: string }) | null {
  // git reads no further than that, and no database keeps it.
  if (bytes.includes(0)) return null
  const text = bytes.toString()
  const end = text.indexOf('\n\n')
  const lines = (end < 0 ? text : text.slice(0, end)).replace(/\n$/, '').split('\n')
  /** What the one header of that name says. */
  const only = (name: string): string | null => {
    const found = lines.filter((line) => line.startsWith(`${name} `))
    return found.length === 1 ? found[0]!.slice(name.length + 1) : null
  }
  const tree = /^[0-9a-f]+$/.exec(only('tree') ?? '')?.[0]
  const author = person.exec(only('author') ?? '')
  const committed = person.exec(only('committer') ?? '')?.[3]
  if (!tree || !author || !committed || lines.some((line) => line.startsWith('encoding '))) return null
  return {
    sha,
    tree,
    subject: subjectOf(end < 0 ? '' : text.slice(end + 2)),
    author: author[1] ?? '',
    authorEmail: author[2] ?? '',
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
