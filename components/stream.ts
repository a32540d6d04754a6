'use client'
// One stream a tab, whatever the number of those who listen: what happens, pushed by the panel. The browser reconnects by
// itself and names the last id it has; when the panel refuses (it restarts, a proxy answers for it) this tries again, ever
// more slowly. Browsers open few connections to one host, so nothing else may hold one.
import { useEffect, useEffectEvent, useState } from 'react'

export type StreamState = 'connecting' | 'live' | 'reconnecting' | 'signed-out'

/** What changes are wanted of; nothing given = everything. `work` (what is under way anywhere) comes always. */
export type Wanted = { deployment?: string; environment?: string }

type Listener = {
  /** later = nothing is opened until this one knows what it wants: two lines in a row would be one too many. */
  wanted: Wanted | 'later'
  tell: (name: string, data: unknown) => void
  startAt: () => string | undefined
  setState: (state: StreamState) => void
}

const names = ['event', 'chunk', 'change', 'caught-up', 'work']
const longestWaitMs = 15_000

class Line {
  private readonly listeners = new Set<Listener>()
  private source: EventSource | null = null
  private address: string | null = null
  private timer: ReturnType<typeof setTimeout> | undefined
  private waitMs = 1000
  private state: StreamState = 'connecting'
  private isSettling = false

  add(listener: Listener): () => void {
    this.listeners.add(listener)
    listener.setState(this.state)
    this.settle()
    return () => {
      this.listeners.delete(listener)
      this.settle()
    }
  }

  /** A page that is left and the next one change who listens in one go: looked at when both are through. */
  private settle(): void {
    if (this.isSettling) return
    this.isSettling = true
    queueMicrotask(() => {
      this.isSettling = false
      const address = this.addressNow()
      if (address === this.address) return
      this.close()
      this.address = address
      if (address === null) this.become('connecting')
      else this.open(address)
    })
  }

  private addressNow(): string | null {
    const all = [...this.listeners].map((listener) => listener.wanted)
    if (all.length === 0 || all.includes('later')) return null
    const wanted = Object.assign({}, ...all) as Wanted
    return `/events?${new URLSearchParams(wanted)}`
  }

  private open(address: string): void {
    this.become('connecting')
    const after = [...this.listeners].map(({ startAt }) => startAt()).find((place) => place !== undefined)
    const source = new EventSource(after === undefined ? address : `${address}&after=${after}`)
    this.source = source
    source.onopen = () => {
      this.waitMs = 1000
      this.become('live')
    }
    source.onerror = () => {
      this.become('reconnecting')
      if (source.readyState === EventSource.CLOSED) void this.openAgain(address, source)
    }
    for (const name of names)
      source.addEventListener(name, (message: MessageEvent<string>) => {
        const data: unknown = JSON.parse(message.data)
        for (const { tell } of [...this.listeners]) tell(name, data)
      })
    source.addEventListener('signed-out', () => {
      source.close()
      this.become('signed-out')
    })
  }

  /** A browser doesn't say why it was refused: whoever isn't signed in any more would be told to wait for ever. */
  private async openAgain(address: string, refused: EventSource): Promise<void> {
    const asking = new AbortController()
    const status = await fetch(address, { signal: asking.signal }).then(
      (answer) => answer.status,
      () => 0,
    )
    asking.abort()
    if (this.source !== refused) return
    if (status === 401) return this.become('signed-out')
    this.timer = setTimeout(() => this.open(address), this.waitMs)
    this.waitMs = Math.min(this.waitMs * 2, longestWaitMs)
  }

  private become(state: StreamState): void {
    this.state = state
    for (const { setState } of this.listeners) setState(state)
  }

  private close(): void {
    clearTimeout(this.timer)
    this.source?.close()
    this.source = null
  }
}

const line = new Line()

/** `wanted` null = this one listens to nothing; later = not yet, and nobody else does either. `onMessage` gets each message's name and parsed data. */
export function useStream(
  wanted: Wanted | 'later' | null,
  onMessage: (name: string, data: unknown) => void,
  startAt?: () => string,
): StreamState {
  const [state, setState] = useState<StreamState>('connecting')
  const tell = useEffectEvent(onMessage)
  const start = useEffectEvent(() => startAt?.())
  const key = wanted === null ? null : JSON.stringify(wanted)

  useEffect(() => {
    if (key === null) return
    return line.add({
      wanted: JSON.parse(key) as Wanted | 'later',
      tell: (name, data) => tell(name, data),
      startAt: () => start(),
      setState,
    })
  }, [key])

  return state
}
