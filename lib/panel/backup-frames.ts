// What stands in a backup, in order: tables, each with its rows and how many they are, then sequences.
import { z } from 'zod'
import { Reader } from './sealed-file.ts'

export type Frame =
  | { type: 'table'; table: { name: string; columns: string[] } }
  | { type: 'rows'; bytes: Uint8Array }
  | { type: 'end'; rows: number }
  | { type: 'sequence'; name: string; value: string }

// A frame: one letter, four bytes of length, so many bytes; rows as they are, everything else as JSON.
const rowsLetter = 'R'
const wordsLetter = 'W'
const words = z.discriminatedUnion('type', [
  z.object({ type: z.literal('table'), table: z.object({ name: z.string(), columns: z.array(z.string()) }) }),
  z.object({ type: z.literal('end'), rows: z.int() }),
  z.object({ type: z.literal('sequence'), name: z.string(), value: z.string().regex(/^\d+$/) }),
])

export function writeFrame(frame: Frame): Uint8Array {
  const bytes = frame.type === 'rows' ? frame.bytes : Buffer.from(JSON.stringify(frame))
  const head = Buffer.alloc(5)
  head.write(frame.type === 'rows' ? rowsLetter : wordsLetter)
  head.writeUInt32BE(bytes.length, 1)
  return Buffer.concat([head, bytes])
}

/** PanelError invalid where they are cut off. */
export async function* readFrames(content: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  const source = new Reader(content)
  while (!(await source.isAtEnd())) {
    const head = await source.read(5)
    const bytes = await source.read(head.readUInt32BE(1))
    if (head.toString('latin1', 0, 1) === rowsLetter) yield { type: 'rows', bytes }
    else yield words.parse(JSON.parse(bytes.toString()))
  }
}
