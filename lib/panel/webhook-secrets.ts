// The secrets of a webhook: the one that it has, and those before it while they count.
import type { Secrets } from '@/lib/secrets.ts'

/** As stored: encrypted; those before it are kept together, one a line. */
export type StoredSecrets = {
  secret: Uint8Array
  previousSecret: Uint8Array | null
  previousUntil: Date | null
}

/** More than so many before the present one never count: each costs a look at every delivery. */
const mostEarlier = 4

/** All that count now, the oldest first. */
export function countingSecrets(
  secrets: Secrets,
  { secret, previousSecret, previousUntil }: StoredSecrets,
): [string, ...string[]] {
  const plain = (blob: Uint8Array): string => new TextDecoder().decode(secrets.decrypt(blob))
  const doCount = previousSecret !== null && previousUntil !== null && previousUntil > new Date()
  const [oldest, ...others] = [...(doCount ? plain(previousSecret).split('\n') : []), plain(secret)]
  return [oldest, ...others]
}

/**
 * What counts beside a new secret, to be stored: all that count so far, as nobody knows which of them the host was given. Of too many
 * the oldest stays, which it has if none of the others was ever entered, and the newest.
 */
export function earlierSecrets(secrets: Secrets, stored: StoredSecrets): Uint8Array<ArrayBuffer> {
  const [oldest, ...others] = countingSecrets(secrets, stored)
  return secrets.encrypt([oldest, ...others.slice(1 - mostEarlier)].join('\n'))
}
