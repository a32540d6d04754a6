// The other end of a question: asks as the web does, and waits for the notification of its answer.
import { listen } from '@/lib/store/listen.ts'
import type { Database } from '@/lib/store/database.ts'

type Answered = { state: string; answer: unknown; error: unknown }

/** Adds a question. `silently` = no worker is told that there is one. */
export async function addAsk(
  db: Database,
  kind: string,
  input: object,
  { deadlineMs = 45_000, silently = false } = {},
): Promise<string> {
  const { id } = await db.prisma.ask.create({ data: { kind, input, deadlineAt: new Date(Date.now() + deadlineMs) } })
  if (!silently) await db.pool.query(`SELECT pg_notify('fairlead_ask', $1)`, [id])
  return id
}

/** Asks and waits for the answer, which has to be announced. */
export async function askWorkers(
  db: Database,
  kind: string,
  input: object,
  options: { deadlineMs?: number; silently?: boolean } = {},
): Promise<Answered> {
  let announce = (_id: string): void => {}
  const told = new Set<string>()
  const listening = await listen(db.url, {
    channels: {
      fairlead_answer: (id) => {
        told.add(id)
        announce(id)
      },
    },
    onGap: () => {},
  })
  try {
    const asked = await addAsk(db, kind, input, options)
    if (!told.has(asked)) await new Promise<void>((resolve) => (announce = (id) => id === asked && resolve()))
    const { state, answer, error } = await db.prisma.ask.findUniqueOrThrow({ where: { id: asked } })
    return { state, answer, error }
  } finally {
    await listening.close()
  }
}
