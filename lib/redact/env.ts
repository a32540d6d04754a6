// What hooks get of `.env` text, and, read leniently, which values are worth hiding. No interpolation.
import { readEnvText } from '../format/env-text.ts'

type EnvEntry = { name: string; raw: string }

/** Assignments in order; quoted values may span lines. Anything else is skipped: the file itself travels byte for byte. */
export function envEntries(text: string): EnvEntry[] {
  const entry =
    /^[ \t\ufeff]*(?:export[ \t]+)?([\w.-]+)[ \t]*=[ \t]*("(?:\\[\s\S]|[^"\\])*"|'[^']*'|`[^`]*`|[^\r\n]*)/gm
  return [...text.matchAll(entry)].map((match) => ({ name: match[1]!, raw: (match[2] ?? '').trim() }))
}

/** name → value exactly as the panel read the text when it was saved, the last assignment of a name; only names that a shell can export. */
export function envValues(text: string): Record<string, string> {
  return Object.fromEntries(Object.entries(readEnvText(text).values).filter(([name]) => /^[A-Za-z_]\w*$/.test(name)))
}

/** What different parsers make of a value, the usual one last. */
export function readings(raw: string): string[] {
  const quote = raw[0]
  if (quote && `"'\``.includes(quote) && raw.length > 1 && raw.endsWith(quote)) {
    const inner = raw.slice(1, -1)
    return quote === '"' ? [inner, unescaped(inner)] : [inner]
  }
  return [raw, raw.replace(/(^|\s+)#.*$/, '')]
}

function unescaped(text: string): string {
  const codes: Record<string, string> = { n: '\n', r: '\r', t: '\t' }
  return text.replace(/\\([\s\S])/g, (_, code: string) => codes[code] ?? code)
}
