// Changes of `.env` text that leave comments, order and everything else as they are; and secrets in it, hidden and kept.
import type { Problem } from '../errors.ts'
import { readEnvEntries } from './env-entries.ts'
import type { EnvEntry } from './env-entries.ts'

/** Stands where the value of a secret would: left as it is, it keeps that value. */
export const placeholder = '••••••••'

/** The text with the placeholder for every value whose name is secret, what follows it on its line included. */
export function hideSecrets(text: string, isSecret: (name: string) => boolean): string {
  const hidden = readEnvEntries(text).entries.filter(({ name }) => isSecret(name))
  return replaced(text, hidden, () => placeholder)
}

/** Names whose value is the placeholder. */
export function untouchedSecrets(text: string): string[] {
  return readEnvEntries(text)
    .entries.filter((entry) => isUntouched(entry, text))
    .map(({ name }) => name)
}

function isUntouched({ valueFrom, to }: EnvEntry, text: string): boolean {
  return text.slice(valueFrom, to).trim() === placeholder
}

/**
 * The text with the values of `base` for placeholders, byte for byte as they were written there. A placeholder for a name that
 * `base` doesn't have is a problem: there is nothing that it could stand for.
 */
export function restoreSecrets(text: string, base: string | null): { text: string; problems: Problem[] } {
  const known = new Map<string, string>()
  for (const { name, valueFrom, to } of readEnvEntries(base ?? '').entries) known.set(name, base!.slice(valueFrom, to))
  const untouched = readEnvEntries(text).entries.filter((entry) => isUntouched(entry, text))
  const problems = untouched
    .filter(({ name }) => !known.has(name))
    .map(({ name, line }) => ({
      path: `text.${line}`,
      message: `Line ${line}: there is no stored value for ${name.slice(0, 60)}.`,
      hint: 'Type the value.',
    }))
  return { text: replaced(text, untouched, ({ name }) => known.get(name) ?? placeholder), problems }
}

/** `written` is the value with its quotes. What follows on the line stays; a new name comes last. */
export function setInEnv(text: string, name: string, written: string): string {
  const entry = readEnvEntries(text).entries.findLast((one) => one.name === name)
  if (entry) {
    const rest = text.slice(isUntouched(entry, text) ? entry.to : entry.valueTo)
    // A comment begins behind a blank only.
    return text.slice(0, entry.valueFrom) + written + (rest.startsWith('#') ? ' ' : '') + rest
  }
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const isOpen = text !== '' && !text.endsWith('\n')
  return `${text}${isOpen ? newline : ''}${name}=${written}${newline}`
}

/** Without the lines of this name. */
export function unsetInEnv(text: string, name: string): string {
  return readEnvEntries(text)
    .entries.filter((entry) => entry.name === name)
    .reduceRight((rest, { from, to }) => rest.slice(0, from) + rest.slice(to).replace(/^\r?\n/, ''), text)
}

function replaced(text: string, entries: EnvEntry[], by: (entry: EnvEntry) => string): string {
  return entries.reduceRight((rest, entry) => rest.slice(0, entry.valueFrom) + by(entry) + rest.slice(entry.to), text)
}
