// Output of several writers as one text whose lines are whole: each begins with the name of who wrote it, and none is ever joined
// with another's, however their pieces arrive.

/** A line that never ends is broken after so many characters: a writer must not fill the memory. */
const longestLine = 1_048_576

export class LogWeave {
  private readonly open = new Map<string, { name: string; text: string }>()

  /** The lines of `writer` that are whole now, each with its line break and behind `name | `. */
  add(writer: string, name: string, piece: string): string {
    const text = (this.open.get(writer)?.text ?? '') + piece
    const end = text.lastIndexOf('\n') + 1
    const rest = text.slice(end)
    this.open.set(writer, { name, text: rest.length > longestLine ? '' : rest })
    const whole = text.slice(0, end) + (rest.length > longestLine ? `${rest}\n` : '')
    return prefixed(name, whole)
  }

  /** What `writer` left without a line break; it has no more to say for now. */
  end(writer: string): string {
    const { name, text } = this.open.get(writer) ?? { name: '', text: '' }
    this.open.delete(writer)
    return text === '' ? '' : prefixed(name, `${text}\n`)
  }

  /** The same of everybody. */
  endAll(): string {
    return [...this.open.keys()].map((writer) => this.end(writer)).join('')
  }
}

function prefixed(name: string, lines: string): string {
  return lines === '' ? '' : lines.replace(/[^\n]*\n/g, (line) => `${name} | ${line}`)
}
