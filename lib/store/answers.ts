// Answers that were given before, by who asked and the key that they gave.
import type { KeptAnswer } from './generated/client.ts'
import type { Reader } from './reader.ts'

export type { KeptAnswer }

/** How long a key is remembered. */
const keptMs = 86_400_000

export function findAnswer(reader: Reader, actor: string, key: string): Promise<KeptAnswer | null> {
  const since = new Date(Date.now() - keptMs)
  return reader.keptAnswer.findFirst({ where: { actor, key, createdAt: { gt: since } } })
}

/** False when somebody has kept one meanwhile; waits for whoever is about to. Those that are too old make room. */
export async function keepAnswer(
  reader: Reader,
  answer: Omit<KeptAnswer, 'id' | 'createdAt' | 'answer'> & { answer: Uint8Array<ArrayBuffer> },
): Promise<boolean> {
  await reader.keptAnswer.deleteMany({ where: { createdAt: { lte: new Date(Date.now() - keptMs) } } })
  return (await reader.keptAnswer.createMany({ data: [answer], skipDuplicates: true })).count === 1
}
