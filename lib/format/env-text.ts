// The text of a variable set, as .env readers agree on it: one NAME=value a line, `#` comments, blank lines, `export` in front;
// 'single' quotes take everything, "double" ones know \n \r \t \" \\ \$; quoted values may span lines. Nothing is expanded.
import { shellNames } from '../deploy/programs/secret.ts'
import type { Problem } from '../errors.ts'
import { readEnvEntries } from './env-entries.ts'

/** Largest value and largest whole set, in bytes of UTF-8: what one environment string may hold on Linux, and what hooks get. */
export const valueLimit = 120 * 1024
export const setLimit = 1024 * 1024

/** Later lines win over earlier ones of the same name, as in a shell; that is also a problem, because nobody means it. */
type EnvText = { values: Record<string, string>; problems: Problem[] }

/** What a variable can be called. `__proto__` is no name of anybody's, and no object of ours could hold it. */
export const variableName = /^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$/

/** Reads a whole text; each problem has the path `text.<line>`, counted from 1. `values` is complete only without problems. */
export function readEnvText(text: string): EnvText {
  const { entries, problems } = readEnvEntries(text)
  const values = new Map<string, string>()
  const complain = (line: number, message: string, hint?: string): void => {
    problems.push({ path: `text.${line}`, message: `Line ${line}: ${message}`, ...(hint ? { hint } : {}) })
  }
  for (const { name, value, line } of entries) {
    if (!variableName.test(name))
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
  problems.sort((a, b) => lineOf(a) - lineOf(b))
  if (bytesOf(text) > setLimit)
    problems.push({ path: 'text', message: 'All variables together are larger than 1 MiB.' })
  return { values: Object.fromEntries(values), problems }
}

function lineOf({ path }: Problem): number {
  return Number(path.slice('text.'.length))
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length
}
