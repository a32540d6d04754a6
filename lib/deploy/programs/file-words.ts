// What of a panel's file may be a word of a program.
import { PanelError } from '../../errors.ts'
import { innerPath } from './text.ts'

/** A path inside a directory, without what `find -path` would take for a pattern, and as `read` reads it back. */
export function filePath(path: string): string {
  if (/[\p{Cc}*?[\]\\]|^ | $/u.test(path)) throw invalid('This path', path)
  return innerPath(path)
}

export function fileMode(mode: string): string {
  if (!/^0[0-7]{3}$/.test(mode)) throw invalid('These permissions', mode)
  return mode
}

function invalid(what: string, value: string): PanelError {
  return new PanelError('invalid', `${what} cannot be used on a server: ${JSON.stringify(value)}`)
}
