// The text of a delivery as JSON. How deep it is, is looked at before it is parsed.
import type { DeliveryHeaders } from '@/lib/spec/push-readers/reading.ts'

const mostDeep = 64

export type ReadBody = { json: unknown } | { refused: 'not_json' | 'too_deep' }

/** The body itself, or what its form field `payload` holds: some hosts send that, at choice. Signatures are of the bytes before this. */
export function readBody(headers: DeliveryHeaders, body: Uint8Array): ReadBody {
  const text = textOf(headers, body)
  if (text === null) return { refused: 'not_json' }
  if (isTooDeep(text)) return { refused: 'too_deep' }
  try {
    return { json: JSON.parse(text) as unknown }
  } catch {
    return { refused: 'not_json' }
  }
}

function textOf(headers: DeliveryHeaders, body: Uint8Array): string | null {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    return null
  }
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '')
  return isForm ? new URLSearchParams(text).get('payload') : text
}

function isTooDeep(text: string): boolean {
  let depth = 0
  let isString = false
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (isString) {
      if (char === '\\') at++
      else if (char === '"') isString = false
    } else if (char === '"') isString = true
    else if (char === '{' || char === '[') {
      if (++depth > mostDeep) return true
    } else if (char === '}' || char === ']') depth--
  }
  return false
}
