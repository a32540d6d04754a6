// The second step at sign-in: no code counts twice, whoever else tries at the same moment.
import type { Reader } from './reader.ts'

/** A secret that counts once a code of it was confirmed. False when the second step is on: it isn't ended this way. */
export async function storeTotp(reader: Reader, userId: string, totpSecret: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const data = { totpSecret, totpStep: null, recoveryCodes: [] }
  const { count } = await reader.user.updateMany({ where: { id: userId, totpAt: null }, data })
  return count === 1
}

export async function clearTotp(reader: Reader, userId: string): Promise<void> {
  const data = { totpSecret: null, totpAt: null, totpStep: null, recoveryCodes: [] }
  await reader.user.update({ where: { id: userId }, data })
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
