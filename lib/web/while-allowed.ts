// What takes long to send goes out only as long as whoever asked for it may have it: somebody who was removed meanwhile gets no more.
import type { Actor } from '@/lib/api/shapes.ts'

/** Asked again after so many bytes: often enough for people, seldom enough for the database. */
const everyBytes = 1_048_576

/** Whether somebody may still what they might; null = they are nobody any more. */
export function hasSameRights(before: Actor, now: Actor | null): boolean {
  return now !== null && rightsOf(now) === rightsOf(before)
}

function rightsOf({ role, projects }: Actor): string {
  return JSON.stringify([role, Object.entries(projects).sort()])
}

/** The same bytes; breaks off, as a lost connection does, once `actorNow` gives somebody with other rights than `actor`. */
export function whileAllowed(
  bytes: ReadableStream<Uint8Array>,
  actor: Actor,
  actorNow: () => Promise<Actor | null>,
): ReadableStream<Uint8Array> {
  let sent = 0
  return bytes.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      async transform(piece, controller) {
        sent += piece.length
        if (sent >= everyBytes) {
          if (!hasSameRights(actor, await actorNow()))
            throw new Error('whoever asked for this may not have it any more')
          sent = 0
        }
        controller.enqueue(piece)
      },
    }),
  )
}
