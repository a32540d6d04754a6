// What the functions of this folder read and write through: the client itself, or one of its transactions.
import type { Prisma } from './generated/client.ts'

export type Reader = Prisma.TransactionClient

/** Whether a write failed because of a unique index. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'P2002'
}
