// A line cut into pieces of one look: ANSI colours by anser, found words, plain links. Data only; no HTML is ever made.
import Anser from 'anser'
import { visible, type LogLine } from './lines.ts'

type Piece = {
  text: string
  className: string
  colour?: string
  background?: string
  link?: string
  isFound: boolean
}

/** A line longer than this is cut where it is drawn; the raw file has the rest. */
const drawnLimit = 10_000

/** Pieces of a line in order; their texts joined are the visible line (up to `drawnLimit`). */
export function pieces(line: LogLine, found: RegExp | null): { parts: Piece[]; cut: number } {
  const text = visible(line.text)
  const cut = Math.max(0, text.length - drawnLimit)
  const shown = line.carry + (cut ? text.slice(0, drawnLimit) : text)
  const spans: Piece[] = shown.includes('\x1b') ? coloured(shown) : [{ text: shown, className: '', isFound: false }]
  return { parts: marked(spans.flatMap(linked), found), cut }
}

function coloured(text: string): Piece[] {
  return Anser.ansiToJson(text, { use_classes: true, remove_empty: true, json: true }).map((span) => ({
    text: span.content.replaceAll('\x1b', ''),
    className: [
      nameOf(span.fg, 'ansi-'),
      nameOf(span.bg, 'ansi-on-'),
      ...span.decorations.filter((name) => name !== 'blink' && name !== 'reverse').map((name) => `ansi-${name}`),
      span.decorations.includes('reverse') ? 'ansi-reverse' : '',
    ]
      .filter(Boolean)
      .join(' '),
    ...looks(exactColour(span.fg, span.fg_truecolor), exactColour(span.bg, span.bg_truecolor)),
    isFound: false,
  }))
}

/** Programs choose exact colours for a dark or a light ground and don't know ours: text alone is made dark or light enough. */
function looks(colour: Rgb | undefined, background: Rgb | undefined): { colour?: string; background?: string } {
  if (!background) {
    if (!colour) return {}
    const from = `from ${css(colour)}`
    return { colour: `light-dark(oklch(${from} min(l, 0.5) c h), oklch(${from} max(l, 0.74) c h))` }
  }
  const [red, green, blue] = background
  const isDark = 0.299 * red + 0.587 * green + 0.114 * blue < 140
  return { colour: colour ? css(colour) : isDark ? '#fff' : '#111', background: css(background) }
}

type Rgb = [red: number, green: number, blue: number]
const css = (rgb: Rgb) => `rgb(${rgb.join(', ')})`

/** anser's `ansi-red` and `ansi-bright-red` as our classes; palette and true colours are styles instead. */
function nameOf(name: string | null, prefix: string): string {
  const match = /^ansi-((?:bright-)?(?:black|red|green|yellow|blue|magenta|cyan|white))$/.exec(name ?? '')
  return match ? prefix + match[1] : ''
}

function exactColour(name: string | null, rgb: string | null): Rgb | undefined {
  if (name === 'ansi-truecolor' && rgb) {
    const [red = NaN, green = NaN, blue = NaN] = rgb.split(',').map(Number)
    return [red, green, blue].every((part) => part >= 0 && part <= 255) ? [red, green, blue] : undefined
  }
  const index = /^ansi-palette-(\d{1,3})$/.exec(name ?? '')
  return index ? paletteColour(Number(index[1])) : undefined
}

/** Colour 16–255 of xterm: a cube of 6 × 6 × 6 and 24 greys. */
function paletteColour(index: number): Rgb | undefined {
  if (index < 16 || index > 255) return undefined
  if (index >= 232) {
    const grey = (index - 232) * 10 + 8
    return [grey, grey, grey]
  }
  const part = (step: number) => (step === 0 ? 0 : step * 40 + 55)
  const cube = index - 16
  return [part(Math.floor(cube / 36)), part(Math.floor(cube / 6) % 6), part(cube % 6)]
}

const address = /https?:\/\/[^\s"'<>`\\)\]}]+[^\s"'<>`\\)\]}.,;:!?]/g

/** Plain http and https addresses become links of their own; nothing else ever does. */
function linked(piece: Piece): Piece[] {
  return split(piece, address, (text) => ({ ...piece, text, link: text }))
}

function marked(parts: Piece[], found: RegExp | null): Piece[] {
  return found ? parts.flatMap((piece) => split(piece, found, (text) => ({ ...piece, text, isFound: true }))) : parts
}

function split(piece: Piece, pattern: RegExp, make: (text: string) => Piece): Piece[] {
  const result: Piece[] = []
  let end = 0
  for (const match of piece.text.matchAll(pattern)) {
    if (match[0] === '') continue
    if (match.index > end) result.push({ ...piece, text: piece.text.slice(end, match.index) })
    result.push(make(match[0]))
    end = match.index + match[0].length
  }
  if (end === 0) return [piece]
  if (end < piece.text.length) result.push({ ...piece, text: piece.text.slice(end) })
  return result
}
