// The spellings in which one secret may turn up in a log: as it is, base64 (at any alignment), URL-, JSON- and HTML-encoded,
// quoted by a shell's trace, cut short in PHP's, and line by line. Only text in, byte patterns out; searching is pattern-search's part.

/** Shorter secrets would blot out half a log and protect nothing. */
const shortestSecret = 4
/** A line of a multi-line secret counts by itself from this many characters on. */
const shortestLine = 8
/** Inner base64 pieces shorter than this also occur in ordinary words. */
const shortestPiece = 6
/** What PHP shows of an argument in a stack trace (`zend.exception_string_param_max_len`). */
const tracedBytes = 15
/** Bytes of secrets above which only the common spellings are looked for: patterns take many times as much memory. */
const manyBytes = 256 * 1024

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const encoder = new TextEncoder()

/**
 * `exact` patterns stand in one piece; those of `wrapped` may be broken into lines anywhere, those of `encoded` stand where
 * escapes were decoded: which signs get one is decided otherwise by every library.
 */
type Forms = { exact: Uint8Array[]; wrapped: Uint8Array[]; encoded: Uint8Array[] }

/** Every byte pattern that must not pass for these secrets; secrets of less than 4 bytes give none. */
export function secretForms(secrets: readonly string[]): Forms {
  const exact = new Set<string>()
  const wrapped = new Set<string>()
  const encoded = new Set<string>()
  const areMany = secrets.reduce((sum, secret) => sum + secret.length, 0) > manyBytes
  for (const secret of secrets) {
    if (encoder.encode(secret).length < shortestSecret) continue
    // Lone surrogates become U+FFFD, as they do when the value is written to a file.
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(encoder.encode(secret))
    for (const part of [text, text.trim(), ...linesOf(text)]) {
      for (const form of areMany ? [part, jsonOf(part)] : spellings(part)) exact.add(form)
      for (const form of base64Forms(encoder.encode(part))) wrapped.add(form)
      if (/[^\w.-]/.test(part)) for (const form of [part, part.replaceAll(' ', '+')]) encoded.add(form)
    }
  }
  return { exact: patterns(exact), wrapped: patterns(wrapped), encoded: patterns(encoded) }
}

function patterns(forms: Set<string>): Uint8Array[] {
  return [...forms].map((form) => encoder.encode(form)).filter((bytes) => bytes.length >= shortestSecret)
}

function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/)
  if (lines.length === 1) return []
  return lines.map((line) => line.trim()).filter((line) => line.length >= shortestLine)
}

function spellings(text: string): string[] {
  const json = jsonOf(text)
  const url = encodeURIComponent(text)
  const html = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
  return [
    text,
    json,
    json.replaceAll('/', '\\/'),
    asciiJson(json),
    asciiJson(json).replaceAll('/', '\\/'),
    url,
    url.replaceAll('%20', '+'),
    url.replace(/%../g, (code) => code.toLowerCase()),
    ...shellForms(text),
    html,
    ...(text.length > tracedBytes ? [`${text.slice(0, tracedBytes)}...`] : []),
    ...['&#39;', '&#039;', '&#x27;'].map((quote) => html.replaceAll("'", quote)),
  ]
}

/** As traces (`set -x`) and `printf %q` of dash and bash say it; also what PHP, Python, SQL and YAML quote. */
function shellForms(text: string): string[] {
  const escaped = text.replace(/[\\']/g, '\\$&')
  const ansi = escaped.replace(/[\0-\x1f\x7f]/g, (code) => named[code] ?? octal(code))
  return [
    text.replaceAll("'", `'\\''`),
    text.replaceAll("'", `'"'"'`),
    text.replaceAll("'", "''"),
    escaped,
    ansi,
    // In the C locale bytes beyond ASCII are octal, too.
    ansi.replace(/[^\0-\x7f]+/g, octal),
    text.replace(/[\\"$`]/g, '\\$&'),
    text.replace(/[ !"#$&'()*,;<>?[\\\]^`{|}~]/g, '\\$&'),
  ]
}

const named: Record<string, string> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\x07': '\\a',
  '\b': '\\b',
  '\x1b': '\\E',
  '\f': '\\f',
  '\v': '\\v',
}

function octal(text: string): string {
  return [...encoder.encode(text)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')
}

function jsonOf(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

/** `é` → `\u00e9`, as PHP and Python write JSON. */
function asciiJson(json: string): string {
  return json.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Base64 of the bytes alone, and what stays of it when 1 or 2 bytes, or anything after, are encoded together with them. */
function base64Forms(bytes: Uint8Array): string[] {
  const whole = base64(bytes)
  const standard = [whole]
  for (const before of [0, 1, 2]) {
    const padded = new Uint8Array(before + bytes.length)
    padded.set(bytes, before)
    // The first characters also hold bits of what stands before, the last one of what follows.
    const piece = base64(padded).slice(Math.ceil((before * 8) / 6), Math.floor((padded.length * 8) / 6))
    if (piece.length >= shortestPiece) standard.push(piece)
  }
  return standard.flatMap((form) => [
    form,
    form.replaceAll('+', '-').replaceAll('/', '_'),
    form.replaceAll('+', '%2B').replaceAll('/', '%2F'),
  ])
}

/** Without padding. */
function base64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const group = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    text += alphabet[group >> 18]! + alphabet[(group >> 12) & 63]!
    if (at + 1 < bytes.length) text += alphabet[(group >> 6) & 63]!
    if (at + 2 < bytes.length) text += alphabet[group & 63]!
  }
  return text
}
