// The second step at sign-in: no code counts twice, whoever else tries at the same moment.
import type { Prisma } from './generated/client.ts'
import type { Reader } from './reader.ts'

/** A secret that counts once a code of it was confirmed; none = the second step ends. */
export async function storeTotp(
  reader: Reader,
  userId: string,
  fields: { totpSecret: Uint8Array<ArrayBuffer> | null; totpAt: Date | null; recoveryCodes: Prisma.InputJsonValue },
): Promise<void> {
  await reader.user.update({ where: { id: userId }, data: { ...fields, totpStep: null } })
}

/** The secret was confirmed. False when it isn't the one that is stored now. */
export async function confirmTotp(
  reader: Reader,
  userId: string,
  fields: { totpAt: Date; totpStep: number; recoveryCodes: string[] },
): Promise<boolean> {
  const { count } = await reader.user.updateMany({
    where: { id: userId, totpAt: null, totpSecret: { not: null } },
    data: fields,
  })
  return count === 1
}

export async function storeRecoveryCodes(reader: Reader, userId: string, recoveryCodes: string[]): Promise<void> {
  await reader.user.update({ where: { id: userId }, data: { recoveryCodes } })
}

/** Marks the time step as used. False when it, or a later one, was used before. */
export async function takeStep(reader: Reader, userId: string, totpStep: number): Promise<boolean> {
  const { count } = await reader.user.updateMany({
    where: { id: userId, OR: [{ totpStep: null }, { totpStep: { lt: totpStep } }] },
    data: { totpStep },
  })
  return count === 1
}

/** Uses a recovery code up. False when there is none of that hash. */
export async function takeRecoveryCode(reader: Reader, userId: string, hash: string): Promise<boolean> {
  const count = await reader.$executeRaw`
    UPDATE "User" SET "recoveryCodes" = "recoveryCodes" - ${hash}::text WHERE "id" = ${userId} AND "recoveryCodes" ? ${hash}::text`
  return count === 1
}
