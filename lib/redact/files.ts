// What of a secret file must not appear in a log: all of it, each of its lines, and the values that programs read out of it.
import { valuesIn } from './documents.ts'
import { isWorthHiding } from './secrets.ts'

/** A line or a value counts by itself from this many characters on. */
const shortest = 8
/** A longer file is hidden line by line only: as one pattern it would take many times its size. */
const longestWhole = 16 * 1024

/** Of bytes that are no text, nothing: no log holds them. */
export function secretsOfFile(bytes: Uint8Array): string[] {
  const text = textOf(bytes)
  if (text === null) return []
  const lines = text.split(/\r\n?|\n/).map((line) => line.trim())
  const found = new Set([...lines, ...valuesIn(text), ...(text.length <= longestWhole ? [text.trim()] : [])])
  return [...found].filter((one) => one.length >= shortest && isWorthHiding(one))
}

/** UTF-8 without NUL, to the byte; null for everything else. */
export function textOf(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}
