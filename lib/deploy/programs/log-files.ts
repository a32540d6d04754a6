// Files below `<root>/logs`: which there are, and a stretch of one. What is opened is asked where it really lies before it is
// read, so that no link leads out of the folder, also not one that is put there in between.
import { squeeze } from './squeeze.ts'
import { assign, attached, innerPath } from './text.ts'
import { PanelError } from '../../errors.ts'

/** Files that are listed at most, out of so many that are looked at. */
export const mostFiles = 500
const filesLookedAt = 5_000
/** Reading begins at a multiple of it. */
export const blockBytes = 4_096

const enter = squeeze(`
  cd -P "$root" 2>/dev/null || refuse missing "$root"
  cd -P logs 2>/dev/null || refuse missing "$root/logs"
  here=$(pwd -P; echo .); here=\${here%"$nl".}
`)

const list = squeeze(`
  [ -d . ] || refuse missing "$root/logs"
  all=$(find . -maxdepth 4 -type f ! -path "*$nl*" -exec stat -c '%Y %s %n' {} + 2>/dev/null | head -n "$looked" | sort -k1,1nr | head -n "$most")
  answer "$here$nl$all"
`)

function rootOf(root: string): string {
  if (root.startsWith('/') && !root.includes('\0')) return root
  throw new PanelError('invalid', `This root cannot be used on a server: ${JSON.stringify(root)}`)
}

/** Answers the folder, then a line `<changed, s> <bytes> ./<path>` a file, the newest first. `X missing`: no such folder. */
export function logFilesProgram(root: string): string {
  const values = assign({ root: rootOf(root), looked: filesLookedAt, most: mostFiles + 1, nl: '\n' })
  return [values, attached, enter, list].join('')
}

const read = squeeze(`
  [ -f "$path" ] || refuse missing "$path"
  exec 3<"$path" 2>/dev/null || refuse unreadable "$path"
  real=$(readlink /proc/self/fd/3; echo .); real=\${real%"$nl".}
  case $real in "\${here%/}"/*) ;; *) refuse outside "$path" ;; esac
  [ -f /proc/self/fd/3 ] || refuse unreadable "$path"
  set -- $(stat -L -c '%d:%i %s' /proc/self/fd/3 2>/dev/null)
  id=$1 size=$2
  # another file of that name, or one that was emptied: from its beginning
  if [ -n "$from" ]; then { [ "$id" = "$file" ] && [ "$size" -ge "$from" ]; } || from=0 file=
  else from=$((size > tail ? size - tail : 0)) file=$id
  fi
  block=$((from / ${blockBytes}))
  # a variable holds no NUL, and what follows has to keep its place
  data=$(dd bs=${blockBytes} skip="$block" count="$blocks" <&3 2>/dev/null | tr '\\000' '?'; echo .)
  answer "$id $size $((block * ${blockBytes})) $from \${file:-new}$nl\${data%.}"
`)

/** `path` is below `logs`; `at` where an earlier stretch ended, or null for the last `tail` bytes. At most `bytes` are read. */
export type LogRead = {
  root: string
  path: string
  at: { file: string; from: number } | null
  tail: number
  bytes: number
}

/**
 * Answers `<file> <size> <start> <from> <file|new>`, a line end, and the bytes from `start` on (`start` ≤ `from`, at a block).
 * `new`: what was at `at` is gone, and this is a file's beginning. `X missing|unreadable|outside`.
 */
export function logReadProgram({ root, path, at, tail, bytes }: LogRead): string {
  const place = {
    from: at ? String(at.from) : '',
    file: at?.file ?? '',
    tail,
    blocks: Math.ceil(bytes / blockBytes) + 1,
  }
  const values = assign({ root: rootOf(root), path: `./${innerPath(path)}`, ...place, nl: '\n' })
  return [values, attached, enter, read].join('')
}
