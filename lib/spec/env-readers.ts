// How those who read `.env` files read one assignment otherwise than Fairlead and its hooks do. By the sources of
// vlucas/phpdotenv 5 (Parser\EntryParser, Parser\Lines), motdotla/dotenv 16 (its one regular expression) and bash(1), “Quoting”.
import type { EnvEntry } from '../format/env-entries.ts'

export const readers = ['php', 'node', 'shell'] as const
export type EnvReader = (typeof readers)[number]

/** `is` completes “NAME …”; `expands`: meant by those who write it, so never more than a warning. */
export type Otherwise = { is: string; expands?: true }

/** What `reader` makes of an entry that Fairlead doesn't; null = the same value. `text` is what the entry is of. */
export function readsOtherwise(reader: EnvReader, entry: EnvEntry, text: string): Otherwise | null {
  const raw = text.slice(entry.valueFrom, entry.valueTo)
  if (/\r(?!\n)/.test(text.slice(entry.from, entry.to)))
    return reader === 'shell'
      ? { is: 'keeps carriage returns' }
      : { is: 'has line ends in place of its carriage returns' }
  if (entry.quote === null && /[^\S \t\r\n]/.test(text.slice(entry.from, entry.to)))
    return { is: 'has blanks of an unusual kind outside quotes' }
  if (reader === 'php') return php(entry, raw)
  return reader === 'node' ? node(entry, raw) : shell(entry, raw, text)
}

const expansion = /\$\{[A-Za-z0-9_.]+\}/
const expanded: Otherwise = { is: 'is expanded: the value of another variable stands in its place', expands: true }

function php({ quote, isSpaced }: EnvEntry, raw: string): Otherwise | null {
  if (quote === "'") return raw.includes('\n') ? { is: 'has more than one line, which only double quotes can' } : null
  if (quote === '"') {
    if (escapesIn(raw).some((code) => !'nrt"\\$'.includes(code)))
      return { is: 'has a backslash before a character that it stops at' }
    if (isSpaced && raw.includes('\n')) return { is: 'has more than one line, which it takes only right behind “=”' }
    return expansion.test(raw.replace(/\\./gs, '')) ? expanded : null
  }
  if (/\s/.test(raw)) return { is: 'has blanks outside quotes, at which it stops' }
  if (raw.includes('#')) return { is: 'ends at “#”' }
  return expansion.test(raw) ? expanded : null
}

function node({ quote, value }: EnvEntry, raw: string): Otherwise | null {
  if (quote === "'" && raw.endsWith("\\'"))
    return { is: 'goes on behind the quote, because a backslash stands before it' }
  if (quote === '"' && escapesIn(raw).some((code) => 't"\\$'.includes(code)))
    return { is: 'keeps the backslash in \\", \\\\, \\$ and \\t: it knows only \\n and \\r' }
  if (quote === null && raw.includes('#')) return { is: 'ends at “#”' }
  if (quote === null && raw.startsWith('`')) return { is: 'begins with a backtick, which is a quote there' }
  return /\$\{?[A-Za-z_]/.test(value)
    ? { is: 'is expanded where dotenv-expand is used, as by Next.js and Vite', expands: true }
    : null
}

function shell({ quote, isSpaced, from, to, valueTo }: EnvEntry, raw: string, text: string): Otherwise | null {
  if (isSpaced) return { is: 'is no assignment with blanks around “=”, but a command' }
  if (from === 1) return { is: 'is no assignment behind a byte order mark, but a command' }
  if (text[valueTo] === '#') return { is: 'goes on with “#”, which begins a comment only behind a blank' }
  if (text[to] === '\r') return { is: 'gets a carriage return at its end' }
  if (quote !== null && raw.includes('\r\n')) return { is: 'keeps carriage returns in it' }
  if (quote === "'") return null
  if (quote === '"') {
    const codes = escapesIn(raw)
    if (codes.some((code) => 'nrt'.includes(code))) return { is: 'keeps \\n, \\r and \\t as two characters' }
    if (codes.some((code) => '`\n'.includes(code))) return { is: 'loses a backslash' }
    return commands(raw.slice(1, -1).replace(/\\./gs, ''))
  }
  if (/\s/.test(raw)) return { is: 'ends at the blank, and what follows is run as a command' }
  if (/`|\$\(/.test(raw)) return commands(raw)
  if (/[;&|<>()]/.test(raw)) return { is: 'ends at a sign that begins another command' }
  if (/[\\'"]/.test(raw)) return { is: 'loses quotes and backslashes' }
  if (/\{.*(,|\.\.).*\}/.test(raw) && text.slice(from, valueTo).trimStart().startsWith('export'))
    return { is: 'has its braces expanded behind “export”' }
  if (/(^|:)~/.test(raw)) return { is: 'has a home directory in place of “~”' }
  return commands(raw)
}

function commands(raw: string): Otherwise | null {
  if (/`|\$\(/.test(raw)) return { is: 'runs what stands in it as a command' }
  return /\$[A-Za-z0-9_{'"[@*#?$!-]/.test(raw) ? expanded : null
}

/** What each backslash between double quotes stands before. */
function escapesIn(raw: string): string[] {
  return [...raw.slice(1, -1).matchAll(/\\(.)/gs)].map(([, code]) => code!)
}
