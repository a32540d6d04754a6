// From stored rows to addresses with readable secrets.
import { z } from 'zod'
import { PanelError } from '@/lib/errors.ts'
import { secretsOfEnv } from '@/lib/redact/secrets.ts'
import type { RepositoryAccess, RepositoryAddress, ServerAddress } from '@/lib/deploy/types.ts'
import type { Secrets } from '@/lib/secrets.ts'

const access = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('key'), privateKey: z.string() }),
  z.object({ kind: z.literal('token'), user: z.string(), token: z.string() }),
])

type ProjectRow = { id: string; repositoryUrl: string; credential: Uint8Array | null }
type ServerRow = {
  id: string
  host: string
  port: number
  user: string
  hostKey: string | null
  privateKey: Uint8Array
  jumpId: string | null
  jump?: ServerRow | null
}

/** @throws PanelError internal when the credential can't be read. */
export function repositoryAddress(project: ProjectRow, secrets: Secrets): RepositoryAddress {
  const { id, repositoryUrl: url, credential } = project
  if (credential === null) return { id, url, access: { kind: 'none' } }
  return { id, url, access: access.parse(JSON.parse(decryptText(secrets, credential))) }
}

/** With the servers that it is reached through. @throws PanelError internal when a key can't be read. */
export function serverAddress(server: ServerRow, secrets: Secrets): ServerAddress {
  const { id, user, hostKey } = server
  return { id, ...placeOf(server, secrets), user, hostKey, privateKey: decryptText(secrets, server.privateKey) }
}

/** Where its key can be read before anybody is let in. @throws PanelError internal when the key of a jump host can't be read. */
export function placeOf(server: ServerRow, secrets: Secrets): Pick<ServerAddress, 'host' | 'port' | 'via'> {
  const { id, host, port, jumpId, jump } = server
  if (jumpId !== null && !jump) throw new Error(`the way to server ${id} was not read`)
  return jump ? { host, port, via: serverAddress(jump, secrets) } : { host, port }
}

/** Whatever of a repository's access must not appear in a log. */
export function secretsOfAccess(given: RepositoryAccess): string[] {
  if (given.kind === 'none') return []
  return [given.kind === 'key' ? given.privateKey : given.token]
}

/** The text of a set of variables. @throws PanelError naming the set: nothing is ever done with part of them, or without. */
export function decryptSet(secrets: Secrets, set: { number: number; text: Uint8Array }): string {
  try {
    return decryptText(secrets, set.text)
  } catch (cause) {
    if (!(cause instanceof PanelError)) throw cause
    const message = `The variables of set ${set.number} can’t be decrypted: ${cause.message}`
    throw new PanelError(cause.code, message, {}, { cause })
  }
}

/** The values of a set that must not appear in a log: of those that are marked as secrets, or of all where nobody marked any. */
export function secretsOfSet(secrets: Secrets, set: { number: number; text: Uint8Array; secrets: unknown }): string[] {
  const names = Array.isArray(set.secrets) ? new Set(set.secrets.map(String)) : null
  return secretsOfEnv(decryptSet(secrets, set), names)
}

export function decryptText(secrets: Secrets, blob: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(secrets.decrypt(blob))
}
