// A body that doesn't end by itself, as somebody sends it who wants to take up room.
export type Dawdler = { body: ReadableStream<Uint8Array>; read: Promise<void>; end(): void; hangUp(): void }

/** So many parts of so many bytes each, and then nothing until `end` or `hangUp`. `read`: when all of them were taken. */
export function dawdler(bytes: number, parts = 1): Dawdler {
  let allTaken = (): void => {}
  const read = new Promise<void>((resolve) => (allTaken = resolve))
  let controller!: ReadableStreamDefaultController<Uint8Array>
  let left = parts
  const body = new ReadableStream<Uint8Array>(
    {
      start: (given) => void (controller = given),
      pull() {
        if (left-- > 0) return controller.enqueue(new Uint8Array(bytes))
        allTaken()
        return new Promise(() => {})
      },
    },
    { highWaterMark: 0 },
  )
  return { body, read, end: () => controller.close(), hangUp: () => controller.error(new Error('hung up')) }
}
