// The command line program as one file, for pipelines: nothing in it is secret, and it is the same for everybody.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Its name among the built programs. */
export const servedCli = 'fairlead.mjs'

type Program = { text: string; etag: string }
let read: { file: string; program: Promise<Program | null> } | null = null

/** The file, 304 to whoever has it already, 404 from a panel that runs from its sources. */
export async function answerWithCli(request: Request): Promise<Response> {
  const file = join(process.env.FAIRLEAD_PROGRAMS ?? 'dist', servedCli)
  if (read?.file !== file) read = { file, program: readProgram(file) }
  const program = await read.program
  if (!program)
    return new Response('This panel was not built: “npm run build” makes the program.\n', {
      status: 404,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    })
  // Asked for anew each time, as a newer panel has a newer program.
  const headers = { etag: program.etag, 'cache-control': 'public, no-cache' }
  if (request.headers.get('if-none-match')?.includes(program.etag)) return new Response(null, { status: 304, headers })
  return new Response(program.text, {
    headers: { ...headers, 'content-type': 'text/javascript; charset=utf-8', 'x-content-type-options': 'nosniff' },
  })
}

async function readProgram(file: string): Promise<Program | null> {
  try {
    const text = await readFile(file, 'utf8')
    return { text, etag: `"${createHash('sha256').update(text).digest('hex').slice(0, 32)}"` }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
