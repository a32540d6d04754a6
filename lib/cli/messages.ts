// Server-sent events out of a byte stream, as the panel writes them.

export type Message = { event: string; data: unknown; id: string | null }

/** Messages in order; comments are skipped, an unfinished last message is dropped (it is sent again). `onPiece` hears of each piece. */
export async function* readMessages(
  bytes: AsyncIterable<Uint8Array>,
  onPiece: () => void = () => {},
): AsyncGenerator<Message> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const piece of bytes) {
    onPiece()
    text += decoder.decode(piece, { stream: true })
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const message = parseBlock(block)
      if (message) yield message
    }
  }
}

function parseBlock(block: string): Message | null {
  const fields = new Map<string, string>()
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).replace(/^ /, ''))
  }
  const data = fields.get('data')
  if (data === undefined) return null
  return { event: fields.get('event') ?? 'message', data: JSON.parse(data) as unknown, id: fields.get('id') ?? null }
}
