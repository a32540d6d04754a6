// Deliveries in Fairlead's own form, for hosts that have none of the others' and for scripts. It stands in docs/push.md.
import { z } from 'zod'
import { commitId, type Told } from '../push.ts'
import { address, checksRead, commitOrZeros, keyOf, moment, otherEvent, ping, pushesRead, pushOf } from './reading.ts'
import type { DeliveryRead, DeliveryReader } from './reading.ts'

const any = z.object({ event: z.string().max(100), repository: address })

const push = any.extend({ ref: z.string(), after: commitOrZeros.nullable(), pusher: z.string().nullish() })

const check = any.extend({
  commit: commitId,
  name: z.string().min(1).max(500),
  state: z.enum(['passed', 'failed', 'waiting']),
  at: moment,
})

export const readGeneric: DeliveryReader = (headers, json) => {
  const { event, repository } = any.parse(json)
  return {
    event: event.replace(/[^\x20-\x7e]/g, ''),
    // Without a name of its own a delivery goes by its signature, which is another one every second.
    key: keyOf(headers, 'x-fairlead-delivery') ?? signatureOf(headers),
    read: readEvent(event, json),
    repositories: [repository],
  }
}

function signatureOf(headers: Parameters<DeliveryReader>[0]): string | null {
  return /v1=([0-9a-f]{64})$/.exec(headers['x-fairlead-signature'] ?? '')?.[1] ?? null
}

function readEvent(event: string, json: unknown): DeliveryRead['read'] {
  if (event === 'ping') return ping
  if (event === 'push') {
    const { ref, after, pusher } = push.parse(json)
    return pushesRead([pushOf(ref, after, pusher ?? '')])
  }
  if (event !== 'check') return otherEvent(event.replace(/[^\x20-\x7e]/g, ''))
  const { commit, name, state, at } = check.parse(json)
  const told: Extract<Told, { type: 'checks' }>['checks'] = [{ commit, name, state, at }]
  return checksRead(told)
}
