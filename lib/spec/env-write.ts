// A value as it is written into `.env`: in the simplest way that everybody who counts reads back as it was.
import { readEnvEntries } from '../format/env-entries.ts'
import { checkDialect } from './env-dialects.ts'
import type { Dialect } from './env-dialects.ts'

/** What goes behind `NAME=`. A value that the dialect can't hold is written as Fairlead reads it; the check then says so. */
export function writeEnvValue(value: string, dialect: Dialect): string {
  const ways = [value, `'${value}'`, doubleQuoted(value, false), doubleQuoted(value, true)]
  const readable = ways.filter((way) => {
    const { entries, problems } = readEnvEntries(`A=${way}`)
    return problems.length === 0 && entries.length === 1 && entries[0]!.value === value
  })
  const cost = (way: string): number => {
    const { problems, warnings } = checkDialect(`A=${way}`, dialect)
    return problems.length * 10 + warnings.length
  }
  return readable.reduce((best, way) => (cost(way) < cost(best) ? way : best), readable[0] ?? doubleQuoted(value, true))
}

/** Escapes only what has to be; with `inOneLine` line ends, too. */
function doubleQuoted(value: string, inOneLine: boolean): string {
  const escaped = value.replace(/["\\]/g, '\\$&').replaceAll('$', '\\$$').replaceAll('\r', '\\r')
  return `"${inOneLine ? escaped.replaceAll('\n', '\\n') : escaped}"`
}
