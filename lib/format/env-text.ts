// The text of a variable set, as .env readers agree on it: one NAME=value a line, `#` comments, blank lines, `export` in front;
// 'single' quotes take everything, "double" ones know \n \r \t \" \\ \$; quoted values may span lines. Nothing is expanded.
import { shellNames } from '../deploy/programs/secret.ts'
import type { Problem } from '../errors.ts'

/** Largest value and largest whole set, in bytes of UTF-8: what one environment string may hold on Linux, and what hooks get. */
export const valueLimit = 120 * 1024
export const setLimit = 1024 * 1024

/** Later lines win over earlier ones of the same name, as in a shell; that is also a problem, because nobody means it. */
type EnvText = { values: Record<string, string>; problems: Problem[] }

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: '$' }

/** Reads a whole text; each problem has the path `text.<line>`, counted from 1. `values` is complete only without problems. */
export function readEnvText(text: string): EnvText {
  const values = new Map<string, string>()
  const problems: Problem[] = []
  const complain = (line: number, message: string, hint?: string): void => {
    problems.push({ path: `text.${line}`, message: `Line ${line}: ${message}`, ...(hint ? { hint } : {}) })
  }
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/)
  for (let at = 0; at < lines.length; at++) {
    const line = at + 1
    const content = lines[at]!
    if (/^\s*(#|$)/.test(content)) continue
    const match = /^\s*(?:export\s+)?([^=]*?)\s*=\s*(.*)$/.exec(content)
    if (!match) {
      complain(line, 'there is no “=”.', 'Write NAME=value, or begin a comment with “#”.')
      continue
    }
    const name = match[1]!
    let value = match[2]!
    const quote = value[0]
    if (quote === '"' || quote === "'") {
      while (endOfQuote(value, quote) === -1 && at + 1 < lines.length) value += `\n${lines[++at]!}`
      const end = endOfQuote(value, quote)
      if (end === -1) {
        complain(line, `the ${quote} is never closed.`)
        break
      }
      if (!/^\s*(#.*)?$/.test(value.slice(end + 1))) complain(line, 'something follows the closing quote.')
      value = value.slice(1, end)
      if (quote === '"') value = value.replace(/\\([nrt"\\$])/g, (_, code: string) => escapes[code]!)
    } else value = value.replace(/(^|\s+)#.*$/, '').trim()
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      complain(
        line,
        `“${name.slice(0, 40)}” is not a name.`,
        'A name has letters, digits and “_”, and does not begin with a digit.',
      )
    else if (shellNames.has(name))
      complain(line, `${name} belongs to the shell, so no hook could get it.`, 'Choose another name.')
    else if (values.has(name)) complain(line, `${name} is set twice.`)
    if (value.includes('\0')) complain(line, 'a value may not hold a NUL character.')
    if (bytesOf(value) > valueLimit) complain(line, `the value of ${name.slice(0, 40)} is larger than 120 KiB.`)
    values.set(name, value)
  }
  if (bytesOf(text) > setLimit)
    problems.push({ path: 'text', message: 'All variables together are larger than 1 MiB.' })
  return { values: Object.fromEntries(values), problems }
}

function endOfQuote(value: string, quote: string): number {
  for (let at = 1; at < value.length; at++) {
    if (value[at] === '\\' && quote === '"') at++
    else if (value[at] === quote) return at
  }
  return -1
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length
}
