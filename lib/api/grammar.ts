// What may be typed into each field that later reaches a shell, git or a server. Strict on purpose: a refused odd name costs a
// minute, an accepted one may cost a server. Everything is still quoted where it is used.
import { z } from 'zod'

// Control characters, halves of characters (which no database stores), line and paragraph separators, and the bidirectional
// marks that make a text look like another one.
const invisible = /[\p{Cc}\p{Cs}\u061c\u180e\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u

/** A name for people: any script, no control or direction characters, not only blanks, at most 80 characters. */
export const nameText = z
  .string()
  .trim()
  .min(1, 'Give it a name.')
  .max(80, 'A name has at most 80 characters.')
  .refine((text) => !invisible.test(text), 'The name holds a character that cannot be seen.')

/** DNS name or IPv4 or IPv6 address, without port, brackets or user. Never begins with a dash. */
export const hostText = z
  .string()
  .trim()
  .max(253)
  .refine(
    (host) =>
      /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,62}))*\.?$/.test(host) ||
      z.ipv6().safeParse(host).success,
    'Not a host name or address.',
  )

export const portNumber = z.coerce.number().int().min(1, 'A port is 1 to 65535.').max(65535, 'A port is 1 to 65535.')

/** A Unix account name as useradd accepts it (capitals allowed, as many systems do). */
export const unixUser = z
  .string()
  .trim()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/,
    'A user name has letters, digits, ".", "_" or "-", and begins with a letter.',
  )

/** Branch, tag or SHA, by the rules of git-check-ref-format; never something that git could take for an option or a range. */
export const refText = z
  .string()
  .trim()
  .min(1, 'Name a branch, a tag or a commit.')
  .max(244, 'The name is too long.')
  .refine(isRef, 'Not the name of a branch, a tag or a commit.')

function isRef(ref: string): boolean {
  if (invisible.test(ref) || /[\s~^:?*[\\'"`$;&|<>(){}!#]/.test(ref)) return false
  if (ref.startsWith('-') || ref.startsWith('/') || ref.endsWith('/') || ref.endsWith('.') || ref === '@') return false
  if (ref.includes('..') || ref.includes('//') || ref.includes('@{')) return false
  return ref
    .split('/')
    .every((part) => part !== '' && !part.startsWith('.') && !part.startsWith('-') && !part.endsWith('.lock'))
}

/**
 * https, ssh or scp-like address, or an absolute path (which only an allowed prefix makes usable). No password inside; no plain
 * http, because whoever sits on the line could put code of their own on the servers.
 */
export const repositoryUrl = z
  .string()
  .trim()
  .min(1, 'Give the address of a repository.')
  .max(500, 'The address is too long.')
  .refine(isRepositoryUrl, 'Not an https, ssh or git@host:path address (without a password inside).')

const hostPart = String.raw`(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])`
const pathPart = String.raw`[A-Za-z0-9._~/+@%=,-]+`
const urlForms = [
  new RegExp(`^https://${hostPart}(:\\d{1,5})?/${pathPart}$`),
  new RegExp(`^ssh://([A-Za-z_][A-Za-z0-9_.-]*@)?${hostPart}(:\\d{1,5})?/${pathPart}$`),
  new RegExp(`^[A-Za-z_][A-Za-z0-9_.-]*@${hostPart}:(?!-)${pathPart}$`),
  new RegExp(`^/${pathPart}$`),
]
function isRepositoryUrl(url: string): boolean {
  if (url.split(/[/:]/).some((part) => part === '..' || part.startsWith('-'))) return false
  return urlForms.some((form) => form.test(url))
}

const systemFolders = [
  'bin',
  'boot',
  'dev',
  'etc',
  'lib',
  'lib32',
  'lib64',
  'libx32',
  'proc',
  'run',
  'sbin',
  'sys',
  'usr',
]
const wholeFolders = [
  'home',
  'lost+found',
  'media',
  'mnt',
  'opt',
  'root',
  'srv',
  'tmp',
  'usr/local',
  'var',
  'var/lib',
  'var/log',
  'var/tmp',
]

/** The folder on a server that an environment lives in: absolute, canonical, not a folder of the system. */
export const rootPath = z
  .string()
  .max(200, 'The path is too long.')
  .superRefine((path, refinement) => {
    const problem = rootProblem(path)
    if (problem) refinement.addIssue({ code: 'custom', message: problem })
  })

function rootProblem(path: string): string | null {
  if (!path.startsWith('/')) return 'The path must begin with "/".'
  if (path === '/') return 'The root of the whole server cannot be used.'
  const parts = path.slice(1).split('/')
  if (parts.some((part) => part === '' || part === '.' || part === '..'))
    return 'The path may not hold "//", "." or "..", nor end with "/".'
  if (!parts.every((part) => /^[A-Za-z0-9._@+][A-Za-z0-9._@+-]*$/.test(part)))
    return 'Use letters, digits, ".", "_", "-", "@" and "+" only.'
  const isSystem = systemFolders.includes(parts[0] ?? '') && !(parts[0] === 'usr' && parts[1] === 'local')
  if (isSystem || wholeFolders.includes(parts.join('/')))
    return `${path} belongs to the system. Choose a folder of its own, such as /webroot.`
  return null
}

/** An address to sign in with; kept in lower case. */
export const emailText = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .regex(/^[^\s@<>"'`\\\p{Cc}\p{Cs}]+@[^\s@<>"'`\\\p{Cc}\p{Cs}]+$/u, 'Not an e-mail address.')

/** 12 characters or more, by NIST SP 800-63B: length counts, composition rules don't. At most 1,000 bytes are hashed. */
export const passwordText = z
  .string()
  .min(12, 'A password needs at least 12 characters.')
  .max(250, 'A password has at most 250 characters.')

/** Lower-case words of a name joined by "-", for addresses; never empty. */
export function slugOf(name: string): string {
  const words =
    name
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? []
  return words.join('-').slice(0, 60).replace(/-$/, '') || 'x'
}
