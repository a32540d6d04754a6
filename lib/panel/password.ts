// Passwords: argon2id in WebAssembly, so that it installs everywhere.
import { randomBytes } from 'node:crypto'
import { argon2id, argon2Verify } from 'hash-wasm'

// OWASP's password storage cheat sheet: 19 MiB, two passes, one lane.
const cost = { parallelism: 1, iterations: 2, memorySize: 19_456, hashLength: 32 }

/** The encoded form, with parameters and salt in it. */
export function hashPassword(password: string): Promise<string> {
  return argon2id({ password: password.normalize('NFKC'), salt: randomBytes(16), ...cost, outputType: 'encoded' })
}

// Of a password that nobody knows: unknown users cost the same time as known ones.
const nobody = '$argon2id$v=19$m=19456,t=2,p=1$ZmFpcmxlYWQtbm9ib2R5IQ$'

/** `hash` null = there is no such user: the same work is done, and the answer is no. */
export async function isPassword(password: string, hash: string | null): Promise<boolean> {
  const isRight = await argon2Verify({
    password: password.normalize('NFKC'),
    hash: hash ?? `${nobody}${'A'.repeat(43)}`,
  })
  return isRight && hash !== null
}
