// Frames from a server (docs/engine.md, "Frames"). Bytes arrive in any pieces; journal and log bytes leave in the pieces
// they arrived in, so that a 64 MiB frame never has to be held.
import { PanelError } from '../errors.ts'

export type Frame =
  | { type: 'S'; segment: string; epoch: string; how: 'started' | 'attached'; wallMs: number; uptimeCs: number }
  | { type: 'J'; offset: number; bytes: Uint8Array }
  | { type: 'O'; step: number; offset: number; bytes: Uint8Array }
  | { type: 'H' }
  | { type: 'X'; code: string; detail: string }
  | { type: 'Z'; bytes: Uint8Array }
  | { type: 'E'; how: 'done' | 'lost' }

type Body = { type: 'J' | 'O' | 'Z'; step: number; offset: number; left: number; held: Uint8Array[] }

const opening = '%fairlead1'
const longestLine = 4096
const longestAnswer = 4 * 1024 * 1024
const empty = new Uint8Array(0)

function joined(parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** Splits a channel's output into frames. Throws PanelError('invalid') on anything that no program of ours can have sent. */
export class FrameReader {
  #open = false
  #rest: Uint8Array = empty
  #body: Body | null = null

  /** False until the line `%fairlead1` was seen: until then everything is a login script's chatter and is dropped. */
  get opened(): boolean {
    return this.#open
  }

  push(bytes: Uint8Array): Frame[] {
    const frames: Frame[] = []
    let data = this.#rest.length === 0 ? bytes : joined([this.#rest, bytes])
    this.#rest = empty
    while (data.length > 0) {
      if (this.#body) {
        data = this.#fill(this.#body, data, frames)
        continue
      }
      const end = data.indexOf(10)
      if (end < 0) {
        if (!this.#open && data.length > longestLine) data = data.subarray(data.length - longestLine)
        else if (data.length > longestLine) throw malformed(data)
        this.#rest = data.slice()
        break
      }
      const line = new TextDecoder().decode(data.subarray(0, end))
      data = data.subarray(end + 1)
      if (this.#open) this.#line(line, frames)
      else this.#open = line === opening
    }
    return frames
  }

  #fill(body: Body, data: Uint8Array, frames: Frame[]): Uint8Array {
    const part = data.slice(0, body.left)
    body.left -= part.length
    if (body.type === 'Z') {
      body.held.push(part)
      if (body.left === 0) frames.push({ type: 'Z', bytes: joined(body.held) })
    } else {
      frames.push(
        body.type === 'J'
          ? { type: 'J', offset: body.offset, bytes: part }
          : { type: 'O', step: body.step, offset: body.offset, bytes: part },
      )
      body.offset += part.length
    }
    if (body.left === 0) this.#body = null
    return data.subarray(part.length)
  }

  #line(line: string, frames: Frame[]): void {
    const [type, ...words] = line.split(' ')
    const numbers = words.map((word) => (/^\d{1,15}$/.test(word) ? Number(word) : NaN))
    const number = (i: number): number => {
      const value = numbers[i]
      if (value === undefined || Number.isNaN(value)) throw malformed(line)
      return value
    }
    if (type === 'H') frames.push({ type })
    else if (type === 'J') this.#begin({ type, step: 0, offset: number(0), left: number(1), held: [] }, frames)
    else if (type === 'O') this.#begin({ type, step: number(0), offset: number(1), left: number(2), held: [] }, frames)
    else if (type === 'Z') {
      if (number(0) > longestAnswer) throw malformed(line)
      this.#begin({ type, step: 0, offset: 0, left: number(0), held: [] }, frames)
    } else if (type === 'X') frames.push({ type, code: words[0] ?? '', detail: words.slice(1).join(' ') })
    else if (type === 'E' && (words[0] === 'done' || words[0] === 'lost')) frames.push({ type, how: words[0] })
    else if (type === 'S' && words.length === 5 && (words[2] === 'started' || words[2] === 'attached')) {
      const [segment = '', epoch = '', how] = words as [string, string, 'started' | 'attached']
      frames.push({ type, segment, epoch, how, wallMs: number(3), uptimeCs: number(4) })
    } else throw malformed(line)
  }

  #begin(body: Body, frames: Frame[]): void {
    if (body.left > 0) this.#body = body
    else if (body.type === 'Z') frames.push({ type: 'Z', bytes: empty })
  }
}

function malformed(what: string | Uint8Array): PanelError {
  const text = typeof what === 'string' ? what : new TextDecoder().decode(what.subarray(0, 200))
  return new PanelError('invalid', 'The server answered something that this version does not understand.', {
    received: text.slice(0, 200),
  })
}
