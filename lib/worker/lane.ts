// One target of a flight: where it is, how to get in, and when to stop there.
import type { TargetContext } from '@/lib/deploy/programs.ts'
import type { ServerAddress } from '@/lib/deploy/types.ts'
import { PanelError } from '@/lib/errors.ts'
import { throughJumps } from '@/lib/store/jumps.ts'
import { serverAddress } from './addresses.ts'
import type { Flight } from './flight.ts'
import type { Target } from './ground.ts'

export class Lane {
  readonly flight: Flight
  readonly target: Target
  /** Somebody wishes the end of the deployment, or it can't succeed any more. */
  readonly cancel: AbortSignal
  /** Nobody waits for this server any more. */
  readonly giveUp: AbortSignal
  /** Ends what is done before the server is touched. */
  readonly signal: AbortSignal
  #stop = new AbortController()

  constructor(flight: Flight, target: Target) {
    this.flight = flight
    this.target = target
    this.cancel = AbortSignal.any([flight.cancel, this.#stop.signal])
    this.giveUp = flight.giveUpOf(target.id)
    this.signal = AbortSignal.any([flight.gone, this.cancel])
  }

  /** What goes on here would be for nothing: it ends as if it were cancelled. */
  stop(): void {
    this.#stop.abort()
  }

  get server(): string {
    return this.target.server.name
  }

  /** @throws PanelError when its key can't be read or nobody confirmed the host key. */
  address(): ServerAddress {
    const { server } = this.target
    if (server.hostKey === null)
      throw new PanelError('host_key_changed', `Nobody has confirmed the host key of ${server.name} yet.`)
    return serverAddress(server, this.flight.worker.secrets)
  }

  /** Reads again where the server is: people may mend that while it is being looked for. */
  async relocate(): Promise<void> {
    const { server } = this.target
    const now = await this.flight.worker.db.prisma.server.findUnique({
      where: { id: server.id },
      include: throughJumps,
    })
    if (now) Object.assign(server, now)
  }

  context(): TargetContext {
    const { held, worker } = this.flight
    const owner = `${worker.panelId}/${held.environmentId}`
    const { epoch, number, deploymentId } = held
    return { root: this.target.root, owner, epoch: String(epoch), deployment: number, id: deploymentId }
  }
}
