// One connection that LISTENs. Notifications are hints, never the data: after a gap listeners are told to read again.
import pg from 'pg'

/** Payloads by channel; `onGap` is called whenever notifications may have been missed (also at the first connection). */
type Listeners = { channels: Record<string, (payload: string) => void>; onGap(): void }
export type Listening = { close(): Promise<void> }

const firstWaitMs = 50
const longestWaitMs = 2_000

/** Listens until closed; reconnects with growing pauses, for ever. Resolves once the first connection listens. */
export async function listen(url: string, listeners: Listeners): Promise<Listening> {
  let current: pg.Client | null = null
  let timer: NodeJS.Timeout | null = null
  let closed = false

  async function connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'fairlead listen',
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
    })
    client.on('error', () => {}) // 'end' follows
    client.on('notification', ({ channel, payload }) => listeners.channels[channel]?.(payload ?? ''))
    try {
      await client.connect()
      for (const channel of Object.keys(listeners.channels))
        await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`)
    } catch (error) {
      await client.end().catch(() => {})
      throw error
    }
    client.on('end', () => {
      current = null
      if (!closed) again(firstWaitMs)
    })
    current = client
    if (closed) await client.end()
    else listeners.onGap()
  }

  function again(waitMs: number): void {
    timer = setTimeout(() => {
      connect().catch(() => {
        if (!closed) again(Math.min(waitMs * 2, longestWaitMs))
      })
    }, waitMs)
  }

  await connect()
  return {
    async close() {
      closed = true
      if (timer) clearTimeout(timer)
      await current?.end()
    },
  }
}
