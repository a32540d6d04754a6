// Reading `.env` text leniently: what hooks get as variables, and which values are worth hiding. No interpolation.

export type EnvEntry = { name: string; raw: string }

/** Assignments in order; quoted values may span lines. Anything else is skipped: the file itself travels byte for byte. */
export function envEntries(text: string): EnvEntry[] {
  const entry = /^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*=[ \t]*("(?:\\[\s\S]|[^"\\])*"|'[^']*'|`[^`]*`|[^\r\n]*)/gm
  return [...text.matchAll(entry)].map((match) => ({ name: match[1]!, raw: (match[2] ?? '').trim() }))
}

/** name → value as a program that loads the file would see it; the last assignment counts. Only names that a shell can export. */
export function envValues(text: string): Record<string, string> {
  const values: Record<string, string> = {}
  for (const { name, raw } of envEntries(text)) if (/^[A-Za-z_]\w*$/.test(name)) values[name] = readings(raw).at(-1)!
  return values
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
