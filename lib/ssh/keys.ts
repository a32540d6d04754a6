import { createHash } from 'node:crypto'
import ssh2 from 'ssh2'
import type { ServerHostKeyAlgorithm } from 'ssh2'
import { PanelError } from '@/lib/errors.ts'

/** An ed25519 pair as OpenSSH text: what a server entry keeps (encrypted) and what goes into authorized_keys. */
type KeyPair = { privateKey: string; publicKey: string }

/**
 * Makes a new ed25519 key pair; `comment` ends the public line. About one pair in 150 that ssh2 1.17 makes can't be read
 * by anyone (leading zero bytes are cut), so each pair is read back and has to sign before it is handed out.
 */
export function generateKeyPair(comment = 'fairlead'): KeyPair {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment })
    if (isUsable(pair.private, pair.public)) return { privateKey: pair.private, publicKey: pair.public.trim() }
  }
}

function isUsable(privateText: string, publicText: string): boolean {
  const privateKey = ssh2.utils.parseKey(privateText)
  const publicKey = ssh2.utils.parseKey(publicText)
  if (privateKey instanceof Error || publicKey instanceof Error) return false
  const probe = Buffer.from('fairlead')
  return (
    privateKey.getPublicSSH().equals(publicKey.getPublicSSH()) &&
    publicKey.verify(probe, privateKey.sign(probe)) === true
  )
}

/** The public line ("type base64") of a private key. PanelError invalid when it can't be read; the key is never quoted. */
export function publicKeyOf(privateKey: string): string {
  const key = ssh2.utils.parseKey(privateKey)
  if (key instanceof Error || !key.isPrivateKey()) throw new PanelError('invalid', 'The private key cannot be read.')
  return `${key.type} ${key.getPublicSSH().toString('base64')}`
}

/** "type base64" of a public key blob as it travels: the type is the blob's first string. */
export function hostKeyText(blob: Uint8Array): string {
  const bytes = Buffer.from(blob)
  const length = bytes.readUInt32BE(0)
  return `${bytes.toString('latin1', 4, 4 + length)} ${bytes.toString('base64')}`
}

/** `SHA256:…` of a public key line, as `ssh-keygen -l` prints it. */
export function fingerprint(hostKey: string): string {
  const base64 = hostKey.split(' ')[1] ?? ''
  const digest = createHash('sha256').update(Buffer.from(base64, 'base64')).digest('base64')
  return `SHA256:${digest.replace(/=+$/, '')}`
}

/** A public key line without its comment, so that lines can be compared. */
export function withoutComment(hostKey: string): string {
  return hostKey.trim().split(/\s+/).slice(0, 2).join(' ')
}

const algorithmsOf: Record<string, ServerHostKeyAlgorithm[]> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
}

/**
 * The signature algorithms to offer so that the server presents the pinned key and not another of its keys.
 * PanelError invalid for a key type that isn't supported.
 */
export function algorithmsFor(hostKey: string): ServerHostKeyAlgorithm[] {
  const type = hostKey.split(' ')[0] ?? ''
  const algorithms = algorithmsOf[type]
  if (!algorithms) throw new PanelError('invalid', `Host keys of type “${type}” are not supported.`)
  return algorithms
}

/** What is offered while the key isn't known yet: everything supported, ed25519 first. */
export const anyAlgorithm: ServerHostKeyAlgorithm[] = Object.values(algorithmsOf).flat()
