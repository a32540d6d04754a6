// The secret part of a start stream: shell text that only ever lives in memory and in pipes.
import { PanelError } from '../../errors.ts'
import type { Problem } from '../../errors.ts'
import { quote } from '../quote.ts'
import { sha256 } from '../sha256.ts'

const longestValue = 120 * 1024
const longestSet = 1024 * 1024
/** What the panel itself exports beside a set: names, paths, the commit. */
const ownExports = 64 * 1024
export const mostOfFiles = 4 * 1024 * 1024
/** Assigning to these ends or misleads the shell that reads the exports; FAIRLEAD_STEP is how we find a step's processes. */
export const shellNames: ReadonlySet<string> = new Set([
  'UID',
  'EUID',
  'PPID',
  'BASHOPTS',
  'SHELLOPTS',
  'BASH_VERSINFO',
  'IFS',
  'OPTIND',
  'FAIRLEAD_STEP',
])

/**
 * Sets $exports (lines for hooks), $envfile (the bytes of `.env`) and $file_<sha256> (base64 of a file) in the runner. Throws PanelError('invalid') with a
 * problem per name: 120 KiB a value, 1 MiB a set (64 KiB more for what the panel adds), no NUL, names that a shell can export;
 * all files together have 4 MiB.
 */
export function secretPart(
  exports: Record<string, string>,
  env: string | null,
  files: readonly Uint8Array[] = [],
): Uint8Array {
  const encoder = new TextEncoder()
  const problems: Problem[] = []
  let lines = ''
  // As an environment holds them, quoting left out: a set that fits its own limit always fits here.
  let size = 0
  for (const [name, value] of Object.entries(exports)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      problems.push({ path: name, message: 'This is not a name of a variable.' })
    else if (shellNames.has(name)) problems.push({ path: name, message: 'This name belongs to the shell.' })
    else if (value.includes('\0')) problems.push({ path: name, message: 'A variable cannot hold a NUL character.' })
    else if (encoder.encode(value).length > longestValue)
      problems.push({ path: name, message: 'This value is longer than 120 KiB.' })
    else lines += `export ${name}=${quote(value)}\n`
    size += encoder.encode(`${name}=${value}\0`).length
  }
  if (env?.includes('\0')) problems.push({ path: '.env', message: 'The file cannot hold a NUL character.' })
  if (size > longestSet + ownExports || encoder.encode(env ?? '').length > longestSet) {
    problems.push({ path: '', message: 'The set is longer than 1 MiB.' })
  }
  if (problems.length > 0) {
    const named = problems.map(({ path, message }) => (path === '' ? message : `${path.slice(0, 40)}: ${message}`))
    throw new PanelError('invalid', `These variables cannot be given to a server. ${named.join(' ')}`, { problems })
  }
  if (files.reduce((sum, { length }) => sum + length, 0) > mostOfFiles)
    throw new PanelError('invalid', 'All files of the environment together are larger than 4 MiB.')
  const contents = new Map(files.map((bytes) => [sha256(bytes), bytes]))
  const assigned = [...contents].map(([hash, bytes]) => `file_${hash}=${quote(base64(bytes))}\n`)
  return encoder.encode(`exports=${quote(lines)}\nenvfile=${quote(env ?? '')}\n${assigned.join('')}`)
}

function base64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 8_192) text += String.fromCharCode(...bytes.subarray(at, at + 8_192))
  return btoa(text)
}
