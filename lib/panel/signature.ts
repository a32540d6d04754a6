// Whether a delivery was made by whoever holds the webhook's secret: over the bytes as they came, compared in constant time.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Provider } from '@/lib/spec/push.ts'
import type { DeliveryHeaders } from '@/lib/spec/push-readers/reading.ts'

export type SignatureVerdict = 'genuine' | 'missing' | 'wrong' | 'late'

type Signed = {
  headers: DeliveryHeaders
  /** null = not read yet: `genuine` is what may still be, as far as its headers say. */
  body: Uint8Array | null
  /** All that count now; without any nothing is genuine. */
  secrets: readonly string[]
  now: Date
}

/** How far the clock of a sender in Fairlead's own form may be off, in seconds. */
const leewaySeconds = 300

const checks: Record<Provider, (signed: Signed) => SignatureVerdict> = {
  github: (signed) => ofBody(signed, signed.headers['x-hub-signature-256'], 'sha256='),
  gitlab: ofToken,
  bitbucket: (signed) => ofBody(signed, signed.headers['x-hub-signature'], 'sha256='),
  gitea: (signed) => {
    const own = signed.headers['x-forgejo-signature'] ?? signed.headers['x-gitea-signature']
    return own === undefined
      ? ofBody(signed, signed.headers['x-hub-signature-256'], 'sha256=')
      : ofBody(signed, own, '')
  },
  generic: ofMoment,
}

export function checkSignature(provider: Provider, signed: Signed): SignatureVerdict {
  return checks[provider](signed)
}

/** HMAC-SHA-256 of the body in hex. */
function ofBody({ body, secrets }: Signed, given: string | undefined, prefix: string): SignatureVerdict {
  if (given === undefined || given === '') return 'missing'
  if (!given.startsWith(prefix)) return 'wrong'
  const hex = given.slice(prefix.length)
  if (body === null) return isHash(hex) ? 'genuine' : 'wrong'
  return isOne(hex, secrets, (secret) => createHmac('sha256', secret).update(body).digest())
}

/** GitLab sends the secret itself. The hashes are compared, as they have one length whatever was sent. */
function ofToken({ headers, secrets }: Signed): SignatureVerdict {
  const given = headers['x-gitlab-token']
  if (given === undefined || given === '') return 'missing'
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return isOne(hash(given).toString('hex'), secrets, hash)
}

/** `t=<unix seconds>,v1=<HMAC-SHA-256 of "t.body" in hex>`: an old one is worth nothing, however genuine it was. */
function ofMoment({ headers, body, secrets, now }: Signed): SignatureVerdict {
  const given = headers['x-fairlead-signature']
  if (given === undefined || given === '') return 'missing'
  const [, t, v1] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(given) ?? []
  if (t === undefined || v1 === undefined) return 'wrong'
  if (body === null) return 'genuine'
  const verdict = isOne(v1, secrets, (secret) => createHmac('sha256', secret).update(`${t}.`).update(body).digest())
  const isLate = Math.abs(now.getTime() / 1_000 - Number(t)) > leewaySeconds
  return verdict === 'genuine' && isLate ? 'late' : verdict
}

/** Every secret is tried, so that the time doesn't tell which of them fits. */
function isOne(hex: string, secrets: readonly string[], expected: (secret: string) => Buffer): SignatureVerdict {
  if (!isHash(hex)) return 'wrong'
  const given = Buffer.from(hex, 'hex')
  const fitting = secrets.filter((secret) => timingSafeEqual(given, expected(secret)))
  return fitting.length > 0 ? 'genuine' : 'wrong'
}

function isHash(hex: string): boolean {
  return /^[0-9a-f]{64}$/.test(hex)
}
