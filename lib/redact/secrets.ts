// Which values of a .env text are worth hiding. Reading is lenient on purpose: what no parser agrees on is hidden in
// every reading, because showing a secret is worse than hiding a word.

import { valuesIn } from './documents.ts'
import { envEntries, envValues, readings } from './env.ts'

/** Values that are no secrets and stand in every log; hiding them would hide the log (and the reason of a failure). */
const ordinary = new Set(
  (
    'true false null none yes no on off auto default enabled disabled production prod staging development develop ' +
    'local test testing demo debug info notice warning error critical http https localhost 127.0.0.1 0.0.0.0 ::1 ' +
    'mysql mariadb pgsql postgres postgresql sqlite redis memcached file files array sync database cookie session ' +
    'smtp sendmail mailgun log logs stack single daily stderr stdout public private utf8 utf8mb4 utf-8 root admin user ' +
    'main master node next laravel drupal craftcms wordpress europe utc info tcp unix bash release current storage'
  ).split(' '),
)

/** The values of `.env` text that must not appear in a log, in every reading of them; `names` are those of secrets, null = all. */
export function secretsOfEnv(text: string, names: ReadonlySet<string> | null = null): string[] {
  const isSecret = ({ name }: { name: string }): boolean => names === null || names.has(name)
  const values = Object.entries(envValues(text)).map(([name, value]) => ({ name, value }))
  const found = new Set([
    ...envEntries(text)
      .filter(isSecret)
      .flatMap(({ raw }) => readings(raw)),
    ...values.filter(isSecret).map(({ value }) => value),
  ])
  return [...new Set([...found].flatMap((value) => [value, ...partsOf(value)]))].filter((part) => isWorthHiding(part))
}

/** A part of a value counts by itself from this many characters on. */
const telling = 8

/** What programs take out of a value and show by itself: the password of an address, the values of a document. */
function partsOf(value: string): string[] {
  const password = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s:]*:([^/?#\s]+)@/i.exec(value)?.[1]
  const isDocument = value.includes('\n') || /^\s*[[{]/.test(value)
  const inside = isDocument ? valuesIn(value).filter(({ length }) => length >= telling) : []
  return password === undefined ? inside : [password, decodedUrl(password), ...inside]
}

function decodedUrl(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Neither an everyday word nor a small number, and long enough. */
export function isWorthHiding(value: string): boolean {
  return !ordinary.has(value.toLowerCase()) && !/^\d{1,5}$/.test(value) && new TextEncoder().encode(value).length >= 4
}
