// The whole redacted log of a deployment as one text, read from the database as fast as the reader takes it: a heading before each
// step, and every byte as it was stored. Of several servers one after the other, so that no line is ever joined with another's.
import type { Plan } from '@/lib/deploy/types.ts'
import { listLoggedSteps, readChunks, readStepChunks, type LogStep } from '@/lib/store/logs.ts'
import type { Context } from './context.ts'
import { planSteps } from './deployment-view.ts'

const chunksAtOnce = 32

type Piece = LogStep & { bytes: Uint8Array }

/** `segments`: of these alone. */
export function rawLog(
  ctx: Context,
  { id, plan }: { id: string; plan: Plan | null },
  segments?: string[],
): ReadableStream<Uint8Array> {
  const pieces = plan?.fleet ? inOrderOfServers(ctx, id, orderOf(plan, segments)) : asWritten(ctx, id)
  const text = withHeadings(pieces, headings(plan))
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await text.next()
        if (next.done) controller.close()
        else controller.enqueue(next.value)
      },
      cancel: async () => void (await text.return(undefined)),
    },
    { highWaterMark: 0 },
  )
}

async function* asWritten(ctx: Context, deploymentId: string): AsyncGenerator<Piece> {
  for (let afterChunk = '0'; ;) {
    const chunks = await readChunks(ctx.db.pool, { deploymentId, afterChunk, limit: chunksAtOnce })
    yield* chunks
    if (chunks.length < chunksAtOnce) return
    afterChunk = chunks.at(-1)!.id
  }
}

/** Segments as they follow each other on the first server, then those of the next. */
function orderOf(plan: Plan, only: string[] | undefined): string[] {
  const targets = plan.fleet?.targets ?? []
  const segments = targets.flatMap(({ targetId }) => plan.segments.filter((one) => one.targetId === targetId))
  return segments.map(({ name }) => name).filter((name) => only?.includes(name) ?? true)
}

async function* inOrderOfServers(ctx: Context, deploymentId: string, order: string[]): AsyncGenerator<Piece> {
  const logged = await listLoggedSteps(ctx.db.pool, deploymentId)
  for (const segment of order) {
    for (const { step } of logged.filter((one) => one.segment === segment)) {
      for (let after = -1; ;) {
        const chunks = await readStepChunks(ctx.db.pool, { deploymentId, segment, step, after, limit: chunksAtOnce })
        for (const { offset, bytes } of chunks) {
          after = offset
          yield { segment, step, bytes }
        }
        if (chunks.length < chunksAtOnce) break
      }
    }
  }
}

/** `main 2 after.pull`, of several servers `web-3: switch-3 2 after.deploy`. */
function headings(plan: Plan | null): Map<string, string> {
  const names = planSteps(plan, new Map()).map(({ segment, n, name, server }): [string, string] => {
    const key = `${segment} ${n}`
    return [key, `${server === '' ? '' : `${server}: `}${key} ${name}`]
  })
  return new Map(names)
}

async function* withHeadings(pieces: AsyncGenerator<Piece>, names: Map<string, string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  let last = ''
  let endsLine = true
  for await (const { segment, step, bytes } of pieces) {
    const key = `${segment} ${step}`
    if (key !== last) yield encoder.encode(`${endsLine ? '' : '\n'}==> ${names.get(key) ?? key}\n`)
    yield bytes
    last = key
    endsLine = bytes.at(-1) === 0x0a
  }
}
