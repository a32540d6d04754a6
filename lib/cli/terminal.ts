// Text of others (logs, commit subjects) made safe for a terminal: colours stay, everything that could move the cursor, set
// titles, talk to the clipboard or turn the direction of what follows goes.

// The escape begins in the group or is complete: colour | other CSI | OSC and friends up to their end | two-character escapes.
const sequence =
  /\x1b\[[0-9;:]*m|\x1b\[[\x20-\x3f]*[\x40-\x7e]|\x1b[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)|\x1b[\x20-\x2f]*[\x30-\x7e]|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\x1b/g
const colour = /^\x1b\[[0-9;:]*m$/
const unfinished = /\x1b(?:\[[\x20-\x3f]*|[\]PX^_][^\x07\x1b\n]*\x1b?|[\x20-\x2f]*)?$/
const longest = 4_096

/** Feed it text piece by piece: an escape sequence that a piece cuts is held back until the next one. */
export class SafeText {
  private held = ''

  feed(piece: string): string {
    const text = this.held + piece
    const cut = unfinished.exec(text)
    const end = cut && text.length - cut.index <= longest ? cut.index : text.length
    this.held = text.slice(end)
    return clean(text.slice(0, end))
  }

  /** What is still held back is no sequence any more. */
  end(): string {
    const rest = this.held
    this.held = ''
    return clean(rest)
  }
}

/** One whole text. Line breaks and tabs stay. */
export function clean(text: string): string {
  return text.replace(sequence, (found) => (colour.test(found) ? found : ''))
}
