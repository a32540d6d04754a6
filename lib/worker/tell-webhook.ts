// What programs are sent: JSON, signed over its bytes and the time.
import { createHmac } from 'node:crypto'
import type { ToldDeployment } from '@/lib/deploy/telling.ts'

type Signed = { headers: Record<string, string>; body: string }

/** `delivery` is the same at every try; `deployment` null = a test. */
type Program = { event: string; delivery: string; writtenAt: string; deployment: ToldDeployment | null }

/** `X-Fairlead-Signature` is `t=<at>,v1=<hex>`: HMAC-SHA-256 of `<at>.<body>`; `at`: seconds since 1970. */
export function signedMessage(secret: string, at: number, message: Program): Signed {
  const body = JSON.stringify(message)
  const signature = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')
  return {
    body,
    headers: {
      'x-fairlead-event': message.event,
      'x-fairlead-delivery': message.delivery,
      'x-fairlead-signature': `t=${at},v1=${signature}`,
    },
  }
}
