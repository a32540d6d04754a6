// Hearing of answers: one connection a process, however many questions wait, and none while nobody waits.
import { listen, type Listening } from '@/lib/store/listen.ts'

export class AnswerBell {
  private readonly url: string
  private readonly rings = new Map<string, () => void>()
  private listening: Promise<Listening> | null = null
  private holders = 0

  constructor(url: string) {
    this.url = url
  }

  /** How many wait. */
  get size(): number {
    return this.holders
  }

  /** Resolves once answers are heard of; each call needs its `release`, also when it rejects. */
  async hold(): Promise<void> {
    this.holders++
    this.listening ??= listen(this.url, {
      channels: { fairlead_answer: (id) => this.rings.get(id)?.() },
      onGap: () => {
        for (const ring of this.rings.values()) ring()
      },
    })
    const listening = this.listening
    await listening.catch((error: unknown) => {
      if (this.listening === listening) this.listening = null
      throw error
    })
  }

  /** `ring` is called whenever there may be an answer to the question `id`. */
  hang(id: string, ring: () => void): void {
    this.rings.set(id, ring)
  }

  async release(id: string | null): Promise<void> {
    if (id !== null) this.rings.delete(id)
    if (--this.holders > 0) return
    const listening = this.listening
    this.listening = null
    await listening?.then((one) => one.close())
  }
}
