// Names of branches and tags, checked by git's own rules before git sees them.
import { PanelError } from '../errors.ts'

/** A whole SHA-1 or SHA-256, as git writes it. */
export function isFullSha(text: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text)
}

/** True for a name that git would accept below refs/heads/ (git-check-ref-format(1)); one that looks like an option is not. */
export function isRefName(name: string): boolean {
  if (name === '' || name === '@' || name.length > 250 || name.startsWith('-')) return false
  if (/[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|^\/|\/$|\.$/.test(name)) return false
  return name.split('/').every((part) => !part.startsWith('.') && !part.endsWith('.lock'))
}

/** PanelError `invalid` unless it could be a branch, a tag or a commit. */
export function checkRefName(name: string): void {
  if (isRefName(name)) return
  throw new PanelError(
    'invalid',
    `“${name.replace(/[\p{Cc}\p{Cf}]/gu, '?').slice(0, 100)}” is not the name of a branch, tag or commit.`,
    {
      problems: [{ path: 'ref', message: 'Not the name of a branch, tag or commit' }],
    },
  )
}
