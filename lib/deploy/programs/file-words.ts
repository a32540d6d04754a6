// What of a panel's file may be a word of a program.
import { PanelError } from '../../errors.ts'
import type { FileTarget } from '../types.ts'
import { innerPath } from './text.ts'

/** A path inside a directory, without what `find -path` would take for a pattern, and as `read` reads it back. */
export function filePath(path: string): string {
  if (/[\p{Cc}*?[\]\\]|^ | $/u.test(path)) throw invalid('This path', path)
  return innerPath(path)
}

/** What belongs to the engine, in a root. */
const own = /^(release|current|\.fairlead)(\/|$)/

/** Where a file of this target lies, from its beginning on: the release, the root, or `/`. */
export function placePath(target: FileTarget, path: string): string {
  if (target === 'server' && !path.startsWith('/')) throw invalid('This path', path)
  if (target === 'shared' && own.test(path)) throw invalid('This path', path)
  return filePath(target === 'server' ? path.slice(1) : path)
}

export function fileMode(mode: string): string {
  if (!/^0[0-7]{3}$/.test(mode)) throw invalid('These permissions', mode)
  return mode
}

function invalid(what: string, value: string): PanelError {
  return new PanelError('invalid', `${what} cannot be used on a server: ${JSON.stringify(value)}`)
}
