// What people wish of a deployment while it flies, as signals: that it ends, that it goes on, that nobody waits for a server.
import type { DeploymentState } from '@/lib/deploy/reducer.ts'
import type { FleetWishes } from '@/lib/store/wishes.ts'

export class Wishes {
  readonly #cancel = new AbortController()
  readonly #giveUp = new AbortController()
  readonly #goOn = new AbortController()
  readonly #givenUp = new Map<string, AbortController>()
  /** Of several targets: what is wished about one of them is looked for, too. */
  isFleet = false

  /** Somebody wishes the end. */
  get cancel(): AbortSignal {
    return this.#cancel.signal
  }

  /** And no longer waits for servers that can't be reached. */
  get giveUp(): AbortSignal {
    return this.#giveUp.signal
  }

  /** Somebody has seen the first server: the others may follow. */
  get goOn(): AbortSignal {
    return this.#goOn.signal
  }

  /** Nobody waits for this target any more. */
  giveUpOf(targetId: string): AbortSignal {
    return AbortSignal.any([this.giveUp, this.#controllerOf(targetId).signal])
  }

  hear({ cancelRequested, givenUp }: { cancelRequested: boolean; givenUp: boolean }): void {
    if (cancelRequested) this.#cancel.abort()
    if (givenUp) this.#giveUp.abort()
  }

  hearOfFleet({ continued, givenUpTargets }: FleetWishes): void {
    if (continued) this.#goOn.abort()
    for (const targetId of givenUpTargets) this.#controllerOf(targetId).abort()
  }

  /** What was wished so far. */
  hearOf({ cancel, givenUp, continued, givenUpTargets }: DeploymentState): void {
    this.hear({ cancelRequested: cancel !== null, givenUp: givenUp !== null })
    const targetIds = givenUpTargets.map(({ targetId }) => targetId)
    this.hearOfFleet({ continued: continued !== null, givenUpTargets: targetIds })
  }

  #controllerOf(targetId: string): AbortController {
    const known = this.#givenUp.get(targetId) ?? new AbortController()
    this.#givenUp.set(targetId, known)
    return known
  }
}
