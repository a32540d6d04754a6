// Which values of a .env text are worth hiding. Reading is lenient on purpose: what no parser agrees on is hidden in
// every reading, because showing a secret is worse than hiding a word.

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

/** The values of `.env` text that must not appear in a log, longest reading and bare reading both. */
export function secretsOfEnv(text: string): string[] {
  const found = new Set<string>()
  const entry = /^[ \t]*(?:export[ \t]+)?[\w.-]+[ \t]*=[ \t]*("(?:\\[\s\S]|[^"\\])*"|'[^']*'|`[^`]*`|[^\r\n]*)/gm
  for (const match of text.matchAll(entry)) for (const value of readings(match[1] ?? '')) found.add(value)
  return [...found].filter((value) => isSecret(value))
}

function readings(raw: string): string[] {
  const value = raw.trim()
  const quote = value[0]
  if (quote && `"'\``.includes(quote) && value.length > 1 && value.endsWith(quote)) {
    const inner = value.slice(1, -1)
    return quote === '"' ? [inner, unescaped(inner)] : [inner]
  }
  return [value, value.replace(/\s+#.*$/, '')]
}

function unescaped(text: string): string {
  const codes: Record<string, string> = { n: '\n', r: '\r', t: '\t' }
  return text.replace(/\\([\s\S])/g, (_, code: string) => codes[code] ?? code)
}

function isSecret(value: string): boolean {
  return !ordinary.has(value.toLowerCase()) && !/^\d{1,5}$/.test(value) && new TextEncoder().encode(value).length >= 4
}
