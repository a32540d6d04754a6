// What a check is made of: the facts that a server answered, and the lines that people read.
import type { CheckInput } from './programs/checks.ts'
import { quote } from './quote.ts'

export type Verdict = 'ok' | 'warning' | 'failed'
export type CheckLine = { id: string; label: string; verdict: Verdict; detail: string; remedy?: string }
export type CheckReport = { lines: CheckLine[]; verdict: Verdict }

/**
 * What was asked, and what the caller knows: epoch ms when the answer came, round trip, free space it wants; `mine` = the owner
 * that this root should have (null = no environment uses it yet), `adopt` = a person agreed to take over what is there.
 */
export type CheckContext = CheckInput & {
  nowMs: number
  mine: string | null
  adopt: boolean
  roundTripMs?: number
  needBytes?: number
  needInodes?: number
}

/** Lines `key value` of the answer; a key may come more than once. */
export class Facts {
  readonly #pairs: { key: string; value: string }[]
  constructor(bytes: Uint8Array) {
    const lines = new TextDecoder()
      .decode(bytes)
      .split('\n')
      .filter((line) => line !== '')
    this.#pairs = lines.map((line) => {
      const space = line.indexOf(' ')
      return space < 0 ? { key: line, value: '' } : { key: line.slice(0, space), value: line.slice(space + 1).trim() }
    })
  }
  all(key: string): string[] {
    return this.#pairs.filter((pair) => pair.key === key).map((pair) => pair.value)
  }
  one(key: string): string {
    return this.all(key)[0] ?? ''
  }
  /** Path of a command, '' when it isn't there. */
  tool(name: string): string {
    return (
      this.all('tool')
        .find((value) => value.startsWith(`${name} `))
        ?.slice(name.length + 1) ?? ''
    )
  }
}

/** A remedy is only shown where something isn't as it should be. */
export function line(id: string, label: string, verdict: Verdict, detail: string, remedy?: string): CheckLine {
  return remedy === undefined || verdict === 'ok'
    ? { id, label, verdict, detail }
    : { id, label, verdict, detail, remedy }
}

/** As a person would type it: quoted only when it has to be. */
export function typed(word: string): string {
  return /^[A-Za-z0-9/_.@%+=:,-]+$/.test(word) ? word : quote(word)
}
