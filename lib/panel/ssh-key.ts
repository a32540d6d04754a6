// A key pair of Fairlead's own for one server or one repository, written as OpenSSH writes it: ssh, git and ssh2 all read that.
import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto'

type SshKey = { privateKey: string; publicKey: string }

/** A fresh ed25519 pair; `comment` (no line breaks) ends the public line. Format: PROTOCOL.key of OpenSSH. */
export function makeSshKey(comment: string): SshKey {
  const { privateKey } = generateKeyPairSync('ed25519')
  const seed = Buffer.from(privateKey.export({ format: 'jwk' }).d!, 'base64url')
  const point = Buffer.from(createPublicKey(privateKey).export({ format: 'jwk' }).x!, 'base64url')
  const type = 'ssh-ed25519'
  const blob = Buffer.concat([sized(type), sized(point)])
  const check = randomBytes(4)
  const secret = Buffer.concat([
    check,
    check,
    sized(type),
    sized(point),
    sized(Buffer.concat([seed, point])),
    sized(comment),
  ])
  const padding = Buffer.from(Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, at) => at + 1))
  const file = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    sized('none'),
    sized('none'),
    sized(''),
    uint32(1),
    sized(blob),
    sized(Buffer.concat([secret, padding])),
  ])
  const lines = file
    .toString('base64')
    .match(/.{1,70}/g)!
    .join('\n')
  return {
    privateKey: `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`,
    publicKey: `${type} ${blob.toString('base64')} ${comment}`,
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function sized(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([uint32(bytes.length), bytes])
}
